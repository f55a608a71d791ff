package diff_test

import (
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/diff"
)

// Two firings of one event differ in nothing but what is folded, for every sample that hook ships.
func TestSamplesAreTheSameAtEachFiring(t *testing.T) {
	n := 0
	for _, provider := range fixtures.Providers() {
		events, err := fixtures.Events(provider)
		if err != nil {
			t.Fatal(err)
		}
		for _, event := range events {
			n++
			now := time.Date(2026, 11, 21, 8, 45, 34, 99_000_000, time.UTC)
			a, b := fired(t, provider, event, 1, now), fired(t, provider, event, 2, now.Add(73*time.Minute))
			report := diff.Deliveries(a, b)
			if report.Same(true) {
				t.Errorf("%s %s: nothing differs at all", provider, event)
			}
			for _, s := range report.Sections {
				for _, ch := range s.Changes {
					if !ch.Volatile {
						t.Errorf("%s %s: %s %s: %s %s -> %s", provider, event, s.Name, ch.Path, ch.Kind, ch.Before, ch.After)
					}
				}
				for _, note := range s.Notes {
					t.Errorf("%s %s: %s", provider, event, note)
				}
			}
		}
	}
	if n < 300 {
		t.Errorf("there are only %d samples", n)
	}
}

func fired(t *testing.T, provider, event string, seed uint64, now time.Time) *inspect.Delivery {
	t.Helper()
	s, err := fixtures.Make(provider, event, fixtures.Options{Seed: seed, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return &inspect.Delivery{Provider: provider, EventType: event, ProviderID: s.ID, Method: s.Method, Header: s.Header, Body: inspect.CaptureOf(s.Body)}
}
