package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
)

// An editing is a delivery's body in the user's editor, for the screen. What is made of it goes to then.
type editing struct {
	drafts  *drafts
	draft   *draft
	then    func(ctx context.Context, body []byte) (inspect.Summary, error)
	command *exec.Cmd
	resume  func() // has Ctrl-C mean hook again
}

// edit prepares the user's editor for the body of d; what was left there the last time, if something went wrong then.
func (k *drafts) edit(ctx context.Context, d *inspect.Delivery, then func(ctx context.Context, body []byte) (inspect.Summary, error)) (*editing, error) {
	if !d.Body.Complete {
		return nil, fail(exitFailed, "have the provider send it again to a `hook listen --capture` that keeps more",
			"only %s of the body's %s bytes were kept", humanize.Comma(int64(len(d.Body.Bytes))), humanize.Comma(d.Body.Size))
	}
	editor, err := screenEditor()
	if err != nil {
		return nil, err
	}
	draft, err := k.open(d)
	if err != nil {
		return nil, fmt.Errorf("write the body for the editor: %w", err)
	}
	return &editing{drafts: k, draft: draft, then: then, command: editorOn(ctx, editor, draft.file), resume: holdInterrupts(ctx)}, nil
}

// Command is the editor, on the file.
func (e *editing) Command() *exec.Cmd { return e.command }

// Done hands on what was made of the body. What could not be used is kept, and the error says where.
func (e *editing) Done(ctx context.Context) (inspect.Summary, error) {
	body, err := e.draft.read()
	switch {
	case err != nil:
		return inspect.Summary{}, fmt.Errorf("%w; it is kept in %s", err, e.draft.file)
	case bytes.Equal(body, e.draft.original):
		return inspect.Summary{}, fmt.Errorf("nothing was changed, so nothing was sent: r replays it as it is")
	}
	s, err := e.then(ctx, body)
	if err != nil {
		return inspect.Summary{}, fmt.Errorf("%w; it is kept in %s", onScreen(err), e.draft.file)
	}
	e.drafts.drop(e.draft)
	return s, nil
}

// Close takes the file away, unless something would be lost with it.
func (e *editing) Close() {
	e.resume()
	if !e.draft.precious() {
		e.drafts.drop(e.draft)
	}
}

// screenEditor is the user's editor, or the one that is on nearly every machine.
func screenEditor() (string, error) {
	if editor, err := editorCommand(); err == nil {
		return editor, nil
	}
	common := []string{"vi", "vim", "nano"}
	if runtime.GOOS == "windows" {
		common = []string{"notepad"}
	}
	for _, name := range common {
		if _, err := exec.LookPath(name); err == nil {
			return name, nil
		}
	}
	return "", fail(exitUsage, "export EDITOR=nano, or another, before hook is started", "there is no editor: neither VISUAL nor EDITOR is set, and there is no vi")
}

// editorOn is the command that edits a file. It is asked to end, not killed, as it has the terminal.
func editorOn(ctx context.Context, editor, file string) *exec.Cmd {
	if runtime.GOOS == "windows" {
		return exec.CommandContext(ctx, "cmd", "/c", editor+" "+file)
	}
	c := exec.CommandContext(ctx, "sh", "-c", "exec env "+editor+` "$1"`, "sh", file) // env: it may begin with NAME=value
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 2 * time.Second
	return c
}

// A draftForm is how a body stands in the editor. JSON on one line is laid out there, and is on one line again afterwards.
type draftForm struct {
	media         string
	json, oneLine bool
	newline       bool // it ends with one, which editors add otherwise
}

func formOf(d *inspect.Delivery) draftForm {
	body := d.Body.Bytes
	f := draftForm{newline: bytes.HasSuffix(body, []byte("\n"))}
	f.media, _, _ = mime.ParseMediaType(d.Header.Get("Content-Type"))
	f.json = (f.media == "application/json" || strings.HasSuffix(f.media, "+json")) && json.Valid(body)
	f.oneLine = f.json && bytes.Equal(compact(body), body)
	return f
}

// laidOut is what the editor begins with.
func (f draftForm) laidOut(body []byte) []byte {
	var b bytes.Buffer
	if !f.oneLine || json.Indent(&b, body, "", "  ") != nil {
		return body
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// body is what was made of it; broken says why that isn't JSON any more.
func (f draftForm) body(text []byte) (body []byte, broken error) {
	if !f.newline {
		text = []byte(trimNewline(string(text)))
	}
	if !f.json {
		return text, nil
	}
	if err := brokenJSON(text); err != nil {
		return nil, fmt.Errorf("that is no JSON: %w", err)
	}
	if f.oneLine {
		text = compact(text)
	}
	return text, nil
}

// compact is JSON without the room between its words; nil for what is no JSON.
func compact(text []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return nil
	}
	return b.Bytes()
}
