package replay

import (
	"context"
	"maps"
	"net/http"
	"strconv"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A Holder may have deliveries wait before the app gets them, and decides what becomes of them. Its methods are called
// concurrently.
type Holder interface {
	// Armed says whether Hold is to be asked about a delivery that begins now. It is called for each, and must take no time.
	Armed() bool
	// Hold gives its ruling on d, and may take long over it, until ctx ends, as the sender has gone. d's body is here as a
	// whole and the Recorder has seen it; or it is longer than Capture, and d.Body and what the Recorder fills in are empty:
	// such a delivery can only pass. An error is why there will be no ruling: the app gets nothing then, and the sender is told.
	Hold(ctx context.Context, d *inspect.Delivery) (Ruling, error)
}

// A Ruling is what becomes of a delivery that could be held. The zero Ruling lets it pass as it came. At most one of
// Instead and Answer is set.
type Ruling struct {
	// Instead goes to the app in the delivery's place, as a replay of it with a record of its own: what the sender sent is
	// kept as it came. Its body must be whole. The sender gets the app's answer to it.
	Instead *inspect.Delivery
	// Over is called when Instead is over, with what came of it in its Attempts. It may be nil.
	Over func()
	// Answer goes to the sender, and the app gets nothing. Its body must be one that its status may have.
	Answer *inspect.Response
}

// holds says whether the Holder is to be asked about d. What is to become a websocket is no webhook, and its body has no end.
func (f *Forwarder) holds(d *inspect.Delivery) bool {
	return f.Holder != nil && d.Header["Upgrade"] == nil && f.Holder.Armed()
}

// released asks the Holder, and says whether the app is to have the delivery as it came. If not, it is over.
func (p *passage) released(ctx context.Context) bool {
	ruling, err := p.f.Holder.Hold(ctx, p.d)
	switch {
	case err != nil:
		p.givenUp(ctx, err)
	case ruling.Answer != nil:
		p.byHand(ruling.Answer)
	case ruling.Instead != nil:
		p.replaced(ctx, ruling)
	default:
		return true
	}
	return false
}

// givenUp is for a delivery that waited in vain.
func (p *passage) givenUp(ctx context.Context, err error) {
	outcome := inspect.OutcomeTimeout
	failure := inspect.Failure{Status: http.StatusGatewayTimeout, Code: "held_too_long", Message: err.Error()}
	if ctx.Err() != nil {
		outcome = inspect.OutcomeCanceled
		failure = inspect.Failure{
			Status: http.StatusBadGateway, Code: "canceled",
			Message: "the sender hung up, or the tunnel was lost, while it was held: the app didn't get it",
		}
	}
	p.received()
	p.over(inspect.Attempt{Err: failure.Message, Outcome: outcome}, false)
	failure.Answer(p.w, p.d.ID)
}

// byHand answers in place of the app.
func (p *passage) byHand(r *inspect.Response) {
	p.answer(r)
	p.over(inspect.Attempt{Response: r, Outcome: inspect.OutcomeByHand, Err: "held, and answered by hand: the app didn't get it"}, false)
}

// answer gives the sender an answer that isn't the app's.
func (p *passage) answer(r *inspect.Response) {
	h := p.w.Header()
	maps.Copy(h, r.Header)
	if r.Status != http.StatusNoContent && r.Status != http.StatusNotModified {
		h["Content-Length"] = []string{strconv.Itoa(len(r.Body.Bytes))}
	}
	p.awaitKept()
	p.w.WriteHeader(r.Status)
	if p.d.Method != http.MethodHead && len(r.Body.Bytes) > 0 {
		_, _ = p.w.Write(r.Body.Bytes)
	}
	if w, ok := p.w.(finisher); ok {
		w.Finish()
	}
}

// replaced hands another delivery to the app and its answer to the sender.
func (p *passage) replaced(ctx context.Context, ruling Ruling) {
	fresh := ruling.Instead
	defer func() { // also if the answer broke off
		a := inspect.Attempt{Outcome: inspect.OutcomeInterrupted, Err: "held; the app got " + fresh.ID + " in its place"}
		if last := fresh.Last(); last != nil {
			a.Response, a.Outcome = last.Response, last.Outcome
			if a.Outcome == inspect.OutcomeAnswered {
				a.Outcome = inspect.OutcomeByHand // as it was no answer to this one
			}
			if last.Err != "" {
				a.Err += ": " + last.Err
			}
		}
		p.over(a, false)
		if ruling.Over != nil {
			ruling.Over()
		}
	}()
	q := &passage{f: p.f, w: p.w, d: fresh, request: captured(fresh.Body)}
	q.received()
	q.run(ctx)
}
