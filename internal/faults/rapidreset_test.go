package faults_test

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"

	"github.com/seed-4575fdc3/hook/relay"
)

// Row 12: streams that are opened and reset, thousands of them, hurt nobody else and leave nothing behind; and they count
// as requests, whatever becomes of them.
func TestRow12RapidReset(t *testing.T) {
	const burst = 20
	for name, c := range map[string]struct {
		streams uint32 // on each of four connections
		open    uint32 // how many are open before the first of them is reset
		limits  relay.Limits
	}{
		"at once": {1000, 1, relay.Limits{}}, "once the client has them": {300, 100, relay.Limits{}},
		"through a proxy, limited": {1000, 100, relay.Limits{AddressRate: 0.001, AddressBurst: burst}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, plan{relay: relay.Config{Limits: c.limits}})
			var inside atomic.Int32
			h.app.mux.HandleFunc("/until", func(_ http.ResponseWriter, r *http.Request) {
				inside.Add(1)
				defer inside.Add(-1)
				<-r.Context().Done()
			})
			neighbours(t, h.relay)
			var fields []string
			if c.limits.AddressBurst > 0 {
				fields = []string{"x-forwarded-for", "192.0.2.1"}
			}
			var speaking sync.WaitGroup
			var reset atomic.Int32
			for range 4 {
				s := speak(t, h.relay.addr)
				speaking.Go(func() { _, _ = io.Copy(io.Discard, s.conn) })
				speaking.Go(func() {
					defer func() { _ = s.conn.Close() }()
					for n := range c.streams {
						err := s.send(1+2*n, s.request("/e/"+otter+"/until", fields...))
						if err == nil && n >= c.open {
							reset.Add(1)
							err = s.WriteRSTStream(1+2*(n-c.open), http2.ErrCodeCancel)
						}
						if err != nil {
							return // the relay has had enough
						}
					}
					_ = s.Flush()
				})
			}
			speaking.Wait()
			eventually(t, "the app has none of them any more", func() bool { return inside.Load() == 0 })
			t.Logf("%d streams were reset; the client got %d of them, the app %d", reset.Load(), len(h.deliveries()), h.app.asked())
			if n := h.app.asked(); c.limits.AddressBurst > 0 && n > burst {
				t.Errorf("the app was asked %d times, in spite of the limit", n)
			}
			wantBody(t, h.post("", "hello"), "hello")
		})
	}
}
