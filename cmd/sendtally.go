package cmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A tally counts what came of many deliveries.
type tally struct {
	sent, accepted, unanswered, right int
	statuses                          map[int]int
	failures                          map[inspect.Outcome]int // of those without an answer
	latencies                         latencies               // of those with one
}

func newTally() *tally {
	return &tally{statuses: make(map[int]int), failures: make(map[inspect.Outcome]int)}
}

func (t *tally) add(a *inspect.Attempt, accepted, right bool) {
	t.sent++
	t.right += count(right)
	if a.Response == nil {
		t.unanswered++
		t.failures[a.Outcome]++
		return
	}
	t.accepted += count(accepted)
	t.statuses[a.Response.Status]++
	t.latencies.add(a.Stages.Total)
}

func (t *tally) merge(other *tally) {
	t.sent += other.sent
	t.accepted += other.accepted
	t.unanswered += other.unanswered
	t.right += other.right
	for status, n := range other.statuses {
		t.statuses[status] += n
	}
	for outcome, n := range other.failures {
		t.failures[outcome] += n
	}
	t.latencies.merge(&other.latencies)
}

// A tallyJSON is the sum of many deliveries.
type tallyJSON struct {
	Type        string         `json:"type"` // "summary"
	Sent        int            `json:"sent"`
	Planned     int            `json:"planned"`
	Accepted    int            `json:"accepted"`
	NotAccepted int            `json:"not_accepted"` // answered otherwise
	Unanswered  int            `json:"unanswered"`
	Right       *int           `json:"as_expected,omitempty"` // with --fault
	Statuses    map[string]int `json:"statuses"`
	Failures    map[string]int `json:"failures"` // by outcome
	Latency     latencyJSON    `json:"latency_ms"`
	Seconds     float64        `json:"seconds"`
	PerSecond   float64        `json:"per_second"`
	Interrupted bool           `json:"interrupted"`
}

type latencyJSON struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func (t *tally) json(planned int, took time.Duration, faulty bool) tallyJSON {
	j := tallyJSON{
		Type: "summary", Sent: t.sent, Planned: planned, Accepted: t.accepted, NotAccepted: t.sent - t.accepted - t.unanswered,
		Unanswered: t.unanswered, Statuses: make(map[string]int), Failures: make(map[string]int),
		Latency: latencyJSON{
			milliseconds(t.latencies.percentile(50)), milliseconds(t.latencies.percentile(90)), milliseconds(t.latencies.percentile(99)),
			milliseconds(t.latencies.longest),
		},
		Seconds: took.Seconds(), PerSecond: perSecond(t.sent, took), Interrupted: t.sent < planned,
	}
	if faulty {
		j.Right = &t.right
	}
	for status, n := range t.statuses {
		j.Statuses[fmt.Sprint(status)] = n
	}
	for outcome, n := range t.failures {
		j.Failures[string(outcome)] = n
	}
	return j
}

// text is the sum for people, a few lines.
func (t *tally) text(p pen, planned, concurrency int, took time.Duration, faulty bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s sent in %s · %s · %s at once", humanize.Comma(int64(t.sent)), seconds(took), rateWords(perSecond(t.sent, took)), humanize.Comma(int64(concurrency)))
	if t.sent < planned {
		fmt.Fprintf(&b, " · interrupted, %s were planned", humanize.Comma(int64(planned)))
	}
	b.WriteString("\n")
	b.WriteString(t.answers(p))
	if faulty {
		fmt.Fprintf(&b, "  faults   %s of %s met as a right app does\n", humanize.Comma(int64(t.right)), humanize.Comma(int64(t.sent)))
	}
	return b.String()
}

// answers is how many answers of which status there were, and how long they took.
func (t *tally) answers(p pen) string {
	var b strings.Builder
	var parts []string
	for _, status := range slices.Sorted(maps.Keys(t.statuses)) {
		parts = append(parts, p.status(inspect.Summary{Status: status, Outcome: inspect.OutcomeAnswered})+" × "+humanize.Comma(int64(t.statuses[status])))
	}
	for _, outcome := range slices.Sorted(maps.Keys(t.failures)) {
		parts = append(parts, p.bad.Sprint(string(outcome))+" × "+humanize.Comma(int64(t.failures[outcome])))
	}
	if len(parts) > 0 {
		b.WriteString("  answers  " + strings.Join(parts, " · ") + "\n")
	}
	if t.latencies.n > 0 {
		fmt.Fprintf(&b, "  latency  p50 %s · p90 %s · p99 %s · max %s\n", fine(t.latencies.percentile(50)), fine(t.latencies.percentile(90)),
			fine(t.latencies.percentile(99)), fine(t.latencies.longest))
	}
	return b.String()
}

func perSecond(n int, took time.Duration) float64 {
	return float64(n) / max(took.Seconds(), 1e-6)
}

// rateWords are how many a second, or of few a minute or an hour.
func rateWords(perSecond float64) string {
	switch {
	case perSecond >= 1 || perSecond <= 0:
		return humanize.Comma(int64(perSecond)) + "/s"
	case perSecond*60 >= 1:
		return fmt.Sprintf("%.0f/min", perSecond*60)
	}
	return fmt.Sprintf("%.0f/h", perSecond*3600)
}

// fine is a duration with a digit behind the point where that says something.
func fine(d time.Duration) string {
	if time.Millisecond <= d && d < 100*time.Millisecond {
		return fmt.Sprintf("%.1f ms", milliseconds(d))
	}
	return duration(d)
}

func seconds(d time.Duration) string {
	if d < 100*time.Second {
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return timespan(d)
}
