package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// module is where the real programs are.
const module = "github.com/seed-4575fdc3/hook"

// programs are what the benchmark runs.
type programs struct {
	dir               string // a temporary folder that holds all else
	self, hook, relay string
	env               []string // without what would change hook's ways
}

// buildPrograms builds the real programs into a fresh folder, which the caller removes.
func buildPrograms(ctx context.Context) (p programs, err error) {
	if p.dir, err = os.MkdirTemp("", "hook-bench"); err != nil {
		return p, err
	}
	if p.self, err = os.Executable(); err != nil {
		return p, err
	}
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	p.hook, p.relay = filepath.Join(p.dir, "hook"+suffix), filepath.Join(p.dir, "hook-relay"+suffix)
	p.env = slices.DeleteFunc(os.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "HOOK_") })
	build := exec.CommandContext(ctx, "go", "build", "-o", p.dir, module+"/cmd/hook", module+"/cmd/hook-relay")
	if out, err := build.CombinedOutput(); err != nil {
		return p, fmt.Errorf("build hook and hook-relay: %w\n%s", err, out)
	}
	return p, nil
}
