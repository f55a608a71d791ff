package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// newCommand finds what --then runs: a program, or a program and its arguments in one text, and those behind --. No shell
// reads any of it, and nothing of a delivery is among the words.
func (w *waiting) newCommand() (taker, error) {
	const next = "it is run without a shell, as in --then ./deploy.sh -- --fast; --then 'sh -c \"…\"' starts one"
	words := []string{w.o.then}
	program, err := exec.LookPath(w.o.then)
	if err != nil { // then the text is more than its name
		if words, err = splitWords(w.o.then); err != nil {
			return nil, fail(exitUsage, next, "wait: --then %s: %w", w.o.then, err)
		}
		if len(words) == 0 {
			return nil, fail(exitUsage, next, "wait: --then has no command")
		}
		if program, err = exec.LookPath(words[0]); err != nil {
			return nil, fail(exitUsage, next, "wait: --then: there is no program %s", words[0])
		}
	}
	words = append(append([]string{program}, words[1:]...), w.o.args...)
	return func(ctx context.Context, s inspect.Summary, behind history.Cursor) error {
		return w.runCommand(ctx, words, s, behind)
	}, nil
}

// runCommand runs the program for one delivery, and ends the wait with its code if that isn't 0.
func (w *waiting) runCommand(ctx context.Context, words []string, s inspect.Summary, behind history.Cursor) error {
	d, err := w.store.Get(ctx, s.ID)
	if err != nil {
		return w.broken(err)
	}
	if !d.Body.Complete {
		_, _ = fmt.Fprintf(w.err, "hook: warning: %s: only the first %s of %s bytes of its body were kept\n",
			d.ID, humanize.Comma(int64(len(d.Body.Bytes))), humanize.Comma(d.Body.Size))
	}
	c, err := startChild(ctx, childOptions{
		name: words[0], args: words[1:], env: variables(d, behind), stdin: bytes.NewReader(d.Body.Bytes), stdout: w.out, stderr: w.err,
	})
	if err != nil {
		return fail(exitFailed, "", "wait: --then: %w", err)
	}
	err = c.wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if code := exitCode(err); code != exitDone && !errors.Is(err, exec.ErrWaitDelay) {
		return fail(code, "it worked on "+d.ID+"; --after "+d.ID+" goes on behind it", "wait: --then: %s ended: %w", words[0], err)
	}
	return nil
}

// variables are what a command is told of a delivery, beside its body.
func variables(d *inspect.Delivery, behind history.Cursor) []string {
	s := d.Summary()
	status := ""
	if s.Status != 0 {
		status = strconv.Itoa(s.Status)
	}
	all := []string{
		"ID=" + d.ID, "PROVIDER=" + d.Provider, "EVENT=" + d.EventType, "PROVIDER_ID=" + d.ProviderID, "METHOD=" + d.Method,
		"PATH=" + d.Path, "URL=" + d.URL, "RECEIVED_AT=" + stamp(d.ReceivedAt), "CONTENT_TYPE=" + d.Header.Get("Content-Type"),
		"BODY_SIZE=" + strconv.FormatInt(d.Body.Size, 10), "VERDICT=" + string(s.Verdict), "REASON=" + string(s.Reason), "STATUS=" + status,
		"OUTCOME=" + string(s.Outcome), "REPLAY_OF=" + d.ReplayOf, "REDELIVERY_OF=" + d.RedeliveryOf, "CURSOR=" + cursorText(behind),
	}
	for i, variable := range all {
		all[i] = "HOOK_" + environmental(variable)
	}
	return all
}

// maxVariable is how long a variable may be, in bytes: Linux takes 128 KiB, Windows 32.
const maxVariable = 16 << 10

// environmental is a text that an environment can hold: without NUL, which would end it, and not too long.
func environmental(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	if len(s) <= maxVariable {
		return s
	}
	s = s[:maxVariable]
	for len(s) > 0 && !utf8.RuneStart(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s[:len(s)-1]
}
