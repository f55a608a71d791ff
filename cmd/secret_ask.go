package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// maxSecret is how long a secret may be, in bytes.
const maxSecret = 64 << 10

// askSecret reads a secret: typed or pasted unseen where somebody sits at a terminal, else all of standard input. White space
// around it goes, as no provider gives out any.
func (p place) askSecret(ctx context.Context, of *signature.Provider) (string, error) {
	if !isTerminal(p.in) {
		b, err := io.ReadAll(io.LimitReader(p.in, maxSecret+2))
		return strings.TrimSpace(string(b)), err
	}
	if of.SecretAt != "" {
		_, _ = fmt.Fprintf(p.err, "It is found at: %s\n", of.SecretAt)
	}
	return askUnseen(ctx, p.in.(*os.File), p.err, "Signing secret of "+of.Title+" (not shown): ")
}

// askUnseen asks at a terminal, and leaves it as it was, however that ends. The terminal is raw meanwhile, so Ctrl-C is a key.
func askUnseen(ctx context.Context, in *os.File, out io.Writer, prompt string) (string, error) {
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return "", err
	}
	defer func() { _ = term.Restore(int(in.Fd()), state) }()
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, "")
	t.SetBracketedPasteMode(true)
	defer t.SetBracketedPasteMode(false)
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() { // a terminal's Read can't be interrupted; it ends with the process at the latest
		text, err := readUnseen(t, prompt)
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		if errors.Is(a.err, io.EOF) {
			return "", fail(exitInterrupted, "", "secret set: nothing was kept")
		}
		return strings.TrimSpace(a.text), a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// readUnseen reads what is typed up to Enter, or pasted: that may be a key of several lines, whose rest would else go to
// the shell. Terminals say what is pasted; for those that don't, the key says where it ends.
func readUnseen(t *term.Terminal, prompt string) (string, error) {
	var text string
	for {
		line, err := t.ReadPassword(prompt)
		if prompt = ""; text != "" {
			line = "\n" + line
		}
		text += line
		pasted := errors.Is(err, term.ErrPasteIndicator)
		open := strings.Count(text, "-----BEGIN ") > strings.Count(text, "-----END ")
		if err != nil && !pasted || !pasted && !open || len(text) > maxSecret {
			return text, err
		}
	}
}
