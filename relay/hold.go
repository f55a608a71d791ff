package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// take brings a request to the endpoint's client, or does what the endpoint's settings say of the time when nobody is there.
func (s *Server) take(v *visit, t *tunnel, set wire.Settings, head *wire.RequestHead, switching bool) {
	policy, patience := s.policy(set, head)
	if policy == Hold && !switching {
		s.takeOrHold(v, t, set, head)
		return
	}
	if t == nil && s.challenged(v, set) {
		return
	}
	if t == nil && policy == Wait {
		t = s.tunnels.wait(v.r.Context(), v.Endpoint, patience)
		v.mayWrite()
	}
	if t == nil {
		v.fail(nobodyListens)
		return
	}
	_ = s.hand(v, t, head, switching, false) // it gives no error where nothing may be kept
}

// policy is what is to become of a request while nobody is there.
func (s *Server) policy(set wire.Settings, head *wire.RequestHead) (Policy, time.Duration) {
	policy, patience, err := ParseAway(set.WhenAway)
	if err != nil { // of a newer version
		return Fail, 0
	}
	if policy == Auto {
		policy = Fail
		if s.cfg.Senders != nil && s.cfg.Senders.Forgetful(set.Provider, head.Header) {
			policy = Hold
		}
	}
	if policy == Hold && s.cfg.Inbox == nil {
		policy = Fail
	}
	return policy, patience
}

// takeOrHold is take for a request that may be held. It is, if others of its endpoint are: they come in their order. One that is
// too long for that goes past them, if anybody is there.
func (s *Server) takeOrHold(v *visit, t *tunnel, set wire.Settings, head *wire.RequestHead) {
	if (t == nil || s.cfg.Inbox.Waiting(v.Endpoint) > 0) && s.challenged(v, set) {
		return
	}
	room := &share{of: &s.holding, from: v.address}
	defer room.leave()
	body, whole, err := s.read(v, s.cfg.MaxHeld, room)
	v.mayWrite()
	live := t != nil && (!whole || s.cfg.Inbox.Waiting(v.Endpoint) == 0)
	switch {
	case err != nil:
		s.broken(v, err)
		return
	case !whole && !live:
		v.fail(fail(http.StatusRequestEntityTooLarge, "body_too_large",
			fmt.Sprintf("the body is longer than the %d bytes that this relay holds while nobody is there", s.cfg.MaxHeld)))
		return
	case !whole:
		v.r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(body), v.r.Body), v.r.Body}
	default:
		v.r.Body = io.NopCloser(bytes.NewReader(body))
	}
	head.Attempt = 0 // so far
	if live {
		head.Attempt = 1
		if !errors.Is(s.hand(v, t, head, false, whole), errNobody) {
			return
		}
	}
	s.hold(v, head, body)
}

// heldFor is how long the disk may take to store a delivery.
const heldFor = 10 * time.Second

// hold stores a delivery and answers 202 once that is done.
func (s *Server) hold(v *visit, head *wire.RequestHead, body []byte) {
	// Whether the sender is still there or not: it may be stored already when they go.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.r.Context()), heldFor)
	defer cancel()
	kept := *head
	kept.Length = int64(len(body))
	kept.Header = maps.Clone(head.Header)
	delete(kept.Header, "Expect")  // it was given
	delete(kept.Header, "Trailer") // what came behind the body is not kept
	err := s.cfg.Inbox.Hold(ctx, v.Endpoint, &kept, body)
	if err != nil {
		s.notHeld(v, err)
		return
	}
	s.Kick(v.Endpoint)
	answer, _ := json.Marshal(struct {
		Held     bool   `json:"held"`
		Delivery string `json:"delivery"`
	}{true, head.ID})
	answer = append(answer, '\n')
	h := v.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(answer)))
	v.Status, v.Outcome, v.Out = http.StatusAccepted, Kept, int64(len(answer))
	v.w.WriteHeader(v.Status)
	_, _ = v.w.Write(answer)
}

