package history

import (
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// addNamed stores deliveries whose Endpoint is their name in a test, one second apart.
func addNamed(t *testing.T, s *Store, names []string, set func(name string, d *inspect.Delivery)) {
	t.Helper()
	for i, name := range names {
		d := simple(i)
		d.Endpoint = name
		set(name, d)
		store(t, s.Add(d))
		for _, a := range d.Attempts {
			store(t, s.AddAttempt(d.ID, a))
		}
	}
}

func listNames(t *testing.T, s *Store, q Query) []string {
	t.Helper()
	list, err := s.List(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range list {
		names = append(names, l.Endpoint)
	}
	return names
}

func TestListFilters(t *testing.T) {
	s := newTest(t)
	answer := func(status int) []inspect.Attempt {
		return []inspect.Attempt{{
			Number: 1, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: status},
		}}
	}
	addNamed(t, s, []string{"ok", "broken", "refused", "open", "replay"}, func(name string, d *inspect.Delivery) {
		switch name {
		case "ok":
			d.Attempts = answer(201)
		case "broken":
			d.Attempts, d.Provider, d.EventType = answer(500), "github", "push"
		case "refused":
			d.Attempts = []inspect.Attempt{{Number: 1, Outcome: inspect.OutcomeRefused}}
			d.EventType = "charge.refunded"
			d.Signature.Verdict = signature.Invalid
		case "replay":
			d.ReplayOf, d.Attempts = "d_aaaaaaaaaaaa", answer(404)
		}
	})
	other := openTest(t, s.path, Options{Project: "/other"})
	addNamed(t, other, []string{"elsewhere"}, func(_ string, d *inspect.Delivery) { d.ReceivedAt = start.Add(-time.Hour) })

	for _, test := range []struct {
		name string
		q    Query
		want string
	}{
		{"all", Query{}, "[replay open refused broken ok]"},
		{"limit", Query{Limit: 2}, "[replay open]"},
		{"no limit", Query{Limit: -1}, "[replay open refused broken ok]"},
		{"all projects", Query{AllProjects: true}, "[replay open refused broken ok elsewhere]"},
		{"provider", Query{Providers: []string{"github"}}, "[broken]"},
		{"providers", Query{Providers: []string{"git*", "slack", "str*"}, Limit: 2}, "[replay open]"},
		{"event", Query{Events: []string{"push"}}, "[broken]"},
		{"event prefix", Query{Events: []string{"charge.r*"}}, "[refused]"},
		{"event with a wildcard of SQL", Query{Events: []string{"char%*", "charge_succeeded"}}, "[]"},
		{"verdict", Query{Verdicts: []signature.Verdict{signature.Invalid}}, "[refused]"},
		{"status", Query{Statuses: []string{"201"}}, "[ok]"},
		{"status classes", Query{Statuses: []string{"4xx", "5XX"}}, "[replay broken]"},
		{"failed", Query{Failed: true}, "[replay refused broken]"},
		{"failed, no replays", Query{Failed: true, NoReplays: true}, "[refused broken]"},
		{"since", Query{Since: start.Add(3 * time.Second)}, "[replay open]"},
		{"until", Query{Until: start.Add(time.Second)}, "[ok]"},
		{"both", Query{Since: start.Add(time.Second), Until: start.Add(2 * time.Second)}, "[broken]"},
		{"two filters", Query{Providers: []string{"stripe"}, Statuses: []string{"4xx"}}, "[replay]"},
	} {
		if got := fmt.Sprint(listNames(t, s, test.q)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
	for _, status := range []string{"", "xx", "0xx", "99", "20", "2x", "abc", "-1xx"} {
		if _, err := s.List(t.Context(), Query{Statuses: []string{status}}); err == nil {
			t.Errorf("status %q: got no error", status)
		}
	}
}

// A list is in the order of receipt, not of storing.
func TestListOrder(t *testing.T) {
	s := newTest(t)
	addNamed(t, s, []string{"late", "early"}, func(name string, d *inspect.Delivery) {
		if name == "early" {
			d.ReceivedAt = start.Add(-time.Hour)
		}
	})
	if got, want := listNames(t, s, Query{}), []string{"late", "early"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// planOf is how SQLite carries a query out.
func planOf(t *testing.T, s *Store, query string, args ...any) string {
	t.Helper()
	rows, err := s.reads.Query("EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, detail)
	}
	return strings.Join(plan, "; ")
}

// Lists must walk an index in its order, and look at nothing that they do not show: that is what keeps them fast with a
// million deliveries.
func TestListUsesIndex(t *testing.T) {
	s := newTest(t)
	addNamed(t, s, []string{"a", "b"}, func(name string, d *inspect.Delivery) {
		d.EventType = "charge." + name
		d.Attempts = []inspect.Attempt{{Number: 1, Outcome: inspect.OutcomeRefused}}
	})
	if err := s.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		q    Query
		want string
	}{
		{"all", Query{}, "SEARCH delivery USING COVERING INDEX delivery_project (project=?)"},
		{"all projects", Query{AllProjects: true}, "SCAN delivery USING COVERING INDEX delivery_received"},
		{"since", Query{Since: start}, "SEARCH delivery USING COVERING INDEX delivery_project (project=? AND received>?)"},
		{"both times", Query{Since: start, Until: start.Add(time.Hour), AllProjects: true},
			"SEARCH delivery USING COVERING INDEX delivery_received (received>? AND received<?)"},
		{"event", Query{Events: []string{"charge.a"}},
			"SEARCH delivery USING COVERING INDEX delivery_event (project=? AND provider=? AND event=?)"},
		{"event and times", Query{Events: []string{"charge.a"}, Until: start},
			"SEARCH delivery USING COVERING INDEX delivery_event (project=? AND provider=? AND event=? AND received<?)"},
		{"beginning", Query{Events: []string{"charge.*"}}, "MERGE (UNION ALL); LEFT; " +
			"SEARCH delivery USING COVERING INDEX delivery_event (project=? AND provider=? AND event=?); RIGHT; " +
			"SEARCH delivery USING COVERING INDEX delivery_event (project=? AND provider=? AND event=?)"},
		{"provider and status", Query{Providers: []string{"nobody"}, Statuses: []string{"200"}}, ""},
		{"failed", Query{Failed: true}, "SEARCH delivery USING INDEX delivery_status (project=? AND status=?)"},
		{"no replays", Query{NoReplays: true}, "SEARCH delivery USING INDEX delivery_project (project=?)"},
		{"redelivered", Query{Redelivered: true}, "SEARCH delivery USING COVERING INDEX delivery_redelivered (project=?)"},
	} {
		for _, oldest := range []bool{false, true} {
			for _, after := range []*rowPlace{nil, {7, 7}} {
				test.q.OldestFirst = oldest
				f := newFinder(s, test.q)
				if err := s.reading(t.Context(), func(tx *sql.Tx) error { return f.begin(t.Context(), tx) }); err != nil {
					t.Fatal(err)
				}
				if len(f.plan.arms) == 0 {
					if test.want != "" {
						t.Errorf("%s: nothing is looked at, want %s", test.name, test.want)
					}
					continue
				}
				f.after = after
				query, args := f.statement(50)
				got := planOf(t, s, query, args...)
				if after == nil && got != test.want {
					t.Errorf("%s: got the plan %s\nwant %s", test.name, got, test.want)
				}
				if after != nil && (strings.Contains(got, "SCAN") || strings.Contains(got, "TEMP")) {
					t.Errorf("%s: to go on, got the plan %s, want no scan and no sorting", test.name, got)
				}
			}
		}
	}
}

// What is not indexed yet is looked through beside what is, unless it is too much: then all is, in the order of lists.
func TestListOfFresh(t *testing.T) {
	s := newTest(t)
	store(t, s.Add(simple(0)))
	if err := s.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	store(t, s.Add(simple(1)))
	const one = "SEARCH delivery USING COVERING INDEX delivery_event (project=? AND provider=? AND event=?)"
	const fresh = "MERGE (UNION ALL); LEFT; " + one + "; RIGHT; SEARCH delivery USING INTEGER PRIMARY KEY (rowid>?); USE TEMP B-TREE FOR ORDER BY"
	for _, test := range []struct {
		behind int
		want   string
	}{{1, fresh}, {0, "SEARCH delivery USING INDEX delivery_project (project=?)"}} {
		s.limits.behind = test.behind
		f := newFinder(s, Query{Events: []string{"charge.succeeded"}})
		if err := s.reading(t.Context(), func(tx *sql.Tx) error { return f.begin(t.Context(), tx) }); err != nil {
			t.Fatal(err)
		}
		query, args := f.statement(50)
		if got := planOf(t, s, query, args...); got != test.want {
			t.Errorf("up to %d behind: got the plan %s\nwant %s", test.behind, got, test.want)
		}
	}
}

// A delivery that is indexed while others are read is not passed over: the plan has no arm for it until then.
func TestEachWhileIndexing(t *testing.T) {
	s := newTest(t)
	var want []string
	for i := range pageRows + 100 {
		d := simple(i)
		d.EventType = "charge." + strconv.Itoa(i%10)
		s.Add(d)
		want = append(want, d.ID)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for d, err := range s.Each(t.Context(), Query{Events: []string{"charge*"}, OldestFirst: true}) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, d.ID); len(got) == 1 {
			if err := s.Index(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %d deliveries, want %d", len(got), len(want))
	}
}

func TestWatchUsesIndex(t *testing.T) {
	s := newTest(t)
	const want = "SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?); LIST SUBQUERY 2; COMPOUND QUERY; LEFT-MOST SUBQUERY; " +
		"SEARCH delivery USING INTEGER PRIMARY KEY (rowid>? AND rowid<?); UNION ALL; " +
		"SEARCH attempt USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
	if got := planOf(t, s, "SELECT id FROM delivery WHERE "+changedBetween, 7, 9); got != want {
		t.Errorf("got the plan %s, want %s", got, want)
	}
}
