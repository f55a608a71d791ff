package metrics

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/seed-4575fdc3/hook/relay/admin"
)

// standing is what is read at a scrape: how the relay stands then.
type standing struct {
	figures func() admin.Figures // nil: there are none yet
	dropped func() uint64        // lines of the access log; nil: there is none
	build   prometheus.Metric
	gauges  []gauge
}

// A gauge is one number of the figures.
type gauge struct {
	desc   *prometheus.Desc
	kind   prometheus.ValueType
	value  func(*admin.Figures) (n float64, ok bool) // not ok: there is no such thing
	labels []string
}

func newStanding(version string) *standing {
	s := &standing{build: prometheus.MustNewConstMetric(
		prometheus.NewDesc("hook_relay_build_info", "Always 1; the labels say which hook-relay this is.", []string{"version", "go_version"}, nil),
		prometheus.GaugeValue, 1, version, runtime.Version())}
	plain := func(name, help string, value func(*admin.Figures) float64) {
		s.gauges = append(s.gauges, gauge{desc: prometheus.NewDesc("hook_relay_"+name, help, nil, nil), kind: prometheus.GaugeValue,
			value: func(f *admin.Figures) (float64, bool) { return value(f), true }})
	}
	plain("ready", "1 if the relay is ready for requests, as /readyz says, else 0.", func(f *admin.Figures) float64 { return one(f.Ready) })
	plain("draining", "1 if clients are told to go, else 0.", func(f *admin.Figures) float64 { return one(f.Draining) })
	plain("requests_in_flight", "Requests from outside that are not over.", func(f *admin.Figures) float64 { return float64(f.InFlight) })
	plain("tunnels", "Clients that are connected.", func(f *admin.Figures) float64 { return float64(f.Tunnels) })
	plain("names", "Names of endpoints that are somebody's, whether their clients are connected or not.", func(f *admin.Figures) float64 { return float64(f.Names) })
	plain("tokens", "Tokens in the data folder; those of a token file are not among them.", func(f *admin.Figures) float64 { return float64(f.Tokens) })
	plain("inbox_bytes", "Bytes of the deliveries that are held.", func(f *admin.Figures) float64 { return float64(f.Inbox.Bytes) })
	plain("inbox_endpoints", "Endpoints for which deliveries are held.", func(f *admin.Figures) float64 { return float64(f.Inbox.Endpoints) })
	plain("inbox_oldest_seconds", "Age of the delivery that has waited longest; 0 if none waits.", func(f *admin.Figures) float64 {
		if f.Inbox.Oldest.IsZero() {
			return 0
		}
		return max(0, time.Since(f.Inbox.Oldest).Seconds())
	})
	held := prometheus.NewDesc("hook_relay_inbox_deliveries", "Deliveries that are held: those that wait for their client, and dead letters.", []string{"state"}, nil)
	s.gauges = append(s.gauges,
		gauge{held, prometheus.GaugeValue, func(f *admin.Figures) (float64, bool) { return float64(f.Inbox.Waiting), true }, []string{"waiting"}},
		gauge{held, prometheus.GaugeValue, func(f *admin.Figures) (float64, bool) { return float64(f.Inbox.Dead), true }, []string{"dead"}},
		gauge{
			desc: prometheus.NewDesc("hook_relay_certificate_expiry_timestamp_seconds",
				"When the first of the relay's certificates is no longer good, in seconds since 1970; absent if it has none.", nil, nil),
			kind:  prometheus.GaugeValue,
			value: func(f *admin.Figures) (float64, bool) { return float64(f.Certificate.Unix()), !f.Certificate.IsZero() },
		},
		gauge{
			desc: prometheus.NewDesc("hook_relay_access_log_dropped_total",
				"Lines that the access log lacks, as its file took them too slowly or not at all; absent without an access log.", nil, nil),
			kind: prometheus.CounterValue,
			value: func(*admin.Figures) (float64, bool) {
				if s.dropped == nil {
					return 0, false
				}
				return float64(s.dropped()), true
			},
		})
	return s
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Describe is prometheus.Collector's.
func (s *standing) Describe(to chan<- *prometheus.Desc) {
	to <- s.build.Desc()
	for _, g := range s.gauges {
		to <- g.desc
	}
}

// Collect is prometheus.Collector's.
func (s *standing) Collect(to chan<- prometheus.Metric) {
	to <- s.build
	if s.figures == nil {
		return
	}
	f := s.figures()
	for _, g := range s.gauges {
		if n, ok := g.value(&f); ok {
			to <- prometheus.MustNewConstMetric(g.desc, g.kind, n, g.labels...)
		}
	}
}
