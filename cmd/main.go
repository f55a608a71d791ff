// Package cmd is the commands of hook and hook-relay: flags, settings, wiring, everything that is printed, and the
// next step when something went wrong. The other packages know nothing of it.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Version is hook's own.
const Version = "0.1.0"

// The exit codes. docs/exit-codes.md says more about each.
const (
	exitDone         = 0
	exitFailed       = 1
	exitUsage        = 2
	exitWrong        = 3 // checked, and found wrong
	exitUnauthorized = 4
	exitUnreachable  = 5 // target or relay, or nothing to send to
	exitTimedOut     = 6
	exitInterrupted  = 130
)

// streams are where a command reads from and prints to. out is the answer, err is talk.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Main runs hook with args (no program name) and returns the exit code. When ctx ends the command stops.
func Main(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(streams{stdin, stdout, stderr})
	root.SetArgs(args)
	return report(ctx, "hook", root.ExecuteContext(ctx), stderr)
}

// A fault is an error that knows the user's next step and the exit code. Only package cmd makes one.
type fault struct {
	error
	next string // what to do; empty if the error says it all
	code int
}

func (f *fault) Unwrap() error { return f.error }

// fail makes a fault of words.
func fail(code int, next, format string, args ...any) error {
	return &fault{fmt.Errorf(format, args...), next, code}
}

// errQuiet is for a command that has said all there is to say.
var errQuiet = errors.New("said already")

// report prints an error and the next step, and gives the exit code.
func report(ctx context.Context, program string, err error, stderr io.Writer) int {
	if err == nil {
		return exitDone
	}
	if words := together(err); words != "" {
		err = fail(exitUsage, "leave one of them out", "%s", words)
	}
	f, ok := errors.AsType[*fault](err)
	if !ok {
		f = &fault{err, "", exitFailed}
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return exitInterrupted
	}
	if !errors.Is(err, errQuiet) {
		_, _ = fmt.Fprintf(stderr, "%s: error: %s\n", program, inspect.Printable(err.Error()))
		if p, ok := errors.AsType[*pointed](err); ok {
			for _, line := range p.lines {
				_, _ = fmt.Fprintf(stderr, "    %s\n", line)
			}
		}
		if f.next != "" {
			_, _ = fmt.Fprintf(stderr, "%s: hint: %s\n", program, inspect.Printable(f.next))
		}
	}
	return f.code
}

// together reads cobra's error for flags that exclude each other, which is no type of its own: "if any flags in the group [a b]
// are set none of the others can be; [a b] were all set".
func together(err error) string {
	words, flags, ok := strings.Cut(err.Error(), " none of the others can be; [")
	flags, _, _ = strings.Cut(flags, "]")
	if !ok || !strings.HasPrefix(words, "if any flags in the group [") {
		return ""
	}
	return "--" + strings.ReplaceAll(flags, " ", " and --") + " don't go together"
}

// ballast is memory that is never touched, and so takes none: it counts as in use when the next collection of garbage is set.
var ballast []byte

// What processes keep as ballast.
const (
	dayLong = 8 << 20  // that forward all day with little in memory
	atOnce  = 16 << 20 // that send many, and end: of more, the kernel's work to give it takes as long as collecting would
)

// collectSeldom has garbage collected less often, which takes a tenth of the CPU off a request, for about as much memory as the
// ballast. A larger share (GOGC) would do the same, and take several times as much where a lot is in memory.
func collectSeldom(size int) {
	if os.Getenv("GOGC") == "" && ballast == nil {
		ballast = make([]byte, size)
	}
}
