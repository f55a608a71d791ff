package cmd

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The program that fits is given the text; over ssh that is tmux alone.
func TestClipboard(t *testing.T) {
	dir := t.TempDir()
	tool := func(name, script string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cat, err := exec.LookPath("cat")
	if err != nil {
		t.Skip(err)
	}
	for _, name := range []string{"SSH_TTY", "SSH_CONNECTION", "WAYLAND_DISPLAY", "DISPLAY", "TMUX", "WSL_DISTRO_NAME"} {
		t.Setenv(name, "")
	}
	t.Setenv("PATH", dir)
	tool("xclip", cat+" > "+filepath.Join(dir, "copied"))
	tool("tmux", "echo \"$@\" > "+filepath.Join(dir, "passed")+"; "+cat+" >> "+filepath.Join(dir, "passed"))
	if clipboard() != nil {
		t.Skip("this system has a clipboard of its own")
	}
	t.Setenv("DISPLAY", ":0")
	if err := clipboard()(t.Context(), "naïve $(text)\n"); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "copied")); err != nil || string(b) != "naïve $(text)\n" {
		t.Errorf("got %q, %v", b, err)
	}
	t.Setenv("SSH_TTY", "/dev/pts/1") // then that is another machine's
	if clipboard() != nil {
		t.Error("over ssh: got a clipboard")
	}
	t.Setenv("TMUX", "/tmp/tmux")
	if err := clipboard()(t.Context(), "text"); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "passed")); err != nil || string(b) != "load-buffer -w -\ntext" {
		t.Errorf("got %q, %v", b, err)
	}
	tool("tmux", "exit 3")
	if err := clipboard()(t.Context(), "text"); err == nil || !strings.HasPrefix(err.Error(), "tmux: ") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := clipboard()(ctx, "text"); err == nil {
		t.Error("with the screen gone: no error")
	}
}

func TestUTF16(t *testing.T) {
	if got, want := littleEndian("é🎉"), "\xff\xfe\xe9\x00\x3c\xd8\x89\xdf"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
