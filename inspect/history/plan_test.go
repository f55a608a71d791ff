package history

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A mixture is a history of many deliveries of several projects, stored in another order than they were received in, and
// not all of them indexed.
type mixture struct {
	store *Store
	all   []*inspect.Delivery // the newest first
	owner map[string]string   // the project of each, by id
	again map[string]bool     // by id: its provider sent it more than once
}

var mixtureProjects = []string{testProject, "/other", "/third"}

// pick is one of all.
func pick[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

func newMixture(t *testing.T, r *rand.Rand, n int) *mixture {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.db")
	m := &mixture{owner: make(map[string]string), again: make(map[string]bool)}
	var stores []*Store
	for _, project := range mixtureProjects {
		stores = append(stores, openTest(t, path, Options{Project: project}))
	}
	m.store = stores[0]
	order := r.Perm(n) // of receipt
	first := make(map[string]string)
	who := 0
	for i := range n {
		d := simple(order[i] / 2) // two in the same moment
		if r.IntN(20) == 0 {
			if err := stores[who].Flush(t.Context()); err != nil { // what is stored later has a higher number
				t.Fatal(err)
			}
			who = min(r.IntN(len(stores)), r.IntN(len(stores)))
		}
		d.Provider = pick(r, "stripe", "github", "stripes", "", "a\xff", "\xff\xff")
		d.EventType = pick(r, "push", "pull_request", "charge.ok", "charge.failed", "charge", "\xff", "", "many."+strconv.Itoa(r.IntN(400)))
		d.Signature.Verdict = pick(r, signature.Valid, signature.Invalid, signature.Unknown)
		d.ReplayOf = pick(r, "", "", "", "d_aaaaaaaaaaaa")
		d.Body = inspect.CaptureOf([]byte(strings.Join([]string{
			"common", pick(r, "amber", "basalt", "cedar"), "no" + strconv.Itoa(i), "low" + strconv.Itoa(r.IntN(7)), pick(r, "grüße here", "x"),
			strings.Repeat("odd"+strconv.Itoa(i), i%2),
		}, " ")))
		if d.ReplayOf == "" && r.IntN(3) == 0 {
			d.ProviderID = "evt_" + strconv.Itoa(r.IntN(n/6))
		}
		s := stores[who]
		m.owner[d.ID] = mixtureProjects[who]
		s.Add(d)
		if r.IntN(10) > 0 {
			d.Attempts = mixedAttempts(r)
			for _, a := range d.Attempts {
				s.AddAttempt(d.ID, a)
			}
		}
		if i == n*3/4 {
			if err := s.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.Index(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		m.all = append(m.all, d)
		if d.ProviderID != "" {
			event := fmt.Sprintf("%d %q %q %q", who, d.ProviderID, d.Provider, d.EventType)
			if other, known := first[event]; known {
				m.again[d.ID], m.again[other] = true, true
			}
			first[event] = d.ID
		}
	}
	if err := stores[who].Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	number := make(map[string]int, n)
	for i, d := range m.all {
		number[d.ID] = i
	}
	slices.SortFunc(m.all, func(a, b *inspect.Delivery) int {
		if c := b.ReceivedAt.Compare(a.ReceivedAt); c != 0 {
			return c
		}
		return number[b.ID] - number[a.ID]
	})
	return m
}

func mixedAttempts(r *rand.Rand) (all []inspect.Attempt) {
	for number := range r.IntN(3) + 1 {
		a := inspect.Attempt{Number: number + 1, Target: "http://127.0.0.1:1", Outcome: inspect.OutcomeRefused}
		if status := pick(r, 0, 200, 204, 404, 500, 501); status > 0 {
			a.Outcome, a.Response = inspect.OutcomeAnswered, &inspect.Response{Status: status, Body: inspect.CaptureOf([]byte("ok"))}
		}
		all = append(all, a)
	}
	return all
}

// query is any query.
func (m *mixture) query(r *rand.Rand) Query {
	var q Query
	maybe := func(one, of int) bool { return r.IntN(of) < one }
	some := func(from ...string) []string {
		return slices.DeleteFunc(from, func(string) bool { return maybe(2, 3) })
	}
	if maybe(1, 3) {
		q.Providers = some("stripe", "str*", "github", "*", "nobody", "\xff*", "a\xff*", "")
	}
	if maybe(1, 3) {
		q.Events = some("push", "charge.*", "charge", "p*", "*", "many.*", "many.7", "\xff", "nothing*")
	}
	if maybe(1, 3) {
		q.Statuses = some("200", "2xx", "4xx", "500", "5xx", "418")
	}
	if maybe(1, 3) {
		q.Words = pick(r, []string{"common"}, []string{"amber"}, []string{"no1"}, []string{"no17"}, []string{"no"}, []string{"amber", "low"},
			[]string{"common amber"}, []string{"common a"}, []string{"low3", "n"}, []string{"grüß"}, []string{"nowhere"}, []string{"cedar", "nowhere"},
			[]string{"amber no"}, []string{"stripe", "low2"}, []string{"odd"}, []string{"amber", "odd"}, []string{"x odd"})
	}
	if maybe(1, 4) {
		q.Since = start.Add(time.Duration(r.IntN(len(m.all)/2)) * time.Second)
	}
	if maybe(1, 4) {
		q.Until = start.Add(time.Duration(r.IntN(len(m.all)/2)) * time.Second)
	}
	if maybe(1, 8) {
		q.Verdicts = []signature.Verdict{signature.Invalid, signature.Unknown}
	}
	if maybe(1, 8) {
		q.IDs = []string{"d_none"}
		for range 30 {
			q.IDs = append(q.IDs, pick(r, m.all...).ID)
		}
	}
	if maybe(1, 8) {
		q.ProviderIDs = []string{"evt_1", "evt_2", "evt_3", "", "evt_none"}
	}
	q.Failed, q.NoReplays, q.Redelivered = maybe(1, 5), maybe(1, 5), maybe(1, 5)
	q.AllProjects, q.OldestFirst = maybe(1, 3), maybe(1, 2)
	return q
}

// holds says whether q selects d, in the plainest words.
func (m *mixture) holds(q Query, d *inspect.Delivery) bool {
	one := func(names []string, value string) bool {
		return names == nil || slices.ContainsFunc(names, func(name string) bool {
			prefix, ok := strings.CutSuffix(name, "*")
			return ok && strings.HasPrefix(value, prefix) || name == value
		})
	}
	if len(q.Providers) == 0 {
		q.Providers = nil
	}
	if len(q.Events) == 0 {
		q.Events = nil
	}
	sum := d.Summary()
	status := strconv.Itoa(sum.Status)
	words := parsePattern(q.Words)
	return (q.AllProjects || m.owner[d.ID] == m.store.options.Project) &&
		one(q.Providers, d.Provider) && one(q.Events, d.EventType) &&
		(len(q.Statuses) == 0 || slices.Contains(q.Statuses, status) || slices.Contains(q.Statuses, status[:1]+"xx")) &&
		(q.Verdicts == nil || slices.Contains(q.Verdicts, d.Signature.Verdict)) &&
		(q.IDs == nil || slices.Contains(q.IDs, d.ID)) &&
		(q.ProviderIDs == nil || d.ProviderID != "" && d.ReplayOf == "" && slices.Contains(q.ProviderIDs, d.ProviderID)) &&
		(q.Since.IsZero() || !d.ReceivedAt.Before(q.Since)) && (q.Until.IsZero() || d.ReceivedAt.Before(q.Until)) &&
		(!q.Failed || sum.Failed()) && (!q.NoReplays || d.ReplayOf == "") && (!q.Redelivered || m.again[d.ID]) &&
		(q.Words == nil || words.in(searchText([]string{
			d.Method, d.Path, d.Endpoint, d.Provider, d.EventType, d.ProviderID,
		}, d.Header, d.Body.Bytes)))
}

// Whatever way a query takes, it finds what is asked for, all of it, in its order.
func TestEveryWayFindsTheSame(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	m := newMixture(t, r, 500)
	ways := map[string]limits{
		"usual":                usualLimits(),
		"nothing is rare":      {arms: 20, behind: 40000, counted: 10, found: 0, fresh: 0, terms: 64, entries: 1000, pageTexts: 2000, texts: 5000},
		"beginnings are wide":  {arms: 5, behind: 0, counted: 50, found: 5, fresh: 1000, terms: 3, entries: 3, pageTexts: 50, texts: 1 << 30},
		"beginnings looked up": {arms: 1, behind: 200, counted: 1, found: 5, fresh: 1000, terms: 3, entries: 3, pageTexts: 50, texts: 100},
		"rare, much fresh":     {arms: 0, behind: 100, counted: 9, found: 5000, fresh: 10, terms: 1, entries: 5000, pageTexts: 100, texts: 5000},
	}
	for range 80 {
		q := m.query(r)
		var want []string
		for _, d := range m.all {
			if m.holds(q, d) {
				want = append(want, d.ID)
			}
		}
		if q.OldestFirst {
			slices.Reverse(want)
		}
		for name, limits := range ways {
			m.store.limits = limits
			if !m.finds(t, q, want) {
				t.Fatalf("seed %d, %s: %+v: does not find all", seed, name, q)
			}
		}
	}
}

func (m *mixture) finds(t *testing.T, q Query, want []string) bool {
	t.Helper()
	var each, whole []string
	for s, err := range m.store.Each(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		each = append(each, s.ID)
	}
	for d, err := range m.store.EachWhole(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		whole = append(whole, d.ID)
	}
	n, err := m.store.Count(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int{1, 7, -1} {
		q.Limit = limit
		list, err := m.store.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range list {
			got = append(got, s.ID)
		}
		upTo := len(want)
		if limit > 0 {
			upTo = min(limit, upTo)
		}
		if !slices.Equal(got, want[:upTo]) {
			t.Errorf("limit %d: got %v\nwant %v", limit, got, want[:upTo])
		}
	}
	if !slices.Equal(each, want) || !slices.Equal(whole, want) || n != len(want) {
		t.Errorf("got %v\nwhole %v\nwant %v\ncounted %d", each, whole, want, n)
	}
	return !t.Failed()
}
