package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// couriers are the endpoints whose held deliveries are being handed over, one courier for each.
type couriers struct {
	mu    sync.Mutex
	names map[string]bool
}

// begin says whether the caller is to be the endpoint's courier.
func (c *couriers) begin(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.names[name] {
		return false
	}
	if c.names == nil {
		c.names = make(map[string]bool)
	}
	c.names[name] = true
	return true
}

func (c *couriers) end(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.names, name)
}

// Kick has an endpoint's held deliveries handed over, if there are any and its client is there.
func (s *Server) Kick(name string) {
	if s.cfg.Inbox == nil || s.cfg.Inbox.Waiting(name) == 0 {
		return
	}
	s.tunnels.mu.RLock() // Serve waits only for what was begun before it said go-away
	defer s.tunnels.mu.RUnlock()
	t := s.tunnels.byName[name]
	if t == nil || t.session.Err() != nil || s.tunnels.away != nil || !s.couriers.begin(name) {
		return
	}
	s.serving.Go(func() {
		s.deliver(name)
		s.couriers.end(name)
		s.Kick(name) // something may have come since
	})
}

// deliver hands over what is held for an endpoint, the oldest first, and the next only when the app has answered or the
// delivery is a dead letter. It ends when nothing is left or the client is away: one whose session has ended is, before its
// tunnel is taken out. Whoever comes in its place kicks again.
func (s *Server) deliver(name string) {
	inVain := 0 // in a row: the app had it and failed, or nothing could be stored
	for {
		t := s.tunnels.get(name)
		if t == nil || t.session.Err() != nil {
			return
		}
		result, err := s.deliverNext(t)
		switch {
		case errors.Is(err, errNoMore):
			return
		case err != nil:
			s.log.Error("deliver what is held", "endpoint", name, "error", err)
		}
		switch result {
		case taken:
			inVain = 0
			continue
		case nobodyThere: // whoever comes is to have it soon
			inVain = 0
		case notTaken:
			inVain++
		}
		pause := time.NewTimer(min(s.cfg.Pause<<min(max(inVain-1, 0), 5), 30*s.cfg.Pause))
		select {
		case <-pause.C:
		case <-t.session.Done():
			pause.Stop()
		}
	}
}

var errNoMore = errors.New("nothing is held")

// A result is what came of handing a held delivery over.
type result int

const (
	notTaken    result = iota // it is to be tried again
	nobodyThere               // likewise: the app didn't have it
	taken                     // the next one may follow at once
)

// deliverNext tries to hand over the delivery that has waited longest.
func (s *Server) deliverNext(t *tunnel) (result, error) {
	// What came of an attempt is noted even if the tunnel has gone since.
	ctx := context.Background()
	h, err := s.cfg.Inbox.Next(ctx, t.name)
	if err != nil {
		return notTaken, err
	}
	if h == nil {
		return notTaken, errNoMore
	}
	if err := s.cfg.Inbox.Try(ctx, h); err != nil {
		return notTaken, err
	}
	why, reached := s.attempt(ctx, t, h)
	if why == "" {
		if err := s.cfg.Inbox.Done(ctx, h); err != nil {
			return notTaken, err // and so it comes again
		}
		return taken, nil
	}
	dead, err := s.cfg.Inbox.Fail(ctx, h, why, reached)
	s.log.Info("a held delivery was not taken", "endpoint", t.name, "delivery", h.Head.ID, "attempt", h.Attempts, "why", why, "dead", dead)
	switch {
	case err != nil || reached && !dead:
		return notTaken, err
	case dead:
		return taken, nil
	}
	return nobodyThere, nil
}

// attempt hands a held delivery to a tunnel, and says why that came to nothing, and whether the app had it; why is empty if
// it was answered.
func (s *Server) attempt(ctx context.Context, t *tunnel, h *Held) (why string, reached bool) {
	head := *h.Head
	head.Attempt, head.Waited = h.Attempts, max(0, time.Since(h.Head.ReceivedAt))
	first := h.Body[:min(len(h.Body), firstBody)]
	stream, err := t.session.Open(&head, first, len(first) == len(h.Body))
	if err != nil {
		return err.Error(), false
	}
	var upload sync.WaitGroup
	defer upload.Wait()
	defer stream.Reset(wire.ResetStop, "")
	if rest := h.Body[len(first):]; len(rest) > 0 {
		upload.Go(func() { _ = stream.Send(rest, true) }) // if that fails, so does the answer
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.cfg.Head, errLate)
	defer cancel()
	response, err := stream.Response(ctx, func(*wire.ResponseHead) {})
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		reset, isReset := errors.AsType[*wire.ResetError](err)
		return err.Error(), isReset && reset.Code != wire.ResetRefused || errors.Is(err, errLate)
	}
	idle := time.AfterFunc(streamIdle, func() { stream.Reset(wire.ResetTimeout, "the answer stands still") })
	defer idle.Stop()
	if _, err := io.Copy(io.Discard, stream); err != nil {
		return "its answer broke off: " + err.Error(), true
	}
	return judge(response)
}

// judge says why an answer means that the delivery is to be tried again; empty if it doesn't.
func judge(response *wire.ResponseHead) (why string, reached bool) {
	switch code := response.Header.Get("Hook-Error"); code {
	case "":
	case "signature_invalid", "signature_unproven": // hook has answered, and would again
		return "", true
	case "app_refused", "app_unreachable", "canceled", "held_too_long":
		return code, false
	default:
		return code, true
	}
	switch status := response.Status; {
	case status >= http.StatusInternalServerError, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests:
		return strings.TrimSpace(fmt.Sprintf("the app answered %d %s", status, http.StatusText(status))), true
	}
	return "", true
}
