package cmd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
)

// edit opens a sample's body in the user's editor, and gives what was made of it.
func (p place) edit(ctx context.Context, sample *fixtures.Sample) ([]byte, error) {
	editor, err := editorCommand()
	if err != nil {
		return nil, err
	}
	media, _, _ := mime.ParseMediaType(sample.Header.Get("Content-Type"))
	isJSON := media == "application/json" || strings.HasSuffix(media, "+json")
	file, err := writeDraft(sample.Body, media, isJSON)
	if err != nil {
		return nil, fmt.Errorf("write the body for the editor: %w", err)
	}
	for {
		if err := p.runEditor(ctx, editor, file); err != nil {
			return nil, err
		}
		body, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read what the editor wrote: %w", err)
		}
		if !bytes.HasSuffix(sample.Body, []byte("\n")) { // which editors add
			body = []byte(trimNewline(string(body)))
		}
		broken := brokenJSON(body)
		switch {
		case bytes.Equal(body, sample.Body):
			_, _ = fmt.Fprintln(p.err, "hook: nothing was changed: sending it as it is")
			return body, os.Remove(file)
		case isJSON && broken != nil && p.editAgain(broken):
			continue
		case isJSON && broken != nil:
			return nil, fail(exitUsage, "it is kept in "+file+": once it is right, --body @"+file+" sends it", "the edited body is no JSON: %w", broken)
		}
		return body, os.Remove(file)
	}
}

// editorCommand is the user's editor, perhaps with arguments.
func editorCommand() (string, error) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if editor := strings.TrimSpace(os.Getenv(name)); editor != "" {
			return editor, nil
		}
	}
	return "", fail(exitUsage, "export EDITOR=vim, or another; or give the body with --body @FILE", "--edit: neither VISUAL nor EDITOR is set")
}

// writeDraft writes a body to a file that only the user can read, and whose name tells editors what it is.
func writeDraft(body []byte, media string, isJSON bool) (string, error) {
	extension := ".txt"
	switch {
	case isJSON:
		extension = ".json"
	case strings.HasSuffix(media, "xml"):
		extension = ".xml"
	}
	f, err := os.CreateTemp("", "hook-*"+extension) // 0600
	if err != nil {
		return "", err
	}
	_, err = f.Write(body)
	return f.Name(), errors.Join(err, f.Close())
}

// runEditor runs the editor on a file, at the terminal if there is one.
func (p place) runEditor(ctx context.Context, editor, file string) error {
	c := exec.CommandContext(ctx, "sh", "-c", editor+` "$1"`, "sh", file)
	if runtime.GOOS == "windows" {
		c = exec.CommandContext(ctx, "cmd", "/c", editor+" "+file)
	}
	c.Stdin, c.Stdout, c.Stderr = p.in, p.out, p.err
	if !isTerminal(p.out) { // what it prints is no part of the answer
		c.Stdout = p.err
	}
	defer holdInterrupts(ctx)()
	if err := c.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fail(exitFailed, "it is what VISUAL or EDITOR says; the body is in "+file, "the editor %s ended badly, nothing was sent: %w", editor, err)
	}
	return nil
}

// brokenJSON says where a text stops being JSON; nil if it is JSON.
func brokenJSON(text []byte) error {
	var all json.RawMessage
	err := json.Unmarshal(text, &all)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("line %d: %w", bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n"))+1, err)
	}
	return err
}

// editAgain asks whether to open the editor once more; nobody is there to be asked if that isn't a terminal.
func (p place) editAgain(broken error) bool {
	if !isTerminal(p.in) || !isTerminal(p.err) {
		return false
	}
	_, _ = fmt.Fprintf(p.err, "hook: that is no JSON: %s\nhook: edit it again? [Y/n] ", inspect.Printable(broken.Error()))
	answer, err := bufio.NewReader(p.in).ReadString('\n')
	return err == nil && !strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "n")
}
