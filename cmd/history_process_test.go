package cmd_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// echoApp answers with the delivery's id, so that a sender can tell which one was answered.
func echoApp(t *testing.T) string {
	t.Helper()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, r.Header.Get("Hook-Delivery"))
	}))
	t.Cleanup(app.Close)
	return app.URL
}

// A tally is the ids of the deliveries that senders got a good answer to.
type tally struct {
	mu    sync.Mutex
	ids   []string
	count atomic.Int64
}

// send posts webhooks one after the other until one gets no answer or stop says so.
func (a *tally) send(client *http.Client, url string, stop func() bool) {
	body := `{"text":"` + strings.Repeat("webhook ", 300) + `"}`
	for n := 0; !stop(); n++ {
		if n%5 == 4 {
			body += body[:min(len(body), 20_000)]
		}
		if n%10 == 9 {
			body = body[:2000]
		}
		r, err := client.Post(url, "application/json", strings.NewReader(body))
		if err != nil {
			return
		}
		id, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil || r.StatusCode != http.StatusOK {
			return
		}
		a.mu.Lock()
		a.ids = append(a.ids, string(id))
		a.mu.Unlock()
		a.count.Add(1)
	}
}

// listed are the outcomes of all deliveries in the history of home, by their ids.
func listed(t *testing.T, home string) map[string]string {
	t.Helper()
	c := exec.Command("hook", "list", "--all-projects", "--limit", "0", "--json")
	c.Env = append(os.Environ(), "HOOK_HOME="+home)
	c.Dir = t.TempDir()
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		var d struct{ ID, Outcome string }
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatalf("%v: %.200s", err, line)
		}
		if _, twice := all[d.ID]; twice {
			t.Errorf("%s is listed twice", d.ID)
		}
		all[d.ID] = d.Outcome
	}
	return all
}

// Whenever a listener is killed, each delivery whose answer a sender got is in the history: answered, or interrupted.
func TestKilledListenerLosesNothing(t *testing.T) {
	rounds := 3
	if os.Getenv("HOOK_SLOW") != "" {
		rounds = 50
	}
	app, home := echoApp(t), filepath.Join(t.TempDir(), "home")
	var got tally
	for round := range rounds {
		p := begin(t, []string{"HOOK_HOME=" + home}, "hook", "listen", app, "--json")
		url := p.await(t, `"url":"([^"]*)"`)[1]
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
		enough := got.count.Load() + int64(100+29*round)
		killed := make(chan struct{})
		var senders sync.WaitGroup
		var once sync.Once
		for range 8 {
			senders.Go(func() {
				got.send(client, url, func() bool {
					if got.count.Load() >= enough {
						once.Do(func() {
							_ = p.cmd.Process.Kill()
							close(killed)
						})
					}
					return false
				})
			})
		}
		senders.Wait()
		<-killed
		<-p.ended
		client.CloseIdleConnections()
	}
	all, interrupted := listed(t, home), 0
	for _, id := range got.ids {
		switch outcome, there := all[id]; {
		case !there:
			t.Errorf("%s was answered and is not there", id)
		case outcome == "interrupted":
			interrupted++
		case outcome != "answered":
			t.Errorf("%s: got the outcome %q", id, outcome)
		}
	}
	t.Logf("%d answered, %d of them interrupted, %d in the history", len(got.ids), interrupted, len(all))
}

// Four listeners write to one history while others read it, by list and as it grows: all is there in the end, and nothing
// failed.
func TestListenersShareAHistory(t *testing.T) {
	const listeners, each = 4, 120
	app, home := echoApp(t), filepath.Join(t.TempDir(), "home")
	env := []string{"HOOK_HOME=" + home}
	follower := begin(t, env, "hook", "list", "--all-projects", "--follow", "--json")
	var got tally
	var senders sync.WaitGroup
	var programs []*program
	for range listeners {
		p := begin(t, env, "hook", "listen", app, "--json")
		url := p.await(t, `"url":"([^"]*)"`)[1]
		programs = append(programs, p)
		for range 2 {
			left := each / 2
			senders.Go(func() {
				got.send(http.DefaultClient, url, func() bool { left--; return left < 0 })
			})
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	readers.Go(func() {
		for ctx.Err() == nil {
			listed(t, home)
		}
	})
	senders.Wait()
	cancel()
	readers.Wait()
	http.DefaultClient.CloseIdleConnections()
	if n := got.count.Load(); n != listeners*each {
		t.Errorf("got %d answers, want %d", n, listeners*each)
	}
	for _, p := range programs {
		_ = p.cmd.Process.Signal(os.Interrupt)
		p.wantExit(t, 0)
		if strings.Contains(p.output.String(), "could not be kept") || strings.Contains(p.output.String(), "history_unwritable") {
			t.Error("a listener could not keep something")
		}
	}
	all := listed(t, home)
	for _, id := range got.ids {
		if all[id] != "answered" {
			t.Errorf("%s: got the outcome %q, want answered", id, all[id])
		}
	}
	follower.await(t, fmt.Sprintf(`"id":"%s"`, got.ids[len(got.ids)-1]))
}
