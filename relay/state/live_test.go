package state_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

type echo struct{}

func (echo) ServeDelivery(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader, _ int64) {
	_, _ = io.Copy(w, body)
}

// Live traffic asks the engine for nothing, whatever is to become of webhooks while nobody is there.
func TestLiveTrafficLeavesTheEngineAlone(t *testing.T) {
	store := open(t, t.TempDir())
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + ln.Addr().String()
	server, err := relay.New(relay.Config{PublicURL: url, Names: store, Inbox: store})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 4)
	go func() { ended <- server.Serve(ctx, ln) }()
	running := 1
	defer func() {
		cancel()
		for range running {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}()
	policies := map[string]string{"hold-otter": "hold", "fail-otter": "fail", "auto-otter": "auto"}
	for name, policy := range policies {
		c := &tunnel.Client{Relay: url, Name: name, Secret: "mine", Instance: "one", Handler: echo{}}
		c.Settings.WhenAway = policy
		running++
		go func() { ended <- c.Run(ctx) }()
		for s, changed := c.State(); s.Phase != tunnel.Connected; s, changed = c.State() {
			<-changed
		}
	}
	before, err := store.Operations()
	if err != nil || before == 0 {
		t.Fatal("the engine has done nothing so far:", before, err)
	}
	for range 50 {
		for name := range policies {
			resp, err := http.Post(url+"/e/"+name, "text/plain", strings.NewReader("hello"))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || resp.StatusCode != http.StatusOK || string(body) != "hello" {
				t.Fatal(resp.Status, string(body), err)
			}
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if after, err := store.Operations(); after != before || err != nil {
		t.Errorf("150 live requests took %d operations of the engine (%v)", after-before, err)
	}
	if err := hold(t, store, "away-otter", "x"); err != nil { // what is counted does count
		t.Fatal(err)
	}
	if after, _ := store.Operations(); after == before {
		t.Error("a held delivery took no operation")
	}
}
