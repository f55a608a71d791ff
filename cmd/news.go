package cmd

import (
	"cmp"
	"context"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// An event is what happens to a delivery: it came, or it is over. It has no bodies, as many may wait for a slow reader:
// they are in the history.
type event struct {
	summary inspect.Summary
	pending *history.Pending // its way into the history; nil once it is there
	over    bool
}

// changed is the recorder's news.
func (l *listener) changed(d *inspect.Delivery, pending *history.Pending, over bool) {
	if over {
		l.app.saw(d)
		l.alarm.saw(d)
		l.news.put(event{d.Summary(), pending, true})
	} else if l.screenful() {
		l.news.put(event{d.Summary(), nil, false})
	}
}

// addTime is how long a batch of news waits, at most, for the history to have it, unless the listener says otherwise.
const addTime = 300 * time.Millisecond

// settle waits until the history has the deliveries, as only then they are known for redeliveries. Those that it takes too
// long for stay as they are.
func (l *listener) settle(ctx context.Context, all []event) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(l.addTime, addTime))
	defer cancel()
	for i := range all {
		e := &all[i]
		if e.pending == nil {
			continue
		}
		select {
		case <-e.pending.Stored():
		case <-ctx.Done():
		}
		select { // after ctx too: others may be done
		case <-e.pending.Stored():
			e.summary.RedeliveryOf = l.recorder.added(e.summary.ID, e.pending)
		default:
		}
	}
}

// printNews prints the deliveries that are over.
func (l *listener) printNews(ctx context.Context, f lineFace) error {
	all, dropped := l.news.pending()
	l.settle(ctx, all)
	var over []inspect.Summary
	for _, e := range all {
		if e.over {
			over = append(over, e.summary)
		}
	}
	if err := f.deliveries(ctx, over); err != nil {
		return err
	}
	if dropped > 0 {
		return f.dropped(dropped)
	}
	return nil
}

// remark says what is odd about a delivery, and what shows more.
func (l *listener) remark(ctx context.Context, s inspect.Summary, short map[string]string) string {
	verify := ": hook verify " + short[s.ID]
	if l.store == nil {
		verify = ""
	}
	if do := l.challenger.note(s.ID); do != "" {
		return "  " + inspect.Printable(do)
	}
	switch {
	case s.Err != "" && (s.Outcome != inspect.OutcomeRejected || s.Verdict != signature.Invalid):
		return "  " + inspect.Printable(s.Err)
	case s.Verdict == signature.Invalid:
		headline := string(s.Reason)
		if d, err := l.delivery(ctx, s.ID); err == nil {
			if d.Last() == nil { // the attempt's row follows
				d.Attempts = []inspect.Attempt{{Target: s.Target}}
			}
			headline = l.secrets.explainDelivery(d).why.Headline
		}
		if s.Outcome == inspect.OutcomeRejected {
			headline = "rejected, " + headline
		}
		return "  " + inspect.Printable(headline) + verify
	case refusesGood(s.Verdict, s.Status):
		return "  the signature is good, yet the app refused it" + verify
	case s.RedeliveryOf != "":
		return "  redelivery of " + short[s.RedeliveryOf]
	}
	return ""
}

// shortIDs gives the ids of deliveries, and of those that they repeat, as people are shown them: as short as no other
// delivery shares them.
func shortIDs(ctx context.Context, store *history.Store, all ...inspect.Summary) map[string]string {
	var ids []string
	for _, s := range all {
		for _, id := range []string{s.ID, s.ReplayOf, s.RedeliveryOf} {
			if id != "" {
				ids = append(ids, id)
			}
		}
	}
	short, err := map[string]string(nil), errNoStore
	if store != nil {
		short, err = store.Short(ctx, ids)
	}
	if err != nil { // the usual length is right nearly always
		short = make(map[string]string, len(ids))
		for _, id := range ids {
			short[id] = inspect.ShortID(id)
		}
	}
	for id, s := range short {
		short[id] = inspect.Printable(s)
	}
	return short
}
