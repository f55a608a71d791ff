package relay

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/httptext"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// receive hands one public request through the endpoint's tunnel, and its answer back. The sender gets exactly one
// response, or sees its connection break.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, name, base, path string) {
	now := time.Now()
	if f, ok := s.refuse(r, path); ok {
		f.Answer(w, "")
		return
	}
	t := s.tunnels.get(name)
	if t == nil {
		s.absent(r.Context(), name).Answer(w, "")
		return
	}
	head := &wire.RequestHead{
		ID: inspect.NewID(), ReceivedAt: now, Attempt: 1, Remote: s.sender(r), Proto: r.Proto, Host: r.Host,
		Method: r.Method, Base: base, Path: path, Length: r.ContentLength,
	}
	switching := switches(r)
	head.Header = clean(r.Header)
	if len(r.Trailer) > 0 { // net/http has taken the field out
		head.Header["Trailer"] = []string{strings.Join(slices.Sorted(maps.Keys(r.Trailer)), ", ")}
	}
	if switching {
		head.Header["Upgrade"] = []string{protocolWebsocket}
	}
	if err := head.Check(); err != nil {
		badHead(err).Answer(w, head.ID)
		return
	}
	e := &exchange{s: s, w: w, r: r, head: head, switches: switching}
	defer e.close()
	var response *wire.ResponseHead
	ctx, err := e.send(t.session)
	if err == nil {
		if response, err = e.stream.Response(ctx, e.inform); err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
	}
	e.answering()
	switch {
	case r.Context().Err() != nil && !errors.Is(err, errSlow) && !e.wasSlow():
		panic(http.ErrAbortHandler) // the sender is gone: there is nobody to answer
	case r.Context().Err() != nil: // net/http takes a read that came too late for a sender that hung up
		e.failure(errSlow).Answer(w, head.ID)
	case err != nil:
		if e.stream != nil && errors.Is(err, errLate) {
			e.stream.Reset(wire.ResetTimeout, errLate.Error())
		}
		e.failure(err).Answer(w, head.ID)
	case response.Status == http.StatusSwitchingProtocols:
		e.pipe(response)
	default:
		e.pass(response)
	}
}

// refuse says what is wrong with a request whatever the endpoint.
func (s *Server) refuse(r *http.Request, path string) (inspect.Failure, bool) {
	switch {
	case len(path) > wire.MaxPath:
		return fail(http.StatusRequestURITooLong, "target_too_long",
			fmt.Sprintf("the request's target is longer than %d bytes", wire.MaxPath)), true
	case path != "" && path[0] != '/' && path[0] != '?':
		return fail(http.StatusBadRequest, "bad_target", "the request's target is not a path"), true
	case r.ContentLength > s.cfg.MaxBody:
		return tooLarge(s.cfg.MaxBody), true
	}
	return inspect.Failure{}, false
}

func fail(status int, code, message string) inspect.Failure {
	return inspect.Failure{Status: status, Code: code, Message: message}
}

var nobodyListens = fail(http.StatusBadGateway, "tunnel_absent", "nobody is listening on this endpoint at the moment")

func tooLarge(limit int64) inspect.Failure {
	return fail(http.StatusRequestEntityTooLarge, "body_too_large",
		fmt.Sprintf("the body is longer than the %d bytes that this relay takes", limit))
}

func badHead(err error) inspect.Failure {
	if _, ok := errors.AsType[*wire.LimitError](err); ok {
		return fail(http.StatusRequestHeaderFieldsTooLarge, "header_too_large", fmt.Sprintf(
			"the header is longer than %d bytes or has more than %d values", wire.MaxFieldBytes, wire.MaxFields))
	}
	return fail(http.StatusBadRequest, "bad_header", "the header can't be forwarded: it has names or values that HTTP doesn't allow")
}

// absent is the answer for an endpoint without a tunnel.
func (s *Server) absent(ctx context.Context, name string) inspect.Failure {
	switch known, err := s.cfg.Names.Known(ctx, name); {
	case err != nil:
		s.log.Error("look an endpoint up", "endpoint", name, "error", err)
		return fail(http.StatusServiceUnavailable, "unavailable", "the relay can't look the endpoint up at the moment")
	case known:
		return nobodyListens
	}
	return fail(http.StatusNotFound, "endpoint_unknown", "this relay knows no such endpoint")
}

// clean takes out what must not travel: fields of the connection, and those that only hook and trusted proxies may set.
// Fields that a Connection header names are kept: a sender must not be able to hide a signature from the receiver. It
// changes h, which nobody else reads.
func clean(h http.Header) http.Header {
	for _, name := range httptext.HopByHop {
		delete(h, name)
	}
	for name := range h {
		if onlyOurs(name) {
			delete(h, name)
		}
	}
	return h
}

// onlyOurs says whether strangers must not set a field. Many apps take _ and - in a name for the same.
func onlyOurs(name string) bool {
	if strings.Contains(name, "_") {
		name = http.CanonicalHeaderKey(strings.ReplaceAll(name, "_", "-"))
	}
	return strings.HasPrefix(name, "Hook-") || strings.HasPrefix(name, "X-Forwarded-") || name == "Forwarded" || name == "X-Real-Ip"
}
