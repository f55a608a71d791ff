package cmd

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/latest"
)

const (
	alarmRest     = time.Second // between the beginnings of two runs, at least
	alarmPatience = time.Minute // how long a run may take
)

// An alarm runs a command of the user's when a delivery is in trouble: one run at a time, and a rest between two. What
// comes meanwhile is counted for the next.
type alarm struct {
	command string
	log     *slog.Logger
	logFile string               // where its output is; empty if it is nowhere
	said    func(warning string) // told once that it doesn't work, in words for people
	warning latest.Value[string] // likewise, for the screen

	news chan struct{} // capacity 1
	once sync.Once     // of saying that it doesn't work

	mu    sync.Mutex
	facts []string // of the latest in trouble; guarded by mu
	count int      // since the last run; guarded by mu
}

// newAlarm is the listener's; nil without --on-failure.
func (l *listener) newAlarm() (*alarm, error) {
	if l.o.onFailure == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	if strings.TrimSpace(l.o.onFailure) == "" {
		return nil, fail(exitUsage, `as in --on-failure 'notify-send "$HOOK_EVENT" "$HOOK_REASON"'`, "listen: --on-failure has no command")
	}
	a := &alarm{command: l.o.onFailure, log: l.log, news: make(chan struct{}, 1), said: func(string) {}}
	if l.logFile != nil {
		a.logFile = l.logFile.Name()
	}
	if !l.screenful() {
		a.said = func(warning string) { _, _ = fmt.Fprintf(l.err, "hook: warning: %s\n", warning) }
	}
	return a, nil
}

// saw is told of each delivery that is over. It doesn't block.
func (a *alarm) saw(d *inspect.Delivery) {
	if a == nil {
		return
	}
	s := d.Summary()
	why := troubleOf(s)
	if why == "" {
		return
	}
	facts := alarmFacts(d, s, why)
	a.mu.Lock()
	a.facts = facts
	a.count++
	a.mu.Unlock()
	select {
	case a.news <- struct{}{}:
	default:
	}
}

// run runs the command as it is due until ctx ends; then one that runs is ended, with all that it started.
func (a *alarm) run(ctx context.Context) error {
	for {
		select {
		case <-a.news:
		case <-ctx.Done():
			return nil
		}
		rest := time.NewTimer(alarmRest)
		if err := a.ring(ctx); err != nil && ctx.Err() == nil {
			a.complain(err)
		}
		select {
		case <-rest.C:
		case <-ctx.Done():
			rest.Stop()
			return nil
		}
	}
}

// ring runs the command once.
func (a *alarm) ring(ctx context.Context) error {
	a.mu.Lock()
	facts, count := a.facts, a.count
	a.facts, a.count = nil, 0
	a.mu.Unlock()
	if count == 0 { // the run before has told of it
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, alarmPatience)
	defer cancel()
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/c"
	}
	c, err := startChild(ctx, childOptions{
		name: shell, args: []string{flag, a.command}, env: append(facts, "HOOK_COUNT="+strconv.Itoa(count)), out: func(line string) { a.log.Info("--on-failure", "line", line) },
	})
	if err != nil {
		return err
	}
	if err = c.wait(); ctx.Err() != nil {
		return fmt.Errorf("it was ended, as it took longer than %s", limitWords(alarmPatience))
	}
	return err
}

// complain says once that the command doesn't work; the log has each time.
func (a *alarm) complain(err error) {
	a.log.Warn("--on-failure", "error", err)
	a.once.Do(func() {
		words := "--on-failure: " + err.Error()
		if a.logFile != "" {
			words += "; what it printed is in " + a.logFile
		}
		a.warning.Set(words)
		a.said(inspect.Printable(words))
	})
}

// broken is why the command doesn't work, empty if it does, and a channel that is closed when that changes.
func (a *alarm) broken() (string, <-chan struct{}) {
	if a == nil {
		return "", nil
	}
	return a.warning.Get()
}

// alarmFacts are what the command is told of a delivery, in its environment: nothing of a delivery is in a command line, where a
// shell would take it for more than a text.
func alarmFacts(d *inspect.Delivery, s inspect.Summary, why string) []string {
	status := ""
	if s.Status != 0 {
		status = strconv.Itoa(s.Status)
	}
	all := []string{
		"ID=" + s.ID, "PROVIDER=" + s.Provider, "EVENT=" + s.EventType, "PROVIDER_ID=" + s.ProviderID, "METHOD=" + s.Method,
		"PATH=" + s.Path, "URL=" + d.URL, "RECEIVED_AT=" + stamp(s.ReceivedAt), "VERDICT=" + string(s.Verdict), "STATUS=" + status,
		"OUTCOME=" + string(s.Outcome), "DURATION_MS=" + strconv.FormatInt(s.Duration.Milliseconds(), 10), "REASON=" + why,
	}
	for i, fact := range all {
		all[i] = "HOOK_" + environmental(fact)
		if runtime.GOOS == "windows" {
			all[i] = strings.Map(harmless, all[i])
		}
	}
	return all
}

// harmless is a character that Windows' shell takes for nothing else, in a variable too.
func harmless(r rune) rune {
	if strings.ContainsRune("&|<>^%!\"()", r) || r < ' ' {
		return '_'
	}
	return r
}
