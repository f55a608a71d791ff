package cmd

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// waitForOwnApp is how long deliveries wait for an app that hook itself started, unless --wait-for-app says otherwise.
const waitForOwnApp = 10 * time.Second

// runApp runs the command behind -- until it ends, or ctx does. That it ended by itself is kept for the end: hook ends
// with it.
func (l *listener) runApp(ctx context.Context) error {
	words := l.o.command
	c, err := startChild(ctx, childOptions{name: words[0], args: words[1:], out: l.appSays})
	if errors.Is(err, exec.ErrNotFound) {
		return fail(exitUsage, "what is behind -- is run without a shell: a program and its arguments", "listen: there is no program %s in PATH", words[0])
	}
	if err != nil {
		return fail(exitFailed, "", "listen: %w", err)
	}
	err = c.wait()
	if ctx.Err() != nil {
		return nil
	}
	l.appExit = &appExit{program: words[0], err: err}
	if l.screenful() && l.logFile != nil {
		l.appExit.hint = "what it printed is in " + l.logFile.Name() + "; --plain shows it here"
	}
	l.app.state.Set(appState{known: true, ended: l.appExit.how(), since: time.Now()})
	return nil
}

// appSays passes a line of the app's on: beside hook's own lines, or to the log under the screen.
func (l *listener) appSays(line string) {
	if l.screenful() {
		l.log.Info("app", "line", line)
		return
	}
	_, _ = fmt.Fprintln(l.err, line)
}

// An appExit is how an app ended that hook had started.
type appExit struct {
	program string
	err     error
	hint    string // where its output is; empty if that was shown
}

func (e *appExit) how() string {
	if e.err == nil {
		return "exit status 0"
	}
	return e.err.Error()
}

// fault makes hook's exit code the app's.
func (e *appExit) fault() error {
	if code := exitCode(e.err); code != exitDone {
		return fail(code, e.hint, "%s ended: %s", e.program, e.how())
	}
	return nil
}

// splitCommand parts the arguments at --: those before it, and the command behind it.
func splitCommand(args []string, dash int) (before, command []string, err error) {
	if dash < 0 {
		return args, nil, nil
	}
	if before, command = args[:dash], args[dash:]; len(command) == 0 || strings.TrimSpace(command[0]) == "" {
		return nil, nil, fail(exitUsage, "as in `hook listen 3000 -- npm run dev`", "listen: there is no command behind --")
	}
	return before, command, nil
}

func waitForAppFlag(f *pflag.FlagSet, to *time.Duration) {
	f.Var((*waitValue)(to), "wait-for-app", "let deliveries wait up to this `time` while nothing listens at the target: it may be restarting")
}
