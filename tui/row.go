package tui

import (
	"strings"
	"time"
	"unique"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A row is the summary of a delivery in a third of the memory: what it has in common with others is kept once. It is never
// changed: a filter may be reading it.
type row struct {
	ID         string
	ProviderID string
	Path       string
	ReceivedAt time.Time
	BodySize   int64
	Duration   time.Duration
	common     unique.Handle[common]
	rare       *rare // nil if all of it is empty
}

// common is what many deliveries have in common.
type common struct {
	Endpoint, Method, Provider, EventType, Target string
	Verdict                                       signature.Verdict
	Reason                                        signature.Reason
	Outcome                                       inspect.Outcome
	Status, Attempts                              int
	Masked                                        bool
	Skew                                          time.Duration // in coarse steps
}

// rare is what few deliveries have.
type rare struct{ ReplayOf, RedeliveryOf, Change, Err string }

func rowOf(s inspect.Summary) *row {
	r := &row{ // its own texts are cloned: they may be pieces of a whole header, which would stay with them
		ID: strings.Clone(s.ID), ProviderID: strings.Clone(s.ProviderID), Path: unique.Make(s.Path).Value(), ReceivedAt: s.ReceivedAt, BodySize: s.BodySize, Duration: s.Duration,
		common: unique.Make(common{
			Endpoint: s.Endpoint, Method: s.Method, Provider: s.Provider, EventType: s.EventType, Target: s.Target,
			Verdict: s.Verdict, Reason: s.Reason, Outcome: s.Outcome, Status: s.Status, Attempts: s.Attempts, Masked: s.Masked, Skew: s.Skew,
		}),
	}
	if more := (rare{s.ReplayOf, s.RedeliveryOf, s.Change, unique.Make(s.Err).Value()}); more != (rare{}) {
		r.rare = &more
	}
	return r
}

// summary is what the row was made of.
func (r *row) summary() inspect.Summary {
	c := r.common.Value()
	s := inspect.Summary{
		ID: r.ID, ProviderID: r.ProviderID, Path: r.Path, ReceivedAt: r.ReceivedAt, BodySize: r.BodySize, Duration: r.Duration,
		Endpoint: c.Endpoint, Method: c.Method, Provider: c.Provider, EventType: c.EventType, Target: c.Target,
		Verdict: c.Verdict, Reason: c.Reason, Outcome: c.Outcome, Status: c.Status, Attempts: c.Attempts, Masked: c.Masked, Skew: c.Skew,
	}
	if more := r.rare; more != nil {
		s.ReplayOf, s.RedeliveryOf, s.Change, s.Err = more.ReplayOf, more.RedeliveryOf, more.Change, more.Err
	}
	return s
}

// text is how many bytes of it its sender chose, about.
func (r *row) text() int {
	c, n := r.common.Value(), len(r.Path)+len(r.ProviderID)
	if r.rare != nil {
		n += len(r.rare.Err) + len(r.rare.Change)
	}
	return n + len(c.Method) + len(c.EventType) + len(c.Target)
}

// alike says whether it is of the same provider and event type as s, and no replay.
func (r *row) alike(s *inspect.Summary) bool {
	c := r.common.Value()
	return c.Provider == s.Provider && c.EventType == s.EventType && (r.rare == nil || r.rare.ReplayOf == "")
}
