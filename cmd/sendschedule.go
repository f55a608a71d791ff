package cmd

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A schedule is when a provider sends again.
type schedule struct {
	pauses []time.Duration // before each further attempt; empty if there is none
	note   string          // what of it isn't published, for people; empty if all is
}

// span is the time from the first attempt to the last.
func (s schedule) span() time.Duration {
	var all time.Duration
	for _, pause := range s.pauses {
		all += pause
	}
	return all
}

const (
	firstPause = time.Minute // of pauses that grow, where nothing is known but their sum
	maxRetries = 200         // that a schedule of equal pauses has, at most
)

// scheduleOf is the provider's schedule: as it is published, else what its words in Retries come to. Where they leave
// something open, pauses grow as most providers' do.
func scheduleOf(p *signature.Provider) schedule {
	switch {
	case p == nil || p.Retries == "" || strings.HasPrefix(p.Retries, "not published"):
		return schedule{usualPauses(), "when it sends again is not published: these are the pauses of Svix"}
	case strings.HasPrefix(p.Retries, "never"):
		return schedule{}
	case len(p.Schedule) > 0:
		return schedule{pauses: p.Schedule}
	}
	rule, _, _ := strings.Cut(p.Retries, ";")
	times, over, every := timesIn(rule), spanIn(rule), everyIn(rule)
	switch {
	case every > 0 && (over > 0 || times > 0):
		if times == 0 {
			times = int(over / every)
		}
		pauses := make([]time.Duration, min(times, maxRetries))
		for i := range pauses {
			pauses[i] = every
		}
		return schedule{pauses: pauses}
	case over > 0 || times > 0:
		return schedule{growing(times, over), "the single pauses are not published: hook makes each longer than the one before"}
	}
	return schedule{usualPauses(), "its pauses are not published: these are those of Svix"}
}

// usualPauses are those that Svix publishes.
func usualPauses() []time.Duration { return signature.Lookup("svix").Schedule }

// growing are so many pauses that grow by the same factor each and come to a span: 0 for what is not known.
func growing(times int, over time.Duration) []time.Duration {
	const unknown = 10
	switch {
	case over == 0: // each is twice the one before
		pauses := make([]time.Duration, times)
		for i := range pauses {
			pauses[i] = firstPause << min(i, unknown)
		}
		return pauses
	case times == 0:
		times = unknown
	}
	first := min(firstPause, over/time.Duration(2*times))
	low, high := 1.0, 1e6 // the factor is between them
	for range 100 {
		factor := (low + high) / 2
		if sum := float64(first) * (math.Pow(factor, float64(times)) - 1) / (factor - 1); sum > float64(over) {
			high = factor
		} else {
			low = factor
		}
	}
	pauses := make([]time.Duration, times)
	for i := range pauses {
		pauses[i] = time.Duration(float64(first) * math.Pow(low, float64(i))).Round(time.Second)
	}
	return pauses
}

// timesIn is how often a phrase says that is sent again; 0 if it doesn't.
func timesIn(rule string) int {
	switch {
	case strings.HasPrefix(rule, "once"):
		return 1
	case strings.HasPrefix(rule, "twice"):
		return 2
	}
	if m := regexp.MustCompile(`(\d+) times`).FindStringSubmatch(rule); m != nil {
		n, _ := strconv.Atoi(m[1])
		return min(n, maxRetries)
	}
	return 0
}

// spanIn is the time over which a phrase says that is sent again; 0 if it doesn't.
func spanIn(rule string) time.Duration {
	m := regexp.MustCompile(`\b(?:over|for|within|in)(?: up to| some| about)* (\d[\d.]*|an?) (second|minute|hour|day|week)s?\b`).FindStringSubmatch(rule)
	if m == nil {
		return 0
	}
	return amount(m[1], m[2])
}

// everyIn is the pause that a phrase says is between all attempts; 0 if it doesn't.
func everyIn(rule string) time.Duration {
	if strings.Contains(rule, "later every") {
		return 0
	}
	if m := regexp.MustCompile(`\bevery (?:(\d+) )?(second|minute|hour|day)s?\b`).FindStringSubmatch(rule); m != nil {
		return amount(m[1], m[2])
	}
	if m := regexp.MustCompile(`\b(\d+) (second|minute|hour)s? apart\b`).FindStringSubmatch(rule); m != nil {
		return amount(m[1], m[2])
	}
	return 0
}

// amount is a number of a unit; a number that isn't written is 1.
func amount(number, unit string) time.Duration {
	units := map[string]time.Duration{
		"second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour,
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil {
		n = 1
	}
	return time.Duration(n * float64(units[unit]))
}

// timespan is a time as people say it: of the two largest units that it has.
func timespan(d time.Duration) string {
	if d < time.Second {
		return duration(d)
	}
	left := int(d.Round(time.Second).Seconds())
	var parts []string
	for _, unit := range []struct {
		seconds   int
		one, many string
	}{{24 * 60 * 60, "day", "days"}, {60 * 60, "hour", "hours"}, {60, "minute", "minutes"}, {1, "second", "seconds"}} {
		if n := left / unit.seconds; n > 0 && len(parts) < 2 {
			parts = append(parts, plural(n, unit.one, unit.many))
			left %= unit.seconds
		} else if len(parts) > 0 {
			break
		}
	}
	return strings.Join(parts, " ")
}

// words say in words what a schedule comes to.
func (s schedule) words(title string, speed float64) string {
	text := fmt.Sprintf("%s sends it %s more, over %s", title, plural(len(s.pauses), "time", "times"), timespan(s.span()))
	if speed != 1 {
		text += fmt.Sprintf("; at %sx that is %s", strconv.FormatFloat(speed, 'f', -1, 64), timespan(time.Duration(float64(s.span())/speed)))
	}
	if s.note != "" {
		text += ". " + strings.ToUpper(s.note[:1]) + s.note[1:]
	}
	return text
}
