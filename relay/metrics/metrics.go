// Package metrics measures a relay for Prometheus. Only it imports Prometheus' library.
//
// No series is made for anything that strangers choose: there is none per endpoint, address, path or token, so their number is
// bounded whatever is sent. docs/operating.md lists them.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/admin"
)

// Metrics are what is measured of one relay. Make them with New. They are safe for concurrent use.
type Metrics struct {
	handler http.Handler

	requests  requests
	responses [6]prometheus.Counter // by the hundreds of the status; 0: there was none
	seconds   [3]prometheus.Observer
	in, out   prometheus.Counter
	claims    claims
	standing  *standing
}

// The stages of a request, by which seconds is indexed.
const (
	opened = iota
	head
	whole
)

// buckets are upper bounds in seconds: an app on the same machine answers in a millisecond, and after a minute none is waited for.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

// New makes metrics of a relay of that version. They are in a registry of their own.
func New(version string) *Metrics {
	m := &Metrics{standing: newStanding(version)}
	r := prometheus.NewRegistry()
	m.requests.vec = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hook_relay_requests_total",
		Help: "Requests from outside that are over, by what came of them and by the code of the failure as in Hook-Error.",
	}, []string{"outcome", "code"})
	responses := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hook_relay_responses_total", Help: "Responses to requests from outside by their status; none where the connection broke before.",
	}, []string{"status"})
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "hook_relay_request_seconds", Buckets: buckets,
		Help: "How long requests took until they were handed to a tunnel (opened), until the answer's head was there (head), and until they were over (whole). " +
			"What was refused is not in it; whole has streams in it, but no websockets.",
	}, []string{"stage"})
	bytes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hook_relay_body_bytes_total", Help: "Bytes of the bodies of requests (in) and of their answers (out).",
	}, []string{"direction"})
	m.claims.vec = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hook_relay_claims_refused_total", Help: "Clients that did not get the name they asked for, by the reason.",
	}, []string{"reason"})
	r.MustRegister(m.requests.vec, responses, seconds, bytes, m.claims.vec, m.standing,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	m.requests.prepare()
	m.claims.prepare()
	for i, status := range [...]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"} {
		m.responses[i] = responses.WithLabelValues(status)
	}
	for i, stage := range [...]string{opened: "opened", head: "head", whole: "whole"} {
		m.seconds[i] = seconds.WithLabelValues(stage)
	}
	m.in, m.out = bytes.WithLabelValues("in"), bytes.WithLabelValues("out")
	m.handler = promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
	return m
}

// ServeHTTP answers a scrape.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.handler.ServeHTTP(w, r) }

// Watch has a relay's figures read at each scrape. It is called once, before the first.
func (m *Metrics) Watch(figures func() admin.Figures, dropped func() uint64) {
	m.standing.figures, m.standing.dropped = figures, dropped
}

// Seen counts a request that is over.
func (m *Metrics) Seen(v *relay.Seen) {
	m.requests.count(v.Outcome, v.Code)
	class := v.Status / 100
	if class < 0 || class >= len(m.responses) {
		class = 0
	}
	m.responses[class].Inc()
	if v.In > 0 {
		m.in.Add(float64(v.In))
	}
	if v.Out > 0 {
		m.out.Add(float64(v.Out))
	}
	if v.Outcome == relay.Refused {
		return
	}
	if v.Opened > 0 {
		m.seconds[opened].Observe(v.Opened.Seconds())
	}
	if v.Head > 0 {
		m.seconds[head].Observe(v.Head.Seconds())
	}
	if v.Status != http.StatusSwitchingProtocols {
		m.seconds[whole].Observe(v.Took.Seconds())
	}
}
