package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/internal/terminal"
)

const (
	width, height = 120, 30
	patience      = time.Minute
	endpoint      = "quiet-otter-k7q2"
)

// build makes hook and says where it is.
func build(dir string) (string, error) {
	hook := filepath.Join(dir, "hook")
	out, err := exec.Command("go", "build", "-o", hook, "github.com/seed-4575fdc3/hook/cmd/hook").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build hook: %w\n%s", err, out)
	}
	return hook, nil
}

// take runs hook demo until all its events are there, and opens the signature of the last, which is bad.
func take(hook, dir string) (f terminal.Frame, err error) {
	// A project of its own, with a name that stays.
	if err := os.WriteFile(filepath.Join(dir, "hook.yaml"), []byte("name: "+endpoint+"\n"), 0o600); err != nil {
		return f, err
	}
	t, err := terminal.Start(terminal.Options{
		Dir: dir, Width: width, Height: height,
		Env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "HOOK_HOME=" + filepath.Join(dir, "home"), "LANG=C.UTF-8", "TZ=UTC", "COLORTERM=truecolor"},
	}, hook, "demo")
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, t.Close(patience)) }()
	if _, err := await(t, "the last event", func(f terminal.Frame) bool { return listed(f, "invoice.paid", "400") }); err != nil {
		return f, err
	}
	if err := t.Press("5"); err != nil {
		return f, err
	}
	if _, err := await(t, "the explanation", func(f terminal.Frame) bool {
		return strings.Contains(f.String(), "[Signature]") && strings.Contains(f.String(), "expected")
	}); err != nil {
		return f, err
	}
	// Once it is quiet, the rate is gone.
	return await(t, "a quiet connection", func(f terminal.Frame) bool { return roundTrip.MatchString(f.Row(0)) && !rate.MatchString(f.Row(0)) })
}

// listed says whether a row of the list has all of these.
func listed(f terminal.Frame, texts ...string) bool {
rows:
	for y := range f.Height {
		list, _, beside := strings.Cut(f.Row(y), "│")
		if !beside {
			continue
		}
		for _, text := range texts {
			if !strings.Contains(list, text) {
				continue rows
			}
		}
		return true
	}
	return false
}

// await waits until a frame is as wanted.
func await(t *terminal.Terminal, what string, wanted func(terminal.Frame) bool) (terminal.Frame, error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		f, changed := t.Frame()
		if wanted(f) {
			return f, nil
		}
		select {
		case <-changed:
		case <-t.Ended():
			return f, fmt.Errorf("hook demo ended before there was %s:\n%s", what, f)
		case <-late.C:
			return f, fmt.Errorf("hook demo: there is no sign of %s:\n%s", what, f)
		}
	}
}
