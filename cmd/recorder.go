package cmd

import (
	"fmt"
	"log/slog"
	"sync"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A recorder judges what passes through a replay.Forwarder, keeps it in the history, and tells whoever watches.
type recorder struct {
	secrets  *secrets
	store    *history.Store // nil keeps nothing
	unkept   *unkept        // remembers what is not kept; may be nil
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
type counts struct {
	received, ok, failed, refused, rejected, invalid int

	again int // further attempts at what a relay holds; the sum of what became of those and of what was received is above
}

// words say how many came and what became of them. Rejected ones are a matter of --enforce, else only of a wrong challenge.
func (c counts) words(enforced bool) []string {
	all := []string{
		fmt.Sprintf("%d received", c.received), fmt.Sprintf("%d answered 2xx", c.ok), fmt.Sprintf("%d failed", c.failed), fmt.Sprintf("%d refused", c.refused),
	}
	if enforced || c.rejected > 0 {
		all = append(all, fmt.Sprintf("%d rejected", c.rejected))
	}
	all = append(all, plural(c.invalid, "bad signature", "bad signatures"))
	if c.again > 0 {
		all = append(all, plural(c.again, "further attempt", "further attempts"))
	}
	return all
}

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
	pending := r.add(d)
	r.mu.Lock()
	switch {
	case !isCounted(d):
	case d.Earlier > 0:
		r.counts.again++
	default:
		r.counts.received++
		if res.Verdict == signature.Invalid {
			r.counts.invalid++
		}
	}
	if pending != nil {
		if r.adding == nil {
			r.adding = make(map[string]*history.Pending)
		}
		r.adding[d.ID] = pending
	}
	r.mu.Unlock()
	if r.changed != nil {
		r.changed(d, pending, false)
	}
	if pending == nil {
		over := make(chan struct{})
		close(over)
		return over
	}
	return pending.Done()
}

// add hands d to the history; nil if there is none.
func (r *recorder) add(d *inspect.Delivery) *history.Pending {
	r.remember(d)
	if r.store == nil {
		return nil
	}
	return r.store.Add(d)
}

// remember keeps d in mind if nobody else does. A history that fails is known to after its first failure.
func (r *recorder) remember(d *inspect.Delivery) {
	if r.unkept == nil {
		return
	}
	if r.store != nil {
		if _, err := r.store.Failed(); err == nil {
			return
		}
	}
	r.unkept.put(d)
}

// addAttempt hands the last attempt to the history.
func (r *recorder) addAttempt(d *inspect.Delivery, again bool) {
	r.remember(d)
	if r.store == nil {
		return
	}
	a := *d.Last()
	if again { // the next is there first, so that nobody takes the delivery for finished
		r.store.AddAttempt(d.ID, inspect.Attempt{Number: a.Number + 1, Target: a.Target, Started: a.Started.Add(a.Stages.Total)})
	}
	r.store.AddAttempt(d.ID, a)
}

// Attempted keeps the last attempt. It is the second of replay.Recorder.
func (r *recorder) Attempted(d *inspect.Delivery, again bool) {
	a := *d.Last()
	r.addAttempt(d, again)
	if again {
		return
	}
	r.mu.Lock()
	pending := r.adding[d.ID]
	delete(r.adding, d.ID)
	switch {
	case !isCounted(d):
	case a.Response == nil && a.Outcome == inspect.OutcomeRefused:
		r.counts.refused++
	case a.Outcome == inspect.OutcomeRejected, a.Outcome == inspect.OutcomeChallenge && a.Response.Status/100 != 2:
		r.counts.rejected++
	case a.Response != nil && a.Response.Status/100 == 2 && a.Outcome.Whole():
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

// isCounted says whether d came from a sender: one that was edited while it was held was counted as it came.
func isCounted(d *inspect.Delivery) bool { return d.ReplayOf == "" }

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
	return c.received + c.again - c.ok - c.failed - c.refused - c.rejected
}

func (r *recorder) sum() counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts
}
