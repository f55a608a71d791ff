package history

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Every search must give the same before and after indexing: with the index, without it, and with a part of both.
func TestWords(t *testing.T) {
	s := newTest(t)
	addNamed(t, s, []string{"first", "second"}, func(name string, d *inspect.Delivery) {
		switch name {
		case "first":
			d.Body = inspect.CaptureOf([]byte(`{"customer":"cus_9s6XKzkNRiz8i3","note":"Grüße aus Köln","amount": 4200}`))
			d.EventType = "payment_intent.succeeded"
		case "second":
			d.Body = inspect.CaptureOf([]byte("caf\xff\x00 customer OR NOT near \"quoted words here\" *"))
			d.Header.Set("X-Github-Event", "pull_request")
		}
	})
	tests := []struct{ words, want string }{
		{"customer", "[second first]"},
		{"CUSTOMER", "[second first]"},
		{"custom", "[second first]"},
		{"custom first", "[]"}, // only the last may be a beginning
		{"first custom", "[first]"},
		{"ustomer", "[]"},
		{"cus_9s6XKzkNRiz8i3", "[first]"},
		{"cus_9s6", "[first]"},
		{"9s6", "[]"},
		{"payment_intent.succeeded", "[first]"},
		{"payment_intent.succ", "[first]"},
		{"payment", "[first]"},
		{"succeeded payment_intent", "[first]"},
		{"grüße", "[first]"},
		{"4200 köln", "[first]"},
		{"x-github-event", "[second]"},
		{"pull_request", "[second]"},
		{"caf", "[second]"},
		{"or", "[third second]"}, // third has /orders
		{"NOT NEAR", "[second]"},
		{`"quoted`, "[second]"},
		{`*`, "[]"},
		{`" customer *`, "[second first]"},
		{`AND`, "[]"},
		{`text:customer`, "[]"},
		{`customer) OR (zz`, "[]"},
		{`^customer`, "[second first]"},
		{`-customer`, "[]"}, // a dash is part of a word
		{"abc-123", "[third]"},
		{"toofar", "[]"},
		{"/hooks/orders?id=abc-12", "[third]"},
		{"\xff", "[]"},
		{"\x00", "[]"},
	}
	check := func(when string) {
		t.Helper()
		for _, test := range tests {
			if got := fmt.Sprint(listNames(t, s, Query{Words: strings.Fields(test.words)})); got != test.want {
				t.Errorf("%s, %q: got %s, want %s", when, test.words, got, test.want)
			}
		}
		if got := fmt.Sprint(listNames(t, s, Query{Words: []string{"quoted words", "here"}})); got != "[second]" {
			t.Errorf("%s, a phrase: got %s, want [second]", when, got)
		}
	}
	if err := s.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := simple(9)
	d.Endpoint, d.Path = "third", "/hooks/orders?id=abc-123"
	d.Body = inspect.CaptureOf([]byte(strings.Repeat("x ", maxSearched) + "toofar"))
	store(t, s.Add(d))
	check("one not indexed")
	if err := s.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("all indexed")
	err := s.do(t.Context(), "forget the index", func(tx *transaction) error {
		return errors.Join(tx.conn.exec("DELETE FROM search"), tx.conn.exec("UPDATE state SET indexed = 0"))
	})
	if err != nil {
		t.Fatal(err)
	}
	check("none indexed")
}

func TestWordsWithFilters(t *testing.T) {
	s := newTest(t)
	names := []string{"a", "b", "c"}
	addNamed(t, s, names, func(name string, d *inspect.Delivery) {
		d.Body = inspect.CaptureOf([]byte("needle"))
		if name == "b" {
			d.Provider = "github"
		}
	})
	other := openTest(t, s.path, Options{Project: "/other"})
	addNamed(t, other, []string{"elsewhere"}, func(_ string, d *inspect.Delivery) {
		d.Body = inspect.CaptureOf([]byte("needle"))
	})
	for _, when := range []string{"not indexed", "indexed"} {
		q := Query{Words: []string{"needle"}, Providers: []string{"stripe"}}
		if got := fmt.Sprint(listNames(t, s, q)); got != "[c a]" {
			t.Errorf("%s: got %s, want [c a]", when, got)
		}
		q.Limit = 1
		if got := fmt.Sprint(listNames(t, s, q)); got != "[c]" {
			t.Errorf("%s, limited: got %s, want [c]", when, got)
		}
		if err := s.Index(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Words that are there, but never together, are found nowhere without a look at all deliveries.
func TestWordsNeverTogether(t *testing.T) {
	s := newTest(t)
	addNamed(t, s, []string{"a", "b"}, func(name string, d *inspect.Delivery) { d.Body = inspect.CaptureOf([]byte("only" + name)) })
	if err := s.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := newFinder(s, Query{Words: []string{"onlya", "onlyb"}})
	if err := s.reading(t.Context(), func(tx *sql.Tx) error { return f.begin(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	if f.search.all == nil || len(f.search.all) > 0 {
		t.Errorf("got %v to look at, want none", f.search.all)
	}
}
