// Package replay hands deliveries to an app: as they come through the tunnel, again from the history, or fresh from a
// sample. It is one engine for all three, so that a replay meets the app exactly as the webhook did. It does not know
// where deliveries come from, nor where they are kept.
package replay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A Recorder keeps what passes through a Forwarder. Its methods are called concurrently for different deliveries, and
// must not block on the disk.
type Recorder interface {
	// Received is told of a delivery as soon as its body was captured, before or while the app has it. It may fill in
	// what the body tells (Provider, EventType, ProviderID, Signature). The channel is closed once the delivery is kept,
	// or can't be; nil means that there is nothing to wait for.
	Received(d *inspect.Delivery) (kept <-chan struct{})
	// Attempted is told of each attempt when it is over: the last one in d.Attempts. If again, another follows.
	Attempted(d *inspect.Delivery, again bool)
}

// keepFor is how long an answer waits for its delivery to be kept.
const keepFor = 100 * time.Millisecond

// DefaultCapture is how much of a body is kept on each side.
const DefaultCapture = 10 << 20

// A Forwarder hands deliveries to one app. The zero value of a field means the default that it names. Its methods may
// be called concurrently.
type Forwarder struct {
	Target     Target
	Exact      bool              // Target is the whole URL that is asked for: nothing of a delivery's own path is joined
	HostHeader string            // what the app gets as Host; empty: the target's authority
	Client     http.RoundTripper // see Client. Required
	Recorder   Recorder          // nil keeps nothing
	Capture    int64             // how much of a body is kept on each side, in bytes; 0: DefaultCapture
	Bare       bool              // add no header of ours: for whoever plays the sender
	Unmarked   bool              // add no Hook-Replay fields to a replay
	WaitForApp time.Duration     // how long an attempt waits for somebody to listen; 0: not at all

	// Refuse is asked of each delivery that ServeDelivery is given, before the app is: the failure that it gives is the
	// answer then, and the app gets nothing. By then the body is here as a whole and the Recorder has seen it; or it is
	// longer than Capture, and d.Body and what the Recorder fills in are empty. If nil, the app gets bodies as they come.
	Refuse func(d *inspect.Delivery) *inspect.Failure

	// Holder is asked of each delivery that ServeDelivery is given and that Refuse has let pass. If nil, none is held. While
	// it is armed, the app gets a body once it is here as a whole, if it is no longer than Capture.
	Holder Holder

	// Challenger knows the questions of the deliveries' provider: of each delivery that ServeDelivery is given it is asked whether
	// it is one. To such a one Refuse's failure is no answer: the app gets nothing, and the sender hears what it wants to. If nil,
	// none is. While it is armed, the app gets a short body once it is here as a whole.
	Challenger Challenger

	door door
}

// ServeDelivery hands d to the app while its body comes in, and the app's answer to w while that comes in. If the app
// gives none, w gets an inspect.Failure that says why. Every attempt is appended to d.Attempts. An answer that breaks off
// in the middle ends in a panic with http.ErrAbortHandler, as w can't be given a clean end.
//
// If w has a method Finish(), that is called when the answer is whole, so that nobody waits for what is left to record.
// If w has a method CheckHeader(status int, h http.Header) error, that is asked before WriteHeader: an answer that it
// refuses counts as none. Fields that are about the app's connection alone, as Keep-Alive is, are recorded but not given
// to w.
//
// Informational answers are passed on as they come, and what comes behind the answer's body by the convention of
// http.TrailerPrefix. What comes behind the request's is handed on if body has a method Trailer() http.Header, which is called
// when body has given io.EOF. If the app switches protocols, as d asked it to by Upgrade, w gets what it says and body is what
// the sender says; a method CloseRead() of body is called to end that.
//
// If body has a method Whole() []byte that gives all of it, it isn't copied; what it gave must not change any more.
//
// length is the body's, or -1 if only its end will tell; what is behind it is not read.
func (f *Forwarder) ServeDelivery(ctx context.Context, w http.ResponseWriter, d *inspect.Delivery, body io.Reader, length int64) {
	p := &passage{f: f, w: w, d: d, request: capture{src: body, limit: f.limit(), length: length}}
	p.sender = body
	if _, ok := body.(trailed); ok && length < 0 {
		p.request.trailer = make(http.Header)
	}
	hold, asks := f.holds(d), f.asks(d, length)
	if ahead := p.request.limit; f.Refuse != nil || hold || asks {
		if f.Refuse == nil && !hold {
			ahead = challengeBody
		}
		if !p.admitted(ctx, ahead, asks) || hold && !p.released(ctx) {
			return
		}
	} else if 0 <= length && length <= wholeBody && !expects(d.Header, length) {
		if err := p.request.all(); err != nil {
			p.give(ctx, err)
			return
		}
	}
	p.run(ctx)
}

// Deliver hands a delivery whose body is at hand to the app. What the app answered, or why it didn't, is appended to
// d.Attempts. A body that was not captured whole is ErrTruncated, before anything is sent.
func (f *Forwarder) Deliver(ctx context.Context, d *inspect.Delivery) error {
	if !d.Body.Complete {
		return ErrTruncated
	}
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // the very value, as net/http has it
			panic(p)
		}
	}()
	p := &passage{f: f, w: nowhere{}, d: d, request: captured(d.Body)}
	p.received()
	p.run(ctx)
	return nil
}

// ErrTruncated is returned for a delivery whose body was longer than what is kept.
var ErrTruncated = errors.New("the body was not captured whole")

func (f *Forwarder) limit() int64 {
	if f.Capture > 0 {
		return f.Capture
	}
	return DefaultCapture
}

// nowhere is where the answer to a replay goes: it is in the attempt.
type nowhere struct{}

func (nowhere) Header() http.Header         { return make(http.Header) }
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) WriteHeader(int)             {}
