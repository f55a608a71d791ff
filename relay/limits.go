package relay

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Limits are what one sender and one endpoint may take of a relay, so that nobody takes all of it. A field that is 0 means the
// default that it names, one below 0 no limit. What comes from the relay's own machine, and not through a proxy, has no limits
// by its address but WrongTokens and WrongProofs.
type Limits struct {
	InFlight int // requests under way in all; 0: 8,192

	AddressInFlight int     // requests under way from one address; 0: 256
	AddressRate     float64 // requests a second from one address; 0: 200
	AddressBurst    int     // requests at once from one address; 0: those of five seconds

	EndpointInFlight int     // requests under way to one endpoint; 0: 1,024
	EndpointRate     float64 // requests a second to one endpoint; 0: no limit
	EndpointBurst    int     // requests at once to one endpoint; 0: those of five seconds

	WrongTokens int // in a minute from one address, for tunnels and for the API; 0: 10
	WrongProofs int // in a minute from one address to one endpoint, as Access demands them; 0: 30
	NewNames    int // that are claimed in an hour from one address without tokens; 0: 30
}

// InForce are the limits that l means, all of them named: 0 is no limit there.
func (l Limits) InForce() Limits {
	for value, fallback := range map[*int]int{
		&l.InFlight: 8192, &l.AddressInFlight: 256, &l.EndpointInFlight: maxStreams, &l.WrongTokens: 10, &l.WrongProofs: 30, &l.NewNames: 30,
	} {
		*value = inForce(*value, fallback)
	}
	l.AddressRate = inForce(l.AddressRate, 200)
	l.EndpointRate = inForce(l.EndpointRate, 0)
	if l.AddressBurst <= 0 {
		l.AddressBurst = burstOf(l.AddressRate)
	}
	if l.EndpointBurst <= 0 {
		l.EndpointBurst = burstOf(l.EndpointRate)
	}
	return l
}

// maxStreams is how many requests an endpoint may have under way unless told.
const maxStreams = 1024

// streams is how many a tunnel may have at once whose client takes so many.
func (l Limits) streams(takes int) int {
	if l.EndpointInFlight == 0 {
		return takes
	}
	return min(takes, l.EndpointInFlight)
}

func inForce[N int | float64](value, fallback N) N {
	if value == 0 {
		return fallback
	}
	return max(0, value)
}

func burstOf(rate float64) int { return int(math.Ceil(5 * rate)) }

// A load is what somebody takes of the relay at the moment.
type load struct {
	bucket   bucket
	inFlight atomic.Int32
	holding  atomic.Int64 // bytes of bodies in memory for being held; of an address
}

// come counts a request in, unless it comes too early, or too many are under way.
func (l *load) come(now time.Time, p pace, most int) (wait time.Duration, full bool) {
	if most > 0 && int(l.inFlight.Load()) >= most {
		return 0, true
	}
	if p.rate > 0 {
		if wait := l.bucket.take(now, p); wait > 0 {
			return wait, false
		}
	}
	l.inFlight.Add(1)
	return 0, false
}

// enter counts a request in, unless a limit keeps it out. leave must be called when it is over, either way.
func (s *Server) enter(v *visit) (refused *inspect.Failure) {
	if s.limits.InFlight > 0 && s.inFlight.Load() > int64(s.limits.InFlight) {
		return v.full("the relay has %d requests under way, and takes no more", s.limits.InFlight)
	}
	if from := s.source(v.r, v.Remote); !from.local {
		v.address, refused = s.enterAddress(v, from.key)
	}
	if refused == nil && v.Endpoint != "" {
		v.endpoint, refused = s.enterEndpoint(v)
	}
	return refused
}

func (v *visit) leave() {
	for _, l := range [...]*load{v.address, v.endpoint} {
		if l != nil {
			l.inFlight.Add(-1)
		}
	}
}

func (s *Server) enterAddress(v *visit, key uint64) (*load, *inspect.Failure) {
	s.addresses.mu.Lock()
	l := s.addresses.at(key)
	wait, full := l.come(v.Began, pace{s.limits.AddressRate, float64(s.limits.AddressBurst)}, s.limits.AddressInFlight)
	s.addresses.mu.Unlock()
	switch {
	case full:
		return nil, v.full("%d requests from your address are under way, and the relay takes no more from one address", s.limits.AddressInFlight)
	case wait > 0:
		return nil, v.tooMany(wait, "more than %v requests a second come from your address", s.limits.AddressRate)
	}
	return l, nil
}

func (s *Server) enterEndpoint(v *visit) (*load, *inspect.Failure) {
	s.endpoints.mu.Lock()
	l := s.endpoints.at(v.Endpoint)
	wait, full := l.come(v.Began, pace{s.limits.EndpointRate, float64(s.limits.EndpointBurst)}, s.limits.EndpointInFlight)
	s.endpoints.mu.Unlock()
	switch {
	case full:
		return nil, v.full("%d requests to this endpoint are under way, and it takes no more", s.limits.EndpointInFlight)
	case wait > 0:
		return nil, v.tooMany(wait, "more than %v requests a second come to this endpoint", s.limits.EndpointRate)
	}
	return l, nil
}

// full is the answer where too much is under way.
func (v *visit) full(format string, args ...any) *inspect.Failure {
	v.w.Header().Set("Retry-After", "1")
	f := fail(http.StatusServiceUnavailable, "overloaded", fmt.Sprintf(format, args...))
	return &f
}

// tooMany is the answer where too much comes.
func (v *visit) tooMany(wait time.Duration, format string, args ...any) *inspect.Failure {
	f := tooMany(v.w, wait, fmt.Sprintf(format, args...))
	return &f
}

func tooMany(w http.ResponseWriter, wait time.Duration, message string) inspect.Failure {
	after := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	w.Header().Set("Retry-After", after)
	return fail(http.StatusTooManyRequests, "too_many_requests", message+": try again in "+after+" s")
}
