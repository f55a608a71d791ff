// Package inspect is the vocabulary of hook: what a delivery is, what became of it, and how its bytes are shown. It
// does no network and no disk I/O.
package inspect

import (
	"crypto/sha256"
	"net/http"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A Delivery is one webhook request as it reached the edge, and what came of it.
//
// A provider's own retry is another Delivery with the same ProviderID; a further try of ours at the same request is
// another Attempt; a replay is another Delivery with ReplayOf set.
type Delivery struct {
	ID           string      // see NewID
	ReplayOf     string      // the delivery that this one repeats; empty if it came from a provider
	RedeliveryOf string      // the earliest delivery with the same Provider and ProviderID; set by the history
	Endpoint     string      // the endpoint's name; empty for a delivery that never crossed a relay
	Remote       string      // the sender's address without its port, as the edge saw it
	Proto        string      // "HTTP/1.1", as the sender spoke
	Host         string      // the authority that the sender asked for
	Method       string      // as sent, case kept
	URL          string      // as the sender saw it: the configured public base and the raw target. Some schemes sign it
	Path         string      // what followed the endpoint's own URL, still escaped, with its query; may be empty
	ReceivedAt   time.Time   // when its head was read at the edge; signatures are judged as of then
	Header       http.Header // all values in their order; hop-by-hop fields are gone
	Body         Capture     // the exact bytes up to the cap: signatures cover these, not a re-encoding
	Provider     string      // a name of package signature; empty when nobody is recognised
	EventType    string
	ProviderID   string // the provider's own id of the event or delivery: the same on its retries
	Signature    signature.Result
	Change       string    // what a replay changed of what it repeats, in a line of words; empty if nothing but the signature
	Masked       bool      // secrets in it were masked before it got here: its signature and bytes are not the sender's
	Attempts     []Attempt // in order; a 500 from the app is a Response, a refused connection an Err
	Earlier      int       // how many attempts were made before those in Attempts: the relay had held it, and hands it over again

	// Skew is by how much this machine's clock was ahead of the edge's when the delivery came, roughly; 0 if nobody knows.
	Skew time.Duration
}

// A Capture is what was kept of a body that streamed past.
type Capture struct {
	Bytes    []byte
	Size     int64 // of the whole body, which may be more than len(Bytes)
	Complete bool  // Bytes is the whole body
}

// SHA256 is the hash of Bytes.
func (c Capture) SHA256() [32]byte { return sha256.Sum256(c.Bytes) }

// CaptureOf is the capture of a body that is at hand as a whole.
func CaptureOf(body []byte) Capture {
	return Capture{Bytes: body, Size: int64(len(body)), Complete: true}
}

// An Attempt is one try at handing a delivery to the app.
type Attempt struct {
	Number   int    // from 1
	Target   string // the URL that was requested
	Started  time.Time
	Stages   Stages
	Response *Response // nil if the app gave none
	Err      string    // what went wrong on the way, for people; empty if the app answered wholly
	Outcome  Outcome
}

// Stages are the parts of an attempt's time. A stage that was not reached is zero.
type Stages struct {
	Connect time.Duration // until a connection was at hand: nearly nothing for a reused one
	Wait    time.Duration // from there to the response's head
	Total   time.Duration // from the start to the last byte of the response, or the error
}

// A Response is what the app answered.
type Response struct {
	Status int
	Header http.Header
	Body   Capture
}

// An Outcome says in one word how an attempt ended.
type Outcome string

// The outcomes of an attempt.
const (
	OutcomePending     Outcome = ""            // still under way
	OutcomeAnswered    Outcome = "answered"    // the app answered, with whatever status
	OutcomeRefused     Outcome = "refused"     // nothing listens at the target
	OutcomeByHand      Outcome = "by_hand"     // held, and the app did not get it as it came: it was answered by hand, or edited
	OutcomeChallenge   Outcome = "challenge"   // the provider's question about the URL, which hook itself answered
	OutcomeRejected    Outcome = "rejected"    // the app was not asked, as the signature isn't good enough
	OutcomeTimeout     Outcome = "timeout"     // the app took too long
	OutcomeClosed      Outcome = "closed"      // the app closed the connection before its answer was whole
	OutcomeUnreachable Outcome = "unreachable" // no connection for another reason: DNS, TLS, a route
	OutcomeCanceled    Outcome = "canceled"    // the sender hung up, or the tunnel was lost
	OutcomeInterrupted Outcome = "interrupted" // hook itself ended before the attempt did
)

// Whole says whether the sender got a whole answer: the app's, hook's own, or one by hand.
func (o Outcome) Whole() bool {
	return o == OutcomeAnswered || o == OutcomeByHand || o == OutcomeChallenge
}

// Last is the delivery's last attempt, or nil before the first.
func (d *Delivery) Last() *Attempt {
	if len(d.Attempts) == 0 {
		return nil
	}
	return &d.Attempts[len(d.Attempts)-1]
}

// Next is the number of the delivery's next attempt.
func (d *Delivery) Next() int {
	if a := d.Last(); a != nil {
		return max(a.Number, d.Earlier+len(d.Attempts)) + 1
	}
	return d.Earlier + 1
}

// Signed is the part of the delivery that signatures speak of.
func (d *Delivery) Signed() signature.Request {
	return signature.Request{
		Method: d.Method, URL: d.URL, Header: d.Header,
		Body: d.Body.Bytes, Truncated: !d.Body.Complete, ReceivedAt: d.ReceivedAt,
		Remote: d.Remote,
	}
}

// A Summary is a delivery as lists show it: no header and no body.
type Summary struct {
	ID           string
	ReplayOf     string
	RedeliveryOf string
	Endpoint     string
	Method       string
	Path         string
	ReceivedAt   time.Time
	Skew         time.Duration // see Delivery
	Provider     string
	EventType    string
	ProviderID   string
	Verdict      signature.Verdict
	Reason       signature.Reason
	BodySize     int64
	Change       string // see Delivery
	Masked       bool   // see Delivery
	Attempts     int
	Target       string        // of the last attempt
	Status       int           // the app's answer to the last attempt; 0 if there was none
	Duration     time.Duration // of the last attempt
	Outcome      Outcome       // of the last attempt
	Err          string        // of the last attempt
}

// Summary sums the delivery up.
func (d *Delivery) Summary() Summary {
	s := Summary{
		ID: d.ID, ReplayOf: d.ReplayOf, RedeliveryOf: d.RedeliveryOf, Endpoint: d.Endpoint,
		Method: d.Method, Path: d.Path, ReceivedAt: d.ReceivedAt, Skew: d.Skew,
		Provider: d.Provider, EventType: d.EventType, ProviderID: d.ProviderID,
		Verdict: d.Signature.Verdict, Reason: d.Signature.Reason,
		BodySize: d.Body.Size, Change: d.Change, Masked: d.Masked, Attempts: d.Next() - 1,
	}
	if a := d.Last(); a != nil {
		s.Target, s.Duration, s.Outcome, s.Err = a.Target, a.Stages.Total, a.Outcome, a.Err
		if a.Response != nil {
			s.Status = a.Response.Status
		}
	}
	return s
}

// Failed says whether the last attempt ended without a 2xx answer from the app.
func (s Summary) Failed() bool {
	return s.Outcome != OutcomePending && (s.Status < 200 || s.Status > 299)
}
