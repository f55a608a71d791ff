package relay_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// startPublic is a relay whose public URL can be changed.
func startPublic(t *testing.T) (*relay.Server, *house) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, addr: ln.Addr().String(), url: "http://" + ln.Addr().String()}
	server, err := relay.New(relay.Config{PublicURL: h.url})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve returned %v", err)
		}
	})
	return server, h
}

// A new public URL counts from the next request and claim on, while the tunnel and what is in flight on it stay.
func TestSetPublic(t *testing.T) {
	server, h := startPublic(t)
	urls := make(chan string, 3)
	began, release := make(chan struct{}), make(chan struct{})
	c := h.connect(func(_ context.Context, w http.ResponseWriter, d *inspect.Delivery, body io.Reader) {
		if word, _ := io.ReadAll(body); string(word) == "stay" {
			close(began)
			<-release
		}
		urls <- d.URL
		_, _ = io.WriteString(w, "done")
	})
	before, _ := c.State()
	stayed := make(chan answer, 1)
	go func() { stayed <- h.post(strings.NewReader("stay")) }()
	within(t, began, "the request")

	const public = "https://fresh.example"
	if err := server.SetPublic(public+"/", true); err != nil {
		t.Fatal(err)
	}
	if got, want := server.EndpointURL(otter), public+"/e/"+otter; got != want {
		t.Errorf("EndpointURL is %s, want %s", got, want)
	}
	if got := h.post(nil); got.Status != http.StatusOK {
		t.Errorf("a request under the new URL got %s", got)
	}
	if got, want := within(t, urls, "the delivery"), public+"/e/"+otter; got != want {
		t.Errorf("the delivery's URL is %s, want %s", got, want)
	}
	close(release)
	if got := within(t, stayed, "an answer"); got.Status != http.StatusOK || string(got.Body) != "done" {
		t.Errorf("the request in flight got %s", got)
	}
	if got := within(t, urls, "the delivery"); got != before.URL {
		t.Errorf("the URL of the request that was in flight is %s, want %s", got, before.URL)
	}
	if after, _ := c.State(); after.Phase != tunnel.Connected || after.URL != before.URL {
		t.Errorf("the client is %s (%v): it should not have noticed", after.Phase, after.Err)
	}
	_ = c.stop()
	again := h.connect(echo)
	if state, _ := again.State(); state.URL != public+"/e/"+otter {
		t.Errorf("a claim is welcomed with %s", state.URL)
	}
}

func TestSetPublicRefusesWhatNewDoes(t *testing.T) {
	server, h := startPublic(t)
	for _, url := range []string{"", "relay.example", "ftp://relay.example", "https://", "https://relay.example/path", "https://me@relay.example", "https://relay.example?q", "https://bad host"} {
		if err := server.SetPublic(url, true); err == nil {
			t.Errorf("%q was taken", url)
		}
		if _, err := relay.New(relay.Config{PublicURL: url}); err == nil {
			t.Errorf("New took %q", url)
		}
	}
	if got, want := server.EndpointURL(otter), h.url+"/e/"+otter; got != want {
		t.Errorf("EndpointURL is %s after nothing but refusals, want %s", got, want)
	}
}

// Requests see the one URL or the other, whole.
func TestSetPublicWhileRequestsCome(t *testing.T) {
	server, h := startPublic(t)
	h.connect(func(_ context.Context, w http.ResponseWriter, d *inspect.Delivery, _ io.Reader) {
		_ = json.NewEncoder(w).Encode(d.URL)
	})
	known := map[string]bool{h.url + "/e/" + otter: true, "https://one.example/e/" + otter: true, "http://two.example:8080/e/" + otter: true}
	stop := make(chan struct{})
	var g sync.WaitGroup
	g.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := server.SetPublic([]string{"https://one.example", "http://two.example:8080"}[i%2], i%2 == 0); err != nil {
				t.Error(err)
			}
		}
	})
	for range 100 {
		got := h.post(nil)
		var url string
		if err := json.Unmarshal(got.Body, &url); got.Status != http.StatusOK || err != nil || !known[url] {
			t.Errorf("got %s, %v", got, err)
		}
	}
	close(stop)
	g.Wait()
}
