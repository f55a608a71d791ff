package inspect

import (
	"testing"
	"time"
)

func TestLate(t *testing.T) {
	received := time.Date(2026, 11, 20, 23, 0, 0, 0, time.UTC)
	for after, want := range map[time.Duration]string{
		-time.Hour: "", 0: "", 59 * time.Second: "", time.Minute: "held 1 min", 119 * time.Minute: "held 119 min", 9*time.Hour + time.Minute: "held 9 h",
		47 * time.Hour: "held 47 h", 72 * time.Hour: "held 3 days",
	} {
		d := &Delivery{Endpoint: "quiet-otter", ReceivedAt: received, Attempts: []Attempt{{Number: 1, Started: received.Add(after)}, {Number: 2, Started: received.AddDate(0, 0, 9)}}}
		if got := LateWords(d.Late()); got != want {
			t.Errorf("after %v: got %q, want %q", after, got, want)
		}
	}
	for name, c := range map[string]struct {
		after, skew time.Duration
		want        string
	}{
		"live, by a clock that is ahead":   {10 * time.Minute, 10 * time.Minute, ""},
		"live, by a clock that is behind":  {-10 * time.Minute, -10 * time.Minute, ""},
		"held, by a clock that is ahead":   {9 * time.Hour, time.Hour, "held 8 h"},
		"held, by a clock that is behind":  {-time.Hour, -9 * time.Hour, "held 8 h"},
		"at a breakpoint, by one as wrong": {15 * time.Minute, 10 * time.Minute, "held 5 min"},
	} {
		d := &Delivery{Endpoint: "quiet-otter", ReceivedAt: received, Skew: c.skew, Attempts: []Attempt{{Number: 1, Started: received.Add(c.after)}}}
		if got := LateWords(d.Late()); got != c.want || d.Summary().Skew != c.skew {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	for name, d := range map[string]*Delivery{
		"not tried":                  {Endpoint: "quiet-otter", ReceivedAt: received},
		"a replay":                   {Endpoint: "quiet-otter", ReplayOf: "d_1", ReceivedAt: received, Attempts: []Attempt{{Number: 1, Started: received.Add(time.Hour)}}},
		"never at a relay":           {ReceivedAt: received, Attempts: []Attempt{{Number: 1, Started: received.Add(time.Hour)}}},
		"received nobody knows when": {Endpoint: "quiet-otter", Attempts: []Attempt{{Number: 1, Started: received}}},
	} {
		if d.Late() != 0 {
			t.Errorf("%s: late by %v", name, d.Late())
		}
	}
}

func TestNextAttempt(t *testing.T) {
	for _, c := range []struct {
		d    Delivery
		want int
	}{
		{Delivery{}, 1},
		{Delivery{Earlier: 2}, 3},
		{Delivery{Attempts: []Attempt{{Number: 1}}}, 2},
		{Delivery{Earlier: 2, Attempts: []Attempt{{Number: 3}}}, 4},
		{Delivery{Attempts: []Attempt{{Number: 1}, {Number: 6}}}, 7},
	} {
		if got := c.d.Next(); got != c.want || c.d.Summary().Attempts != c.want-1 {
			t.Errorf("%+v: got %d, and %d in the sum; want %d", c.d, got, c.d.Summary().Attempts, c.want)
		}
	}
}
