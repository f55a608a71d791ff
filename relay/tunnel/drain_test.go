package tunnel_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// Every request that is in flight when the client stops gets its answer, all at the last moment though they come.
func TestStopLetsRequestsFinish(t *testing.T) {
	const requests = 50
	url, _ := serve(t, "127.0.0.1:0", nil)
	began, release := make(chan struct{}), make(chan struct{})
	c := newClient(url, func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		began <- struct{}{}
		<-release
		_, _ = io.Copy(w, body)
	})
	c.Drain = patience
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	wait(t, c, tunnel.Connected)
	var g sync.WaitGroup
	for range requests {
		g.Go(func() {
			if got, err := post(url, "hello"); got != "200 hello" {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
	for range requests {
		<-began
	}
	cancel()
	close(release)
	g.Wait()
	if err := <-ended; err != nil {
		t.Errorf("Run returned %v", err)
	}
}

// While a client drains, what is new is refused at once: the relay knows that nobody would answer.
func TestStopRefusesWhatIsNew(t *testing.T) {
	url, _ := serve(t, "127.0.0.1:0", nil)
	began, release := make(chan struct{}), make(chan struct{})
	c := newClient(url, func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		if word, _ := io.ReadAll(body); string(word) == "stay" {
			close(began)
			<-release
		}
	})
	c.Drain = patience
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	wait(t, c, tunnel.Connected)
	stayed := make(chan string, 1)
	go func() {
		got, _ := post(url, "stay")
		stayed <- got
	}()
	<-began
	cancel()
	for late := time.Now().Add(patience); ; { // the go-away is on its way
		got, err := post(url, "go")
		if strings.HasPrefix(got, "502 ") && strings.Contains(got, "tunnel_absent") {
			break
		}
		if !strings.HasPrefix(got, "200 ") && !strings.HasPrefix(got, "503 ") || time.Now().After(late) {
			t.Errorf("got %s, %v; want 502 tunnel_absent", got, err)
			break
		}
	}
	close(release)
	if got := <-stayed; got != "200 " {
		t.Errorf("the request in flight got %s", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run returned %v", err)
	}
}

// What takes longer than Drain is cut off, and its handler is told.
func TestStopDoesNotWaitForever(t *testing.T) {
	url, _ := serve(t, "127.0.0.1:0", nil)
	began, ended := make(chan struct{}), make(chan struct{})
	c := newClient(url, func(ctx context.Context, _ http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
		close(began)
		<-ctx.Done()
		close(ended)
	})
	c.Drain = 20 * time.Millisecond
	stop := start(t, c)
	wait(t, c, tunnel.Connected)
	got := make(chan string, 1)
	go func() {
		answer, _ := post(url, "hello")
		got <- answer
	}()
	<-began
	if err := stop(); err != nil {
		t.Errorf("Run returned %v", err)
	}
	select {
	case <-ended:
	default:
		t.Error("the handler outlives Run")
	}
	if answer := <-got; !strings.HasPrefix(answer, "502 ") || !strings.Contains(answer, "tunnel_lost") {
		t.Errorf("got %s, want 502 tunnel_lost", answer)
	}
}
