// Command picture makes the picture of the screen that the README shows: a frame of `hook demo` as it is, drawn as SVG.
//
//	go run ./internal/picture
//
// What differs from run to run (ids, times, digests) is replaced, so that the picture changes only when the screen does.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("o", "docs/screen.svg", "write the picture to this `FILE`")
	hook := flag.String("hook", "", "photograph this `PROGRAM`; it is built if none is given")
	flag.Parse()
	if err := run(*out, *hook); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func run(out, hook string) error {
	dir, err := os.MkdirTemp("", "hook-picture-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if hook == "" {
		if hook, err = build(dir); err != nil {
			return err
		}
	}
	if hook, err = filepath.Abs(hook); err != nil {
		return err
	}
	frame, err := take(hook, dir)
	if err != nil {
		return err
	}
	settle(frame)
	return os.WriteFile(out, []byte(draw(frame)), 0o644) //nolint:gosec // it is for everybody
}
