package metrics

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// codes are all codes of failures that get a series. A listener of another version, or one that somebody made themselves, may
// say anything: that is other.
var codes = [...]string{
	"", "access_denied", "app_closed", "app_refused", "app_timeout", "app_unreachable", "bad_body", "bad_header", "bad_target",
	"body_too_large", "body_too_slow", "browser_warning", "canceled", "draining", "endpoint_unknown", "header_too_large", "held_too_long",
	"inbox_full", "network_denied", "overloaded", "signature_invalid", "signature_unproven", "target_too_long", "too_many_requests", "tunnel_absent",
	"tunnel_lost", "tunnel_reset", "tunnel_timeout", "unauthorized", "unavailable",
}

const other = "other"

var outcomes = [...]relay.Outcome{relay.Answered, relay.Kept, relay.Challenge, relay.Refused, relay.Failed, relay.Broken}

// requests counts requests by outcome and code.
type requests struct {
	vec   *prometheus.CounterVec
	cells map[result]*cell // of all that can be; it never changes, so it needs no lock
	rest  *cell
}

type result struct {
	outcome relay.Outcome
	code    string
}

// A cell is a counter that has a series from the first time on that it counts.
type cell struct {
	labels  []string
	once    sync.Once
	counter prometheus.Counter
}

func (c *cell) inc(vec *prometheus.CounterVec) {
	c.once.Do(func() { c.counter = vec.WithLabelValues(c.labels...) })
	c.counter.Inc()
}

// prepare makes the cells. The series without a code begin at once, so that a rate of them has a beginning.
func (q *requests) prepare() {
	q.cells = make(map[result]*cell)
	for _, outcome := range outcomes {
		for _, code := range append(codes[:], other) {
			q.cells[result{outcome, code}] = &cell{labels: []string{string(outcome), code}}
		}
		q.vec.WithLabelValues(string(outcome), "")
	}
	q.rest = &cell{labels: []string{other, other}}
}

func (q *requests) count(outcome relay.Outcome, code string) {
	c := q.cells[result{outcome, code}]
	if c == nil {
		c = q.cells[result{outcome, other}]
	}
	if c == nil {
		c = q.rest
	}
	c.inc(q.vec)
}

// reasons are those for which clients don't get a name.
var reasons = [...]wire.Code{
	wire.CodeInUse, wire.CodeNameTaken, wire.CodeNameInvalid, wire.CodeForbidden, wire.CodeVersion, wire.CodeProtocol, wire.CodeUnavailable,
	wire.CodeBacklog, wire.CodeBadSettings, wire.CodeDraining,
	"unauthorized", "too_many_requests", "overloaded", // before there is a tunnel, as in Hook-Error
}

// claims counts clients that were refused.
type claims struct {
	vec   *prometheus.CounterVec
	cells map[wire.Code]*cell
}

func (c *claims) prepare() {
	c.cells = make(map[wire.Code]*cell)
	for _, reason := range append(reasons[:], other) {
		c.cells[reason] = &cell{labels: []string{string(reason)}}
	}
}

// TurnedAway counts a client that did not get its name.
func (m *Metrics) TurnedAway(reason wire.Code) {
	c := m.claims.cells[reason]
	if c == nil {
		c = m.claims.cells[other]
	}
	c.inc(m.claims.vec)
}
