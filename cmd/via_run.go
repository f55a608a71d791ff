package cmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/latest"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// An exposure keeps an exposer running in front of the relay inside hook.
type exposure struct {
	*exposer
	relay *embedded
	log   *slog.Logger
	state latest.Value[exposed]
}

// An exposed is how it stands: the zero value is that it begins.
type exposed struct {
	url     string    // the public base; empty unless it works
	note    string    // what the program wants the user to see
	err     error     // why it ended
	retryAt time.Time // when it is started again; zero while it runs
}

const (
	urlPatience  = 20 * time.Second // how long an exposer may take to say its URL before that is remarked upon
	exposedLong  = 30 * time.Second // one that worked for so long is started again soon
	leastWait    = 500 * time.Millisecond
	lastLines    = 6   // of its output, that tell why it ended
	longestWords = 400 // characters of its output that are shown
)

// run starts the exposer, and starts it anew when it ends, with exponential backoff and full jitter, until ctx ends.
// Meanwhile the relay has its local URL. The program has ended when run returns.
func (x *exposure) run(ctx context.Context) error {
	retry := &backoff.ExponentialBackOff{InitialInterval: time.Second, Multiplier: 2, MaxInterval: 30 * time.Second, RandomizationFactor: 1}
	retry.Reset()
	for {
		x.state.Set(exposed{})
		began := time.Now()
		worked, err := x.once(ctx)
		_ = x.relay.server.SetPublic(x.relay.url, false)
		if ctx.Err() != nil {
			return nil // the end is not an error
		}
		if worked && time.Since(began) > exposedLong {
			retry.Reset()
		}
		wait := leastWait + retry.NextBackOff()
		x.log.Info("the exposer ended", "via", x.name, "error", err, "retry_in", wait)
		x.state.Set(exposed{err: err, retryAt: time.Now().Add(wait)})
		again := time.NewTimer(wait)
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return nil
		}
	}
}

// once runs the program and tells how it ended, and whether there was a public URL.
func (x *exposure) once(ctx context.Context) (worked bool, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	l := &listening{exposure: x, understand: x.reader(ctx, x.relay.url), stop: stop}
	silent := time.AfterFunc(urlPatience, l.silent)
	defer silent.Stop()
	words := x.filled(x.relay.port)
	c, err := startChild(ctx, childOptions{
		name: words[0], args: words[1:], out: l.hear,
		env:    []string{"HOOK_PORT=" + strconv.Itoa(x.relay.port), "HOOK_LOCAL_URL=" + x.relay.url},
		hidden: ours,
	})
	if err != nil {
		return false, err
	}
	return l.ended(c.wait())
}

// ours says whether a variable is a secret for hook alone: an exposer, which may be anybody's program, gets none of them.
func ours(name string) bool {
	name = strings.ToUpper(name) // as they are all the same to Windows
	return strings.HasPrefix(name, "HOOK_SECRET_") || strings.HasPrefix(name, "HOOK_") && strings.HasSuffix(name, "TOKEN")
}

// A listening is what was heard of one run of the program.
type listening struct {
	*exposure
	understand func(line string) meaning // hear's
	stop       func()

	mu    sync.Mutex
	url   string
	told  string
	lines []string // the last ones that may matter
	over  bool
}

// token matches what ngrok quotes in its errors.
var token = regexp.MustCompile(`(?i)(your authtoken: *)[^\s"\\]+`)

// colours are what a program prints in that takes its output for a terminal.
var colours = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// hear takes a line of the program's output.
func (l *listening) hear(line string) {
	line = inspect.Printable(strings.TrimSpace(token.ReplaceAllString(colours.ReplaceAllString(line, ""), "$1…")))
	l.log.Info("said", "via", l.name, "line", line)
	m := l.understand(line)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.url != "" && !m.new { // what is printed later may be a stranger's words: a request's target, in a log
		m.url = ""
	}
	if !m.noise && m.url == "" && line != "" {
		if len(l.lines) == lastLines {
			l.lines = slices.Delete(l.lines, 0, 1)
		}
		l.lines = append(l.lines, line)
	}
	if m.tell != "" {
		l.told = atMost(m.tell)
	}
	if m.url != "" {
		if err := l.relay.server.SetPublic(m.url, true); err != nil {
			l.told = err.Error()
			m.url = ""
		}
	}
	if m.url != "" {
		l.url = m.url
		l.state.Set(exposed{url: l.url, note: m.tell})
	} else if m.tell != "" && l.url == "" {
		l.state.Set(exposed{note: l.told})
	}
	if m.over {
		l.stop()
	}
}

// silent remarks that there is no URL yet.
func (l *listening) silent() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.url != "" || l.told != "" {
		return
	}
	note := "it has not said its URL yet"
	if n := len(l.lines); n > 0 {
		note += "; its last line: " + atMost(l.lines[n-1])
	}
	l.state.Set(exposed{note: note})
}

// ended puts into words how the program ended.
func (l *listening) ended(err error) (worked bool, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	why := l.told
	if why == "" {
		why = atMost(strings.Join(l.lines, " "))
	}
	how := "exit status 0"
	if err != nil {
		how = err.Error()
	}
	if why != "" {
		how += ": " + why
	}
	return l.url != "", errors.New(how)
}

func atMost(words string) string {
	if r := []rune(words); len(r) > longestWords {
		return string(r[:longestWords]) + "…"
	}
	return words
}

// A viaError is why there is no public URL now. As an error it has the words that don't change by the second.
type viaError struct {
	name string
	exposed
}

func (e *viaError) Error() string {
	if e.err == nil {
		return e.note
	}
	return e.name + " ended: " + e.err.Error()
}

// words say how it stands, fit for one line.
func (e *viaError) words(now time.Time) string {
	switch {
	case e.err != nil:
		wait := max(0, e.retryAt.Sub(now)).Round(time.Second)
		return fmt.Sprintf("%s; starting it again in %d s", e.Error(), int(wait.Seconds()))
	case e.note != "":
		return "starting " + e.name + ": " + e.note
	}
	return "starting " + e.name + "…"
}

// connection is how the way in stands: the tunnel's state, and behind an exposer, once the tunnel is connected, the
// exposer's. The channels are closed when it changes; one may be nil.
func (l *listener) connection() (s tunnel.State, changed, viaChanged <-chan struct{}) {
	s, changed = l.client.State()
	if l.exposure == nil {
		return s, changed, nil
	}
	e, viaChanged := l.exposure.state.Get()
	switch {
	case s.Phase != tunnel.Connected:
	case e.url != "":
		s.URL, s.Public = e.url+"/e/"+l.client.Name, true
	default:
		s = tunnel.State{Phase: tunnel.Connecting, Err: &viaError{l.exposure.name, e}, RetryAt: e.retryAt}
		if !e.retryAt.IsZero() {
			s.Phase = tunnel.Waiting
		}
	}
	return s, changed, viaChanged
}

// viaNote is what the exposer wants the user to see although it works.
func (l *listener) viaNote() string {
	if l.exposure == nil {
		return ""
	}
	e, _ := l.exposure.state.Get()
	if e.url == "" {
		return ""
	}
	return e.note
}
