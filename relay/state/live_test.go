package state_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

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
	took, before := int64(1), int64(0)
	for tries := 0; took != 0 && tries < 3; tries++ { // the engine counts what it has answered a moment later, and now and then looks after itself
		if before, err = store.Operations(); err != nil || before == 0 {
			t.Fatal("the engine has done nothing so far:", before, err)
		}
		live(t, url, policies)
		after, err := store.Operations()
		if took = after - before; err != nil {
			t.Fatal(err)
		}
	}
	if took != 0 {
		t.Errorf("150 live requests took %d operations of the engine", took)
	}
	if err := hold(t, store, "away-otter", "x"); err != nil { // what is counted does count
		t.Fatal(err)
	}
	for late := time.After(patience); ; {
		if after, err := store.Operations(); err != nil {
			t.Fatal(err)
		} else if after != before {
			break
		}
		select {
		case <-late:
			t.Fatal("a held delivery took no operation")
		default:
		}
	}
}

// patience is how long a test waits for what must happen; only a test that fails waits so long.
const patience = 20 * time.Second

// live sends 50 requests to each endpoint, which are answered by its client.
func live(t *testing.T, url string, names map[string]string) {
	t.Helper()
	defer http.DefaultClient.CloseIdleConnections()
	for range 50 {
		for name := range names {
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
}
