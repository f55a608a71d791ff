package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

func TestTiming(t *testing.T) {
	ms := time.Millisecond
	for _, c := range []struct {
		name     string
		provider string
		way      time.Duration
		stages   inspect.Stages
		want     []string
		lacks    []string
	}{
		{"quick", "shopify", 2 * ms, inspect.Stages{Connect: ms, Wait: 20 * ms, Total: 27 * ms},
			[]string{"relay, tunnel     2 ms", "connect           1 ms", "wait             20 ms", "read              6 ms", "in all           29 ms",
				"Shopify waits 5 s: in time, 0.6% of it", "│ 5 s"}, nil},
		{"late", "shopify", 0, inspect.Stages{Wait: 7 * time.Second, Total: 7 * time.Second}, []string{"too late, 140% of it", "│███", "7.0 s"}, nil},
		{"near", "shopify", 0, inspect.Stages{Wait: 4 * time.Second, Total: 4 * time.Second}, []string{"almost too late, 80% of it"}, []string{"in time"}},
		{"unpublished", "stripe", 0, inspect.Stages{Wait: ms, Total: ms}, []string{"Stripe does not publish how long it waits"}, nil},
		{"unknown", "", 0, inspect.Stages{Wait: ms, Total: ms}, []string{"nobody recognised it"}, nil},
		{"other clock", "shopify", -time.Second, inspect.Stages{Wait: ms, Total: ms}, []string{"connect"}, []string{"relay, tunnel"}},
		{"hostile", "shopify", 0, inspect.Stages{Connect: time.Hour, Wait: -time.Hour, Total: ms}, []string{"connect"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := someDelivery(0)
			d.Endpoint, d.Provider = "quiet-otter", c.provider
			d.Attempts[0].Started, d.Attempts[0].Stages = d.ReceivedAt.Add(c.way), c.stages
			for _, w := range []int{20, 40, 80, 150} {
				s := timingSheet(time.UTC, d, w)
				var text strings.Builder
				for i := range s.lines() {
					r := s.line(i)
					text.WriteString(strings.Repeat(" ", r.indent) + r.text + "\n")
				}
				if w < 80 {
					continue
				}
				for _, part := range c.want {
					if !strings.Contains(text.String(), part) {
						t.Errorf("got\n%s\nwant in it %q", text.String(), part)
					}
				}
				for _, part := range c.lacks {
					if strings.Contains(text.String(), part) {
						t.Errorf("got\n%s\nwant in it no %q", text.String(), part)
					}
				}
			}
		})
	}
}

// A bar has the width that it is given, and shows even what took next to nothing.
func TestBars(t *testing.T) {
	for _, c := range []struct {
		from, to, all time.Duration
		want          string
	}{
		{0, 10, 10, "██████████"}, {0, 5, 10, "█████·····"}, {9, 10, 10, "·········█"}, {0, 1, 1000, "█·········"},
		{1000, 1000, 1000, "·········█"}, {5, 4, 10, "·····█····"}, {0, 20, 10, "██████████"}, {0, 1, 0, ""},
	} {
		if got := barOf(c.from, c.to, c.all, 10, "·"); got != c.want {
			t.Errorf("from %d to %d of %d: got %q, want %q", c.from, c.to, c.all, got, c.want)
		}
	}
}
