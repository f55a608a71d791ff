package relay

import (
	"net/http"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// An Outcome is what came of a request from outside.
type Outcome string

// The outcomes of a request.
const (
	Answered  Outcome = "answered"  // through the tunnel, by the app or its hook
	Kept      Outcome = "held"      // it is in the inbox
	Challenge Outcome = "challenge" // the relay answered a provider's question
	Refused   Outcome = "refused"   // the relay would not have it: Code says why
	Failed    Outcome = "failed"    // no answer could be had: Code says why
	Broken    Outcome = "broken"    // the sender was gone before it had an answer, or the answer broke off
)

// A Seen is one request from outside, once it is over. Times count from Began.
type Seen struct {
	Began    time.Time
	Endpoint string // its name; empty if there is no such endpoint
	Delivery string // its id, if it got one
	Remote   string // the sender's address
	Method   string
	Path     string // what followed the endpoint's URL; it may hold secrets
	Status   int    // 0: none was sent
	Code     string // of a failure, as in Hook-Error
	Outcome  Outcome
	In, Out  int64         // bytes of the bodies: those that were read, and written
	Opened   time.Duration // until the request was handed to the tunnel; 0: it was not
	Head     time.Duration // until the answer's head was there; 0: never
	Took     time.Duration
}

// A visit is a request from outside while it is under way.
type visit struct {
	Seen
	s *Server
	w http.ResponseWriter
	r *http.Request

	address, endpoint *load // that count it; nil: it has no limits there, or didn't get so far
}

// fail answers with a failure.
func (v *visit) fail(f inspect.Failure) {
	v.Status, v.Code, v.Outcome = f.Status, f.Code, Failed
	if f.Status < http.StatusInternalServerError {
		v.Outcome = Refused
	}
	v.s.hurry(v.w, v.r)
	v.Out = f.Answer(v.w, v.Delivery)
}

// mayWrite gives what is written next its time, as that of the server may be over.
func (v *visit) mayWrite() {
	_ = http.NewResponseController(v.w).SetWriteDeadline(time.Now().Add(streamIdle))
}

// over tells whoever wants to know.
func (s *Server) over(v *visit) {
	if s.cfg.Seen != nil {
		v.Took = time.Since(v.Began)
		s.cfg.Seen(&v.Seen)
	}
}