// notHeld answers a request that could not be stored.
func (s *Server) notHeld(v *visit, err error) {
	full, ok := errors.AsType[*FullError](err)
	after, f := 5*time.Second, fail(http.StatusServiceUnavailable, "unavailable", "the relay can't store the delivery at the moment")
	switch {
	case !ok:
		s.notHolding(v, err)
	case full.Disk:
		s.notHolding(v, err)
		after, f = full.After, fail(http.StatusInsufficientStorage, "inbox_full", full.What)
	default:
		after, f = full.After, fail(http.StatusTooManyRequests, "inbox_full", full.What)
	}
	v.w.Header().Set("Retry-After", strconv.Itoa(max(1, int(after.Seconds()))))
	v.fail(f)
}

// saysEvery is how often the log is told that nothing can be held.
const saysEvery = 10 * time.Second

// notHolding tells the log, now and then: each request has its line in the access log.
func (s *Server) notHolding(v *visit, err error) {
	said, now := s.saidFull.Load(), time.Now().UnixNano()
	if now-said > int64(saysEvery) && s.saidFull.CompareAndSwap(said, now) {
		s.log.Error("deliveries can't be held", "endpoint", v.Endpoint, "error", err)
	}
}

// challenged answers the question that a provider asks before it sends webhooks to the endpoint, if this is one.
func (s *Server) challenged(v *visit, set wire.Settings) bool {
	if set.Provider == "" || s.cfg.Senders == nil {
		return false
	}
	body, whole, err := s.read(v, challengeBody, nil)
	v.r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), v.r.Body), v.r.Body}
	if err != nil || !whole { // whoever reads on finds the error again
		return false
	}
	a, ok := s.cfg.Senders.Answer(set.Provider, set.ChallengeSecret, v.r, body)
	if !ok {
		return false
	}
	for name, values := range a.Header {
		v.w.Header()[name] = values
	}
	v.Status, v.Outcome, v.Out = a.Status, Challenge, int64(len(a.Body))
	v.w.WriteHeader(a.Status)
	_, _ = io.WriteString(v.w, a.Body)
	s.log.Info("challenge answered", "endpoint", v.Endpoint, "asked", a.Asked, "note", a.Note)
	return true
}

// challengeBody is the longest body that a provider's question has.
const challengeBody = 64 << 10

// firstRoom is how much memory a body has at first, in bytes: it has more as it comes.
const firstRoom = 16 << 10

// read reads a body of up to most bytes, at no less than minRate; whole is false if it goes on. Its memory is taken from room,
// unless that is nil.
func (s *Server) read(v *visit, most int64, room *share) (body []byte, whole bool, err error) {
	conn, began := http.NewResponseController(v.w), time.Now()
	defer func() { v.In = max(v.In, int64(len(body))) }()
	length := most
	if v.r.ContentLength >= 0 {
		length = min(v.r.ContentLength, most)
	}
	for {
		if len(body) == cap(body) {
			size := min(max(2*int64(len(body)), firstRoom), length) + 1
			if room != nil {
				if err := room.grow(size); err != nil {
					return body, false, err
				}
			}
			body = append(make([]byte, 0, size), body...)
		}
		_ = conn.SetReadDeadline(began.Add(s.allowed(int64(len(body)))))
		n, err := v.r.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case errors.Is(err, io.EOF):
			_ = conn.SetReadDeadline(time.Time{})
			return body, int64(len(body)) <= most, nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return body, false, fmt.Errorf("%w: %w", errSlow, err)
		case err != nil:
			return body, false, fmt.Errorf("%w: %w", errBroken, err)
		case int64(len(body)) > most:
			_ = conn.SetReadDeadline(time.Time{})
			return body, false, nil
		}
	}
}

// broken answers a request whose body could not be read.
func (s *Server) broken(v *visit, err error) {
	switch {
	case errors.Is(err, errNoMemory):
		v.w.Header().Set("Retry-After", "1")
		v.fail(fail(http.StatusServiceUnavailable, "overloaded", "the relay takes no more requests at the moment"))
	case errors.Is(err, errSlow):
		v.w.Header().Set("Connection", "close")
		v.fail(tooSlow)
	default:
		v.fail(badBody)
	}
}

var (
	tooSlow = fail(http.StatusRequestTimeout, "body_too_slow", fmt.Sprintf("the request's body came at less than %d bytes a second", minRate))
	badBody = fail(http.StatusBadRequest, "bad_body", "the request's body broke off or was badly framed")
)
