package cmd

import (
	"log/slog"
	"sync"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A recorder judges what passes through a replay.Forwarder, keeps it in the history, and tells whoever watches.
type recorder struct {
	secrets  *secrets
	store    *history.Store
	endpoint string
	log      *slog.Logger

	// changed is told of a delivery when it came and when it is over; pending is its way into the history, nil once it is
	// there. It must not block, nor keep d. May be nil.
	changed func(d *inspect.Delivery, pending *history.Pending, over bool)

	mu     sync.Mutex
	counts counts
	adding map[string]*history.Pending // by the delivery's id, while its attempts go on
}

// counts sum a session up.
type counts struct{ received, ok, failed, refused, rejected, invalid int }

// Received judges d and hands it to the history. It is the first of replay.Recorder.
func (r *recorder) Received(d *inspect.Delivery) <-chan struct{} {
	d.Endpoint = r.endpoint
	provider := (*signature.Provider)(nil)
	if d.Provider != "" { // a replay knows its provider
		provider = signature.Lookup(d.Provider)
	}
	who, meta, res := r.secrets.judge(d.Signed(), provider)
	if who != nil {
		d.Provider = who.Name
	}
	res = r.secrets.settle(res)
	d.EventType, d.ProviderID, d.Signature = meta.EventType, meta.ID, res
	pending := r.store.Add(d)
	r.mu.Lock()
	r.counts.received++
	if res.Verdict == signature.Invalid {
		r.counts.invalid++
	}
	if r.adding == nil {
		r.adding = make(map[string]*history.Pending)
	}
	r.adding[d.ID] = pending
	r.mu.Unlock()
	if r.changed != nil {
		r.changed(d, pending, false)
	}
	return pending.Done()
}

// Attempted keeps the last attempt. It is the second of replay.Recorder.
func (r *recorder) Attempted(d *inspect.Delivery, again bool) {
	a := *d.Last()
	r.store.AddAttempt(d.ID, a)
	if again {
		return
	}
	r.mu.Lock()
	pending := r.adding[d.ID]
	delete(r.adding, d.ID)
	switch {
	case a.Response == nil && a.Outcome == inspect.OutcomeRefused:
		r.counts.refused++
	case a.Outcome == inspect.OutcomeRejected:
		r.counts.rejected++
	case a.Response != nil && a.Response.Status/100 == 2 && a.Outcome == inspect.OutcomeAnswered:
		r.counts.ok++
	default:
		r.counts.failed++
	}
	r.mu.Unlock()
	if pending != nil {
		select {
		case <-pending.Stored():
			d.RedeliveryOf = r.added(d.ID, pending)
			pending = nil
		default: // an app that refuses is faster than the disk
		}
	}
	if r.changed != nil {
		r.changed(d, pending, true)
	}
}

// added reads what the history found a delivery to be a redelivery of, once pending is done.
func (r *recorder) added(id string, pending *history.Pending) (redeliveryOf string) {
	if err := pending.Err(); err != nil {
		r.log.Error("keep a delivery", "delivery", id, "error", err)
	}
	return pending.RedeliveryOf()
}

// inFlight is how many deliveries have no answer yet.
func (r *recorder) inFlight() int {
	c := r.sum()
	return c.received - c.ok - c.failed - c.refused - c.rejected
}

func (r *recorder) sum() counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts
}
