package cmd

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/tui"
)

// A stand is a real listener with a relay inside, an app behind it and a breakpoint, as under a screen.
type stand struct {
	*listener
	url   string
	began chan struct{} // a request's head is at the app
	saw   chan seen     // what the app got
	quit  func()        // Ctrl-C
}

type seen struct {
	body   string
	header http.Header
}

func newStand(t *testing.T, change func(*listenOptions), more ...func(*listener)) *stand {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir()) // for what is edited
	s := &stand{saw: make(chan seen, 200), began: make(chan struct{}, 200)}
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.began <- struct{}{}
		body, _ := io.ReadAll(r.Body)
		s.saw <- seen{string(body), r.Header}
		_, _ = io.WriteString(w, "the app's")
	}))
	t.Cleanup(app.Close)
	project := testProject(t)
	p := place{streams: streams{strings.NewReader(""), io.Discard, io.Discard}, home: project.home, project: project, pen: newPen().colourless()}
	o := listenOptions{target: app.URL, hostHeader: "target", capture: "64KiB", plain: true, local: true, timeout: time.Minute}
	if change != nil {
		change(&o)
	}
	l, err := p.newListener(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s.listener, l.breakpoint = l, l.newBreakpoint()
	l.engine.Holder = l.breakpoint
	_ = l.actions()
	for _, change := range more {
		change(l)
	}
	ctx, quit := context.WithCancel(context.Background())
	s.quit = quit
	var g errgroup.Group
	g.Go(func() error { return l.run(ctx) })
	g.Go(func() error { return l.breakpoint.endWith(ctx) })
	t.Cleanup(func() {
		quit()
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
		_ = l.close()
	})
	for late := time.After(awaitTime); s.url == ""; {
		state, changed := l.client.State()
		if state.Phase == tunnel.Connected {
			s.url = state.URL
			break
		}
		select {
		case <-changed:
		case <-late:
			t.Fatal("not connected")
		}
	}
	return s
}

const awaitTime = time.Minute

// stands waits until the breakpoint stands as it should.
func (s *stand) stands(t *testing.T, what string, as func(standing) bool) standing {
	t.Helper()
	late := time.After(awaitTime)
	for {
		now, changed := s.breakpoint.state.Get()
		if as(now) {
			return now
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("it is still not so that %s: %+v", what, now)
		}
	}
}

// holding waits until n are held.
func (s *stand) holding(t *testing.T, n int) []tui.Held {
	t.Helper()
	return s.stands(t, fmt.Sprint(n, " are held"), func(now standing) bool { return len(now.held) == n }).held
}

// posted is what the sender of a webhook gets.
type posted struct {
	status int
	header http.Header
	body   string
	err    error
}

// post sends a webhook; its answer comes later.
func (s *stand) post(ctx context.Context, body string, header ...string) <-chan posted {
	return s.send(ctx, strings.NewReader(body), header...)
}

// send is post for a body of any kind.
func (s *stand) send(ctx context.Context, body io.Reader, header ...string) <-chan posted {
	answer := make(chan posted, 1)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, body)
	if err != nil {
		answer <- posted{err: err}
		return answer
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	go func() {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Do(r)
		if err != nil {
			answer <- posted{err: err}
			return
		}
		defer func() { _ = response.Body.Close() }()
		got, err := io.ReadAll(response.Body)
		answer <- posted{response.StatusCode, response.Header, string(got), err}
	}()
	return answer
}

func within[T any](t *testing.T, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(awaitTime):
		t.Fatalf("there is still no sign of %s", what)
	}
	return v
}

func (s *stand) arm(t *testing.T, where string) {
	t.Helper()
	if err := s.breakpoint.Arm(where); err != nil {
		t.Fatal(err)
	}
}

// kept is what the history has of a delivery that is over. It is written behind the answer.
func (s *stand) kept(t *testing.T, id string) *inspect.Delivery {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(awaitTime); ; {
		d, err := s.store.Get(t.Context(), id)
		if err == nil && d.Last() != nil && d.Last().Outcome != inspect.OutcomePending {
			return d
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%s is still under way: %v", id, err)
		}
	}
}

// outcomeOf is the last attempt at a delivery that is over.
func (s *stand) outcomeOf(t *testing.T, id string) inspect.Attempt {
	t.Helper()
	return *s.kept(t, id).Last()
}
