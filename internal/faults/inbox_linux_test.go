package faults_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// A ledger is what senders were told, and what the app got, of deliveries that are numbered by sender.
type ledger struct {
	mu       sync.Mutex
	promised [][]int         // of each sender, in order: answered 202
	got      [][]int         // of each sender, in the order in which they came the first time
	seen     map[[2]int]bool // that have come
	twice    int             // deliveries that came again
	more     chan struct{}   // told when a promise was made
}

func newLedger(senders int) *ledger {
	return &ledger{
		promised: make([][]int, senders), got: make([][]int, senders), seen: make(map[[2]int]bool), more: make(chan struct{}, 1),
	}
}

func (l *ledger) promise(sender, n int) {
	l.mu.Lock()
	l.promised[sender] = append(l.promised[sender], n)
	l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
}

// promises is how many were made.
func (l *ledger) promises() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, all := range l.promised {
		n += len(all)
	}
	return n
}

// ServeDelivery is tunnel.Handler's: the app.
func (l *ledger) ServeDelivery(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader, _ int64) {
	var sender, n int
	if _, err := fmt.Fscan(body, &sender, &n); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen[[2]int{sender, n}] {
		l.twice++
		return
	}
	l.seen[[2]int{sender, n}] = true
	l.got[sender] = append(l.got[sender], n)
}

// missing is how many deliveries have not come that were promised.
func (l *ledger) missing() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for sender, all := range l.promised {
		for _, number := range all {
			if !l.seen[[2]int{sender, number}] {
				n++
			}
		}
	}
	return n
}

// check wants every delivery that was promised, and those of each sender in their order.
func (l *ledger) check(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for sender := range l.promised {
		for _, n := range l.promised[sender] {
			if !l.seen[[2]int{sender, n}] {
				t.Errorf("number %d of sender %d was answered 202 and never came", n, sender)
			}
		}
		last := -1
		for _, n := range l.got[sender] {
			if n <= last {
				t.Errorf("number %d of sender %d came behind %d", n, sender, last)
			}
			last = n
		}
	}
}

// Rows 1 and 24: whenever the relay is killed, nothing is lost that was answered 202, and all comes in order. In every other
// round the client is there, so that the relay is killed while it hands over what it holds.
func TestRow1RelayKilledWhileItHolds(t *testing.T) {
	rounds, each := 4, 40
	if isSlow() {
		rounds, each = 50, 150
	}
	s := newSite(t)
	front := startProxy(t, "127.0.0.1:1")
	relay := func() *program {
		p, addr := s.startRelay(front.Addr(), "--data", s.dir+"/data", "--inbox-count", "1000000", "--inbox-bytes", "10GiB")
		front.Retarget(addr)
		return p
	}
	const senders = 8
	l := newLedger(senders)
	connect := func() *client {
		c := newClient(front.Addr(), otter)
		c.Settings.WhenAway = "hold"
		c.Handler = l
		c.start(t)
		return c
	}
	p := relay()
	c := connect()
	c.wait(t, tunnel.Connected)
	c.end(t)
	next := make([]int, senders)
	for round := range rounds {
		there := round%2 == 1
		if there {
			c = connect()
		}
		stop := make(chan struct{})
		var sending sync.WaitGroup
		for sender := range senders {
			sending.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					n := next[sender]
					next[sender]++
					if a := post(t, front.Addr(), "/e/"+otter, fmt.Sprint(sender, " ", n)); a.Err == nil && a.Status == http.StatusAccepted {
						l.promise(sender, n)
					}
				}
			})
		}
		for began := l.promises(); l.promises() < began+each+round%7; {
			within(t, l.more, "a delivery that is held")
		}
		p.kill(t)
		close(stop)
		sending.Wait()
		if there {
			c.end(t)
		}
		p = relay()
	}
	c = connect()
	eventually(t, "all has come that was answered 202", func() bool { return l.missing() == 0 })
	c.end(t)
	l.check(t)
	t.Logf("%d times killed, %d deliveries answered 202, %d of them came twice", rounds, l.promises(), l.twice)
}
