package cmd

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The command gets what to do, the record's name and its value as words of their own, behind its own.
func TestDNSCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are sh's")
	}
	file := filepath.Join(t.TempDir(), "told")
	run := dnsCommand(`printf '%s|' >>` + file + ` "with space"`)
	for _, do := range []string{"add", "remove"} {
		if err := run(t.Context(), do, "_acme-challenge.relay.example", "-$(touch evil)"); err != nil {
			t.Error(err)
		}
	}
	told, err := os.ReadFile(file)
	if want := "with space|add|_acme-challenge.relay.example|-$(touch evil)|with space|remove|_acme-challenge.relay.example|-$(touch evil)|"; err != nil || string(told) != want {
		t.Errorf("it was told %q, %v; want %q", told, err, want)
	}
}

// Its failure has how it ended and the end of what it printed, in words that a terminal doesn't act on.
func TestDNSCommandFails(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are sh's")
	}
	for command, want := range map[string]string{
		`printf 'no account\033[2J\n' >&2; echo last; exit 7 #`: "exit status 7; it printed: no account",
		`exit 3 #`: "exit status 3; it printed nothing",
		`i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done; exit 1 #`: "line 499",
		`hook-test-no-such-program`: "exit status 127",
	} {
		err := dnsCommand(command)(t.Context(), "add", "a", "b")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\x1b") || len(err.Error()) > 3*dnsSays {
			t.Errorf("%s: %v", command, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := dnsCommand("echo begun; sleep 60 #")(ctx, "add", "a", "b"); err == nil || !strings.Contains(err.Error(), "took too long; it printed") {
		t.Errorf("one that takes too long: %v", err)
	}
}
