package replay

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// knockEvery is how often it is looked whether an app that is away has come back.
const knockEvery = 100 * time.Millisecond

// A door is where deliveries wait while the app is away: the first one knocks for all.
type door struct {
	mu    sync.Mutex
	again chan struct{} // closed when it is time to try again; nil while nobody waits
}

// whenThere asks the app, and again when somebody listens if nobody did, until the time for that is over. As nothing was
// sent before, it is one attempt, and the waiting is a part of connecting.
func (p *passage) whenThere(r *http.Request) (*http.Response, error) {
	response, err := p.f.Client.RoundTrip(r)
	if err == nil || p.f.WaitForApp <= 0 || p.challenge != nil || !refused(err) {
		return response, err
	}
	if p.request.whole() {
		p.received() // what may take long is recorded before
	}
	ctx, cancel := context.WithDeadline(r.Context(), p.started.Add(p.f.WaitForApp))
	defer cancel()
	for refused(err) && p.f.knock(ctx) {
		response, err = p.f.Client.RoundTrip(r)
	}
	if refused(err) {
		p.trace.waited(p.started)
	}
	return response, err
}

// refused says whether nobody took the connection, so that nothing was sent.
func refused(err error) bool {
	d, ok := err.(*dialError) //nolint:errorlint // the client's own, not one that a body brings
	return ok && nobody(d)
}

// knock waits until it may be worth trying again, and says whether it may before ctx ends.
func (f *Forwarder) knock(ctx context.Context) bool {
	f.door.mu.Lock()
	again := f.door.again
	if again != nil {
		f.door.mu.Unlock()
		select {
		case <-again:
			return true
		case <-ctx.Done():
			return false
		}
	}
	again = make(chan struct{})
	f.door.again = again
	f.door.mu.Unlock()
	defer func() { // also when ctx ended: then another one has to knock
		f.door.mu.Lock()
		defer f.door.mu.Unlock()
		f.door.again = nil
		close(again)
	}()
	tick := time.NewTicker(knockEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
		c, ok := f.Client.(interface {
			Connect(ctx context.Context, t Target) error
		})
		if !ok || !refused(c.Connect(ctx, f.Target)) {
			return ctx.Err() == nil
		}
	}
}
