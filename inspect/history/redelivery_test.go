package history

import (
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// of is a delivery of an event with that id, received i seconds after start.
func of(id string, i int) *inspect.Delivery {
	d := simple(i)
	d.ProviderID = id
	return d
}

func wantRedeliveryOf(t *testing.T, s *Store, d *inspect.Delivery, first string) {
	t.Helper()
	got, err := s.Get(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.RedeliveryOf != first {
		t.Errorf("%s is a redelivery of %q, want %q", d.ID, got.RedeliveryOf, first)
	}
}

// The first is the one that was received first, in whatever order they were stored: what is imported may be older than all.
func TestRedeliveriesStoredInAnyOrder(t *testing.T) {
	s := newTest(t)
	first, second, third, oldest := of("evt_1", 10), of("evt_1", 20), of("evt_1", 30), of("evt_1", 0)
	for _, d := range []*inspect.Delivery{second, third, first} { // none is over yet
		store(t, s.Add(d))
	}
	wantRedeliveryOf(t, s, first, "")
	wantRedeliveryOf(t, s, second, first.ID)
	wantRedeliveryOf(t, s, third, first.ID)

	again := openTest(t, s.path, Options{})
	store(t, again.Add(oldest))
	for _, d := range []*inspect.Delivery{first, second, third} {
		wantRedeliveryOf(t, s, d, oldest.ID)
	}
	wantRedeliveryOf(t, s, oldest, "")

	same := of("evt_1", 0) // in the same moment: who was there first is the first
	store(t, again.Add(same))
	wantRedeliveryOf(t, s, same, oldest.ID)

	all, err := s.List(t.Context(), Query{Redelivered: true})
	if err != nil || len(all) != 5 {
		t.Errorf("%d deliveries were redelivered, %v", len(all), err)
	}
}

// The same id is another event's in another project, of another provider or of another type, and a replay is nobody's.
func TestOtherEventsAreNoRedeliveries(t *testing.T) {
	s := newTest(t)
	first := of("evt_1", 10)
	store(t, s.Add(first))
	store(t, openTest(t, s.path, Options{Project: "/other"}).Add(of("evt_1", 0)))
	for _, change := range []func(*inspect.Delivery){
		func(d *inspect.Delivery) { d.Provider = "github" },
		func(d *inspect.Delivery) { d.EventType = "charge.updated" },
		func(d *inspect.Delivery) { d.ProviderID = "" },
		func(d *inspect.Delivery) { d.ReplayOf = first.ID },
	} {
		for _, when := range []int{5, 15} {
			d := of("evt_1", when)
			change(d)
			store(t, s.Add(d))
			if d.EventType == "charge.updated" && when == 15 {
				continue // a redelivery of the other one
			}
			if d.Provider == "github" && when == 15 {
				continue
			}
			wantRedeliveryOf(t, s, d, "")
		}
	}
	wantRedeliveryOf(t, s, first, "")
	found, err := s.List(t.Context(), Query{ProviderIDs: []string{"evt_1"}, Events: []string{"charge.succeeded"}, Providers: []string{"stripe"}})
	if err != nil || len(found) != 1 || found[0].ID != first.ID {
		t.Errorf("the first event's deliveries: %v, %v", found, err)
	}
}

func TestCursors(t *testing.T) {
	s := newTest(t)
	began, err := s.Cursor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c, err := s.CursorSince(t.Context(), start); err != nil || c != began {
		t.Errorf("with nothing there: %d, %v", c, err)
	}
	slow, quick := simple(1), simple(2)
	store(t, s.Add(slow))
	store(t, s.Add(quick))
	over := inspect.Attempt{Number: 1, Outcome: inspect.OutcomeAnswered}
	store(t, s.AddAttempt(quick.ID, over))
	behind, err := s.CursorOf(t.Context(), quick.ID)
	if err != nil {
		t.Fatal(err)
	}
	store(t, s.AddAttempt(slow.ID, over))

	batch, end, err := s.Changes(t.Context(), behind)
	if err != nil || len(batch) != 1 || batch[0].ID != slow.ID {
		t.Errorf("what ended after the quick one: %v, %v", batch, err)
	}
	if batch, again, err := s.Changes(t.Context(), end); err != nil || len(batch) != 0 || again != end {
		t.Errorf("at the end: %v, %d, %v", batch, again, err)
	}
	if batch, _, err := s.Changes(t.Context(), began); err != nil || len(batch) != 2 {
		t.Errorf("from the beginning: %v, %v", batch, err)
	}
	for since, want := range map[time.Duration]int{0: 2, 2 * time.Second: 1, time.Hour: 0} {
		c, err := s.CursorSince(t.Context(), start.Add(since))
		if err != nil {
			t.Fatal(err)
		}
		batch, _, err := s.Changes(t.Context(), c)
		n := 0
		for _, d := range batch {
			if !d.ReceivedAt.Before(start.Add(since)) {
				n++
			}
		}
		if err != nil || n != want {
			t.Errorf("since %v: %d deliveries, %v, want %d", since, n, err, want)
		}
	}
	if _, err := s.CursorOf(t.Context(), "d_nope"); !isMissing(err) {
		t.Errorf("of nobody: %v", err)
	}
}
