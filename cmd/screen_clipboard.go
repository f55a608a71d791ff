package cmd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
	"unicode/utf16"
)

// clipboardTime is how long the clipboard's program may take, on a busy machine too. Nothing else waits for it.
const clipboardTime = 5 * time.Second

// A clipboardTool is a program that puts what it reads on the clipboard.
type clipboardTool struct {
	name  string
	args  []string
	utf16 bool // it reads UTF-16
}

// clipboard puts text on the system's clipboard; nil if there is no program for that. Over ssh the system is another than the
// one that the user sits at: only tmux, which passes on what it is given, is asked then.
func clipboard() func(ctx context.Context, text string) error {
	for _, tool := range clipboardTools(os.Getenv) {
		if path, err := exec.LookPath(tool.name); err == nil {
			return func(ctx context.Context, text string) error { return tool.take(ctx, path, text) }
		}
	}
	return nil
}

// clipboardTools are the programs that fit where this runs, the best first.
func clipboardTools(env func(string) string) []clipboardTool {
	var all []clipboardTool
	add := func(fits bool, tool clipboardTool) {
		if fits {
			all = append(all, tool)
		}
	}
	if env("SSH_TTY") == "" && env("SSH_CONNECTION") == "" {
		add(runtime.GOOS == "darwin", clipboardTool{name: "pbcopy"})
		add(runtime.GOOS == "windows" || env("WSL_DISTRO_NAME") != "", clipboardTool{name: "clip.exe", utf16: true})
		add(env("WAYLAND_DISPLAY") != "", clipboardTool{name: "wl-copy"})
		add(env("DISPLAY") != "", clipboardTool{name: "xclip", args: []string{"-selection", "clipboard"}})
		add(env("DISPLAY") != "", clipboardTool{name: "xsel", args: []string{"--clipboard", "--input"}})
	}
	add(env("TMUX") != "", clipboardTool{name: "tmux", args: []string{"load-buffer", "-w", "-"}})
	return all
}

// take gives text to the program. Some go on in the background to serve it, so nothing of what they print is waited for.
func (t clipboardTool) take(ctx context.Context, path, text string) error {
	ctx, cancel := context.WithTimeout(ctx, clipboardTime)
	defer cancel()
	c := exec.CommandContext(ctx, path, t.args...)
	c.Stdin = strings.NewReader(text)
	if t.utf16 {
		c.Stdin = strings.NewReader(littleEndian(text))
	}
	c.WaitDelay = 100 * time.Millisecond
	switch err := c.Run(); {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%s took more than %v", t.name, clipboardTime)
	case err != nil:
		return fmt.Errorf("%s: %w", t.name, err)
	}
	return nil
}

// littleEndian is text in UTF-16 with a mark in front that says so.
func littleEndian(text string) string {
	var b []byte
	for _, unit := range append([]uint16{0xFEFF}, utf16.Encode([]rune(text))...) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return string(b)
}
