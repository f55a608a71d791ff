package cmd

import (
	"bytes"
	"context"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"
)

// ask asks at a terminal whose user types once the prompt is there. The terminal must be as it was afterwards.
func ask(ctx context.Context, t *testing.T, press func(*os.File)) (text, shown string, err error) {
	t.Helper()
	terminal, tty, err := pty.Open()
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = terminal.Close() }()
	before, err := term.GetState(int(tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	_ = terminal.SetReadDeadline(time.Now().Add(time.Minute))
	var g errgroup.Group
	var seen bytes.Buffer
	g.Go(func() error {
		b := make([]byte, 256)
		for typed := false; ; {
			n, err := terminal.Read(b)
			seen.Write(b[:n])
			if !typed && strings.Contains(seen.String(), "? ") {
				typed = true
				press(terminal)
			}
			if err != nil || strings.Contains(seen.String(), "over") {
				return nil
			}
		}
	})
	text, err = askUnseen(ctx, tty, tty, "Secret? ")
	after, stateErr := term.GetState(int(tty.Fd()))
	if stateErr != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("the terminal is not as it was: %v", stateErr)
	}
	_, _ = tty.WriteString("over")
	_ = g.Wait()
	_ = tty.Close()
	return text, seen.String(), err
}

func types(keys string) func(*os.File) {
	return func(f *os.File) { _, _ = f.WriteString(keys) }
}

func TestSecretIsAskedForUnseen(t *testing.T) {
	text, shown, err := ask(t.Context(), t, types("whsec_x\x7f0123 \r"))
	if err != nil || text != "whsec_0123" {
		t.Errorf("got %q, %v", text, err)
	}
	if strings.Contains(shown, "whsec") || strings.Contains(shown, "0123") {
		t.Errorf("the terminal showed %q", shown)
	}
}

func TestKeyOfSeveralLinesIsPastedWhole(t *testing.T) {
	const key = "-----BEGIN PUBLIC KEY-----\nMIIB\nIjAN\n-----END PUBLIC KEY-----"
	keys := strings.ReplaceAll(key, "\n", "\r")
	for how, pressed := range map[string]struct{ keys, want string }{
		"as if typed":              {keys + "\r", key},
		"as a paste":               {"\x1b[200~" + keys + "\x1b[201~\r", key},
		"with a newline":           {"\x1b[200~" + keys + "\r\x1b[201~\r", key},
		"text in front":            {"\x1b[200~1JE4\r" + keys + "\x1b[201~\r", "1JE4\n" + key},
		"a line, and Enter":        {"\x1b[200~whsec_0\x1b[201~\r", "whsec_0"},
		"a line with its newline":  {"\x1b[200~whsec_0\r\x1b[201~\r", "whsec_0"},
		"half of it, and the rest": {"\x1b[200~whsec\x1b[201~_0\r", "whsec_0"},
	} {
		text, shown, err := ask(t.Context(), t, types(pressed.keys))
		if err != nil || text != pressed.want || strings.Contains(shown, "MIIB") {
			t.Errorf("%s: got %q, %v; the terminal showed %q", how, text, err, shown)
		}
	}
}

func TestControlCAtThePrompt(t *testing.T) {
	_, _, err := ask(t.Context(), t, types("whsec_\x03"))
	if f, ok := errors.AsType[*fault](err); !ok || f.code != exitInterrupted {
		t.Errorf("got %v", err)
	}
}

func TestSignalAtThePrompt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, shown, err := ask(ctx, t, func(*os.File) { cancel() })
	if !errors.Is(err, context.Canceled) || !strings.Contains(shown, "\x1b[?2004l") {
		t.Errorf("got %v; the terminal showed %q", err, shown)
	}
}
