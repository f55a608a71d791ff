package differential

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// serving is a house whose app is an http.Handler. The URL is the endpoint's.
func serving(t testing.TB, handler http.Handler) (url string) {
	t.Helper()
	app := httptest.NewServer(handler)
	t.Cleanup(app.Close)
	h := newHouse(t, plan{target: app.URL, hostHeader: "target"})
	return "http://" + h.relay + "/e/" + endpoint
}

func TestWebsocketBothWays(t *testing.T) {
	const messages = 10_000
	closed := make(chan error, 1)
	url := serving(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"chat"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = c.CloseNow() }()
		for {
			kind, msg, err := c.Read(r.Context())
			if err != nil {
				closed <- err
				return
			}
			if err := c.Write(r.Context(), kind, msg); err != nil {
				t.Error(err)
				return
			}
		}
	}))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	late := time.AfterFunc(patience, cancel) // each message has as long
	defer late.Stop()
	c, resp, err := websocket.Dial(ctx, url+"/ws?room=1", &websocket.DialOptions{Subprotocols: []string{"chat"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.CloseNow() }()
	if c.Subprotocol() != "chat" || resp.Header.Get("Hook-Error") != "" {
		t.Errorf("the handshake was answered with %q", resp.Header)
	}
	var g sync.WaitGroup
	g.Go(func() {
		for i := range messages {
			kind := websocket.MessageText
			if i%2 == 1 {
				kind = websocket.MessageBinary
			}
			if err := c.Write(ctx, kind, webMessage(i)); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for i := range messages {
		_, got, err := c.Read(ctx)
		late.Reset(patience)
		if err != nil || string(got) != string(webMessage(i)) {
			t.Fatalf("message %d came back as %.60q, %v", i, got, err)
		}
	}
	g.Wait()
	if err := c.Close(4321, "enough said"); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := <-closed; websocket.CloseStatus(err) != 4321 || !strings.Contains(err.Error(), "enough said") {
		t.Errorf("the app saw %v, want close code 4321", err)
	}
}

// webMessage is of every size from nothing to 20 KiB.
func webMessage(i int) []byte { return []byte(strings.Repeat(fmt.Sprintf("%d ", i), i%4000)) }

func TestWebsocketClosedByTheApp(t *testing.T) {
	url := serving(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := websocket.Accept(w, r, nil); err == nil {
			_ = c.Close(websocket.StatusPolicyViolation, "not you")
		}
	}))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.CloseNow() }()
	if _, _, err := c.Read(ctx); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("got %v, want close code 1008", err)
	}
}

func TestWebsocketThatTheAppRefuses(t *testing.T) {
	url := serving(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no websockets here", http.StatusForbidden)
	}))
	_, resp, err := websocket.Dial(t.Context(), url, nil)
	if err == nil || resp == nil || resp.StatusCode != http.StatusForbidden {
		t.Fatalf("got %v, %v; want 403", resp, err)
	}
	if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), "no websockets here") {
		t.Errorf("got %q", body)
	}
}

// A sender that is gone without a word ends the app's connection too.
func TestWebsocketWhoseSenderIsGone(t *testing.T) {
	ended := make(chan struct{})
	url := serving(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := websocket.Accept(w, r, nil); err == nil {
			_, _, _ = c.Read(context.Background())
			_ = c.CloseNow()
			close(ended)
		}
	}))
	c, _, err := websocket.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.CloseNow()
	select {
	case <-ended:
	case <-time.After(patience):
		t.Error("the app's connection lives on")
	}
}

// Each event of a stream is passed on at once: the app sends the next one only when the sender has this one.
func TestEventsOneByOne(t *testing.T) {
	next := make(chan struct{})
	url := serving(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 50 {
			_, _ = fmt.Fprintf(w, "data: %d\n\n", i)
			_ = http.NewResponseController(w).Flush()
			select {
			case <-next:
			case <-r.Context().Done():
				return
			}
		}
	}))
	resp, err := http.Get(url + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	buf := make([]byte, 100)
	for i := range 50 {
		n, err := resp.Body.Read(buf)
		if want := fmt.Sprintf("data: %d\n\n", i); err != nil || string(buf[:n]) != want {
			t.Fatalf("got %q, %v; want %q", buf[:n], err, want)
		}
		next <- struct{}{}
	}
	if rest, err := io.ReadAll(resp.Body); len(rest) > 0 || err != nil {
		t.Errorf("got %q at the end, %v", rest, err)
	}
}

// A long poll is answered when there is something to say, and ends at the app when nobody waits any more.
func TestLongPoll(t *testing.T) {
	say, began, gone := make(chan string), make(chan struct{}), make(chan struct{}, 1)
	url := serving(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		select {
		case text := <-say:
			_, _ = io.WriteString(w, text)
		case <-r.Context().Done():
			gone <- struct{}{}
		}
	}))
	answered := make(chan string, 1)
	ask := func(ctx context.Context) {
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, url+"/poll", nil)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			answered <- err.Error()
			return
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		answered <- string(body)
	}
	var g sync.WaitGroup
	defer g.Wait()
	g.Go(func() { ask(t.Context()) })
	<-began
	say <- "news"
	if got := <-answered; got != "news" {
		t.Errorf("got %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	g.Go(func() { ask(ctx) })
	<-began
	cancel()
	select {
	case <-gone:
	case <-time.After(patience):
		t.Error("the app still waits")
	}
	<-answered
}
