package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect/history"
)

// A small history has what the questions ask for, each finds what it must, and it is found again.
func TestHistory(t *testing.T) {
	var out, talk bytes.Buffer
	show := newPrinter(options{rounds: 1}, &out, &talk)
	dir := t.TempDir()
	m, err := haveHistory(t.Context(), dir, minHistory, 2048, show)
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.open(t.Context(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, test := range []struct {
		name        string
		q           history.Query
		least, most int
	}{
		{"all", history.Query{AllProjects: true}, minHistory, minHistory},
		{"the first project", history.Query{}, 550, 650},
		{"failed", history.Query{AllProjects: true, Failed: true}, 25, 80},
		{"sent more than once", history.Query{AllProjects: true, Redelivered: true}, 10, 80},
		{"rare", history.Query{AllProjects: true, Words: []string{rareWord}}, 1, 1 + minHistory/rareEvery},
		{"frequent", history.Query{AllProjects: true, Words: []string{"application"}}, minHistory, minHistory},
	} {
		if n, err := s.Count(t.Context(), test.q); err != nil || n < test.least || n > test.most {
			t.Errorf("%s: got %d, %v; want %d to %d", test.name, n, err, test.least, test.most)
		}
	}
	for _, q := range m.questions(programs{}, s) {
		if strings.HasPrefix(q.name, "process: ") { // needs the real program
			continue
		}
		if a, err := q.measure(t.Context(), 1); err != nil || a.Median < 0 {
			t.Errorf("%s: %v", q.name, err)
		}
	}
	again, err := haveHistory(t.Context(), dir, minHistory, 2048, show)
	if err != nil || again != m {
		t.Errorf("got %+v, %v; want the same again", again, err)
	}
	if _, err := haveHistory(t.Context(), dir, minHistory+1, 2048, show); err == nil {
		t.Error("another number: got no error")
	}
	if err := show.history(m); err != nil || !strings.HasPrefix(out.String(), "1000 deliveries of 2048 bytes") {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

func TestQuestionCheck(t *testing.T) {
	for _, test := range []struct {
		least, found int
		wrong        bool
	}{{0, 0, false}, {0, 7, false}, {3, 3, false}, {3, 2, true}, {nothing, 0, false}, {nothing, 1, true}} {
		if err := (question{least: test.least}).check(test.found); (err != nil) != test.wrong {
			t.Errorf("want %d, found %d: %v", test.least, test.found, err)
		}
	}
}
