package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// likeEach are deliveries of two kinds, of which the last is a replay of the third.
func likeEach() (all []*inspect.Delivery) {
	for n := range 6 {
		d := someDelivery(n % 2)
		d.ID, d.ReceivedAt = "d_"+strings.Repeat(string(rune('a'+n)), 12), noon().Add(time.Duration(n)*time.Second)
		d.Body = inspect.CaptureOf([]byte(`{"id":"evt_` + d.ID + `","amount":` + string(rune('1'+n)) + `}`))
		all = append(all, d)
	}
	all[5].ReplayOf = all[2].ID
	return all
}

func diffBench(t *testing.T, all []*inspect.Delivery) (*bench, *store) {
	t.Helper()
	s := &store{deliver: func(id string) *inspect.Delivery {
		return all[slices.IndexFunc(all, func(d *inspect.Delivery) bool { return d.ID == id })]
	}}
	var recent []inspect.Summary
	for _, d := range all {
		recent = append(recent, d.Summary())
	}
	b := newBench(t, 120, 40, Config{Deliveries: s, Recent: newestFirst(recent)})
	b.press("8")
	return b, s
}

func TestDiffChoosesTheOther(t *testing.T) {
	b, _ := diffBench(t, likeEach())
	for _, c := range []struct{ id, want string }{
		{"d_ffffffffffff", "compared with d_cccc: of which this is a replay"},
		{"d_eeeeeeeeeeee", "compared with d_cccc: the last stripe"},
		{"d_aaaaaaaaaaaa", "compared with none: there is no stripe"},
	} {
		b.list.choose(c.id)
		b.press("8")
		b.wants(c.want)
	}
	b.list.choose("d_bbbbbbbbbbbb")
	b.press("space") // marks it
	b.list.choose("d_eeeeeeeeeeee")
	b.press("8")
	b.wants("compared with d_bbbb: it is marked", "invoice.paid", "400 → 200")
	b.list.choose("d_bbbbbbbbbbbb") // the only one that is marked is itself
	b.press("8")
	b.wants("there is no stripe invoice.paid")
}

func TestDiffFoldsWhatAlwaysDiffers(t *testing.T) {
	b, _ := diffBench(t, likeEach())
	b.list.choose("d_eeeeeeeeeeee")
	b.press("8", "enter")
	b.wants("- d_cccc", "+ d_eeee", "amount", "1 difference", "1 always differs and is folded", "what the app answered: the same")
	b.lacks("evt_d_eeee")
	b.press("space")
	b.wants("evt_d_eeee")
	b.press("[")
	b.lacks("evt_d_eeee")
	b.press("]")
	b.wants("evt_d_eeee")
}

func TestDiffThatCannotBeMade(t *testing.T) {
	all := likeEach()
	b, s := diffBench(t, all)
	deliver := s.deliver
	s.deliver = func(id string) *inspect.Delivery {
		if s.fail = nil; id == "d_eeeeeeeeeeee" {
			s.fail = errors.New("it was deleted")
		}
		return deliver(id)
	}
	b.list.choose("d_eeeeeeeeeeee")
	b.press("1")
	b.wants("POST")
	b.press("8")
	b.wants("compare with d_cccc", "it was deleted")
	s.deliver = deliver
	s.fail = nil
	b.send(receivedMsg{batch: []inspect.Summary{all[2].Summary()}}) // the other changed
	b.wants("- d_cccc", "+ d_eeee")
}
