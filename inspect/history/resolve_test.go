package history

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

func addID(t *testing.T, s *Store, i int, id, replayOf string) {
	t.Helper()
	d := simple(i)
	d.ID, d.ReplayOf = id, replayOf
	store(t, s.Add(d))
}

func TestResolve(t *testing.T) {
	s := newTest(t)
	addID(t, s, 1, "d_aaaabbbbcccc", "")
	addID(t, s, 2, "d_aaaabbbbdddd", "")
	addID(t, s, 3, "d_eeeeffffgggg", "")
	addID(t, s, 4, "d_zzzzyyyyxxxx", "d_eeeeffffgggg")
	for i := range 6 {
		addID(t, s, 0-i, fmt.Sprintf("d_many2345678%c", 'a'+i), "")
	}
	other := openTest(t, s.path, Options{Project: "/other"})
	addID(t, other, 9, "d_eeeehhhhiiii", "")
	addID(t, other, 10, "d_kkkkhhhhiiii", "")
	all, err := Open(t.Context(), s.path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()

	for _, test := range []struct {
		store     *Store
		ref, want string
	}{
		{s, "d_aaaabbbbcccc", "d_aaaabbbbcccc"},
		{s, "aaaabbbbc", "d_aaaabbbbcccc"},
		{s, "D_AAAABBBBD", "d_aaaabbbbdddd"},
		{s, "eeee", "d_eeeeffffgggg"}, // the project's own goes first
		{s, "kkkk", "d_kkkkhhhhiiii"},
		{s, "zzzz", "d_zzzzyyyyxxxx"},
		{s, "last", "d_eeeeffffgggg"},
		{all, "last", "d_kkkkhhhhiiii"},
	} {
		if got, err := test.store.Resolve(t.Context(), test.ref); got != test.want || err != nil {
			t.Errorf("%s: got %q, %v; want %q", test.ref, got, err, test.want)
		}
	}
	for _, ref := range []string{"", "d_", "xxx", "d_x", "nope", "d_aaaabbbbccccd", "aa%%", "____", "latest", "é€é€"} {
		got, err := s.Resolve(t.Context(), ref)
		if missing, ok := errors.AsType[*NotFoundError](err); !ok || missing.Ref != ref || got != "" {
			t.Errorf("%q: got %q, %v; want a NotFoundError", ref, got, err)
		}
	}
	for ref, want := range map[string]string{
		"d_a":  "[d_aaaabbbbdddd d_aaaabbbbcccc]",
		"aaa":  "[d_aaaabbbbdddd d_aaaabbbbcccc]",
		"zzz":  "[d_zzzzyyyyxxxx]", // the only one, but too short
		"aaaa": "[d_aaaabbbbdddd d_aaaabbbbcccc]",
		"many": "[d_many2345678a d_many2345678b d_many2345678c d_many2345678d d_many2345678e]",
	} {
		_, err := s.Resolve(t.Context(), ref)
		ambiguous, ok := errors.AsType[*AmbiguousError](err)
		if !ok || fmt.Sprint(ambiguous.IDs) != want {
			t.Errorf("%s: got %v, want an AmbiguousError of %s", ref, err, want)
		}
	}
}

func TestLastOfNone(t *testing.T) {
	s := newTest(t)
	_, err := s.Resolve(t.Context(), "last")
	if _, ok := errors.AsType[*NotFoundError](err); !ok {
		t.Errorf("got %v, want a NotFoundError", err)
	}
	_, err = s.Get(t.Context(), inspect.NewID())
	if _, ok := errors.AsType[*NotFoundError](err); !ok {
		t.Errorf("Get: got %v, want a NotFoundError", err)
	}
}

func TestShort(t *testing.T) {
	s := newTest(t)
	for i, id := range []string{"d_aaaabbbbcccc", "d_aaaabbbbdddd", "d_aaaazzzzzzzz", "d_eeeeffffgggg"} {
		addID(t, s, i, id, "")
	}
	want := map[string]string{
		"d_aaaabbbbcccc": "d_aaaabbbbc", "d_aaaabbbbdddd": "d_aaaabbbbd", "d_aaaazzzzzzzz": "d_aaaaz",
		"d_eeeeffffgggg": "d_eeee", "d_nonenonenone": "d_none",
	}
	var ids []string
	for id := range want {
		ids = append(ids, id)
	}
	got, err := s.Short(t.Context(), ids)
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}
