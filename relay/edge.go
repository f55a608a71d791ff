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

// receive takes one request from outside: it is handed through the endpoint's tunnel and gets its answer from there, or
// becomes what the endpoint's settings say of the time when nobody is there. The sender gets exactly one response, or sees
// its connection break.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, name, base, path string) {
	v := &visit{s: s, w: w, r: r, Seen: Seen{
		Began: time.Now(), Remote: s.sender(r), Method: r.Method, Path: path, Outcome: Broken,
	}}
	defer s.over(v)
	t := s.tunnels.get(name)
	var set wire.Settings
	var unknown *inspect.Failure
	if t != nil {
		set, v.Endpoint = t.settings, t.name
	} else if set, unknown = s.settings(r.Context(), name); unknown == nil {
		v.Endpoint = strings.Clone(name) // whoever keeps it shall not keep the whole target
	}
	if f, ok := s.refuse(r, path); ok {
		v.fail(f)
		return
	}
	refused := s.enter(v)
	defer v.leave()
	switch {
	case refused != nil:
	case unknown != nil:
		refused = unknown
	case s.cfg.WarnBrowsers && (set.Browsers == nil || !*set.Browsers) && warn(v, s.cfg.Contact):
		return
	default:
		refused = s.demand(v, set.Access)
	}
	if refused != nil {
		v.fail(*refused)
		return
	}
	head, switching, err := v.head(base)
	if err != nil {
		v.fail(badHead(err))
		return
	}
	s.take(v, t, set, head, switching)
}

// head is the request's head as it goes to the client, and whether it wants another protocol.
func (v *visit) head(base string) (head *wire.RequestHead, switching bool, err error) {
	head = &wire.RequestHead{
		ID: inspect.NewID(), ReceivedAt: v.Began, Attempt: 1, Remote: v.Remote, Proto: v.r.Proto, Host: v.r.Host,
		Method: v.Method, Base: base, Path: v.Path, Length: v.r.ContentLength,
	}
	v.Delivery = head.ID
	switching = switches(v.r)
	head.Header = clean(v.r.Header)
	if len(v.r.Trailer) > 0 { // net/http has taken the field out
		head.Header["Trailer"] = []string{strings.Join(slices.Sorted(maps.Keys(v.r.Trailer)), ", ")}
	}
	if switching {
		head.Header["Upgrade"] = []string{protocolWebsocket}
	}
	return head, switching, head.Check()
}

// hand hands a request through a tunnel, and the answer back. Where it may be kept instead and the client or its app
// is not there, it gives errNobody, and nothing was answered.
func (s *Server) hand(v *visit, t *tunnel, head *wire.RequestHead, switching, keep bool) error {
	e := &exchange{s: s, w: v.w, r: v.r, head: head, switches: switching, visit: v}
	defer e.close()
	var response *wire.ResponseHead
	ctx, err := e.send(t.session)
	v.Opened = time.Since(v.Began)
	if err == nil {
		if response, err = e.stream.Response(ctx, e.inform); err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		v.Head = time.Since(v.Began)
	}
	if keep && e.nobody(response, err) {
		return errNobody
	}
	e.answering()
	switch {
	case v.r.Context().Err() != nil && !errors.Is(err, errSlow) && !e.wasSlow():
		panic(http.ErrAbortHandler) // the sender is gone: there is nobody to answer
	case v.r.Context().Err() != nil: // net/http takes a read that came too late for a sender that hung up
		v.fail(e.failure(errSlow))
	case err != nil:
		if e.stream != nil && errors.Is(err, errLate) {
			e.stream.Reset(wire.ResetTimeout, errLate.Error())
		}
		v.fail(e.failure(err))
	case response.Status == http.StatusSwitchingProtocols:
		v.Status, v.Outcome = response.Status, Answered
		e.pipe(response)
	default:
		e.pass(response)
	}
	return nil
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

// hurry is for an answer that doesn't wait for the request's body: net/http reads what is left of a short one before it
// answers, and whoever never sends that must not keep a connection, which no limit counts any more.
func (s *Server) hurry(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 && r.ProtoMajor == 1 { // a stream of HTTP/2 ends with its answer
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.cfg.Grace))
	}
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

// settings are those of an endpoint without a tunnel, or the answer why there are none.
func (s *Server) settings(ctx context.Context, name string) (wire.Settings, *inspect.Failure) {
	set, known, err := s.cfg.Names.Settings(ctx, name)
	var f inspect.Failure
	switch {
	case err != nil:
		s.log.Error("look an endpoint up", "endpoint", name, "error", err)
		f = fail(http.StatusServiceUnavailable, "unavailable", "the relay can't look the endpoint up at the moment")
	case known:
		return set, nil
	default:
		f = fail(http.StatusNotFound, "endpoint_unknown", "this relay knows no such endpoint")
	}
	return set, &f
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
