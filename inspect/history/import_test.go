package history

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// imported are deliveries of all kinds, the oldest first.
func importable() []*inspect.Delivery {
	at := time.Date(2026, 11, 20, 14, 0, 0, 123, time.UTC)
	long := make([]byte, 300<<10) // which goes to a segment
	for i := range long {
		long[i] = byte(i * 7)
	}
	return []*inspect.Delivery{
		{ID: "d_aaaaaaaaaaaa", Method: "POST", URL: "http://a/", Path: "/", ReceivedAt: at, Header: http.Header{"X": {"1", "2"}}, Body: inspect.CaptureOf([]byte("a")),
			Provider: "github", ProviderID: "same"},
		{ID: "d_bbbbbbbbbbbb", RedeliveryOf: "d_aaaaaaaaaaaa", Method: "POST", ReceivedAt: at.Add(time.Second), Body: inspect.CaptureOf(long),
			Provider: "github", ProviderID: "same", Masked: true, Attempts: []inspect.Attempt{
				{Number: 1, Target: "http://b/", Started: at, Outcome: inspect.OutcomeClosed, Err: "closed"},
				{Number: 2, Target: "http://b/", Started: at, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: 200, Header: http.Header{}, Body: inspect.CaptureOf(long)}},
			}},
		{ID: "d_cccccccccccc", ReplayOf: "d_aaaaaaaaaaaa", Change: "x", Method: "PUT", ReceivedAt: at.Add(2 * time.Second), Body: inspect.Capture{Bytes: []byte("cut"), Size: 10},
			Provider: "github", ProviderID: "same"},
	}
}

func TestImport(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s, err := Open(t.Context(), path, Options{Project: "/p"})
	if err != nil {
		t.Fatal(err)
	}
	had, err := s.Import(t.Context(), importable())
	if err != nil || !reflect.DeepEqual(had, []bool{false, false, false}) {
		t.Fatalf("%v, %v", had, err)
	}
	same := func(s *Store) {
		t.Helper()
		for _, want := range importable() {
			got, err := s.Get(t.Context(), want.ID)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		}
	}
	same(s)
	more := append(importable(), &inspect.Delivery{ID: "d_dddddddddddd", Method: "POST", ReceivedAt: time.Now()})
	more[0].Method = "DELETE"
	if had, err := s.Import(t.Context(), more); err != nil || !reflect.DeepEqual(had, []bool{true, true, true, false}) {
		t.Errorf("again: %v, %v", had, err)
	}
	same(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// Nobody was at work on those without an attempt, so none is interrupted.
	if s, err = Open(t.Context(), path, Options{Project: "/p"}); err != nil {
		t.Fatal(err)
	}
	same(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// What came first is no redelivery of what came later, whichever is brought first.
func TestImportBackwards(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "history.db"), Options{Project: "/p"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	all := importable()
	for _, d := range []*inspect.Delivery{all[1], all[0]} {
		if _, err := s.Import(t.Context(), []*inspect.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
	first, err := s.Get(t.Context(), all[0].ID)
	if err != nil || first.RedeliveryOf != "" {
		t.Errorf("%q, %v", first.RedeliveryOf, err)
	}
	all[1].ID, all[1].RedeliveryOf = "d_eeeeeeeeeeee", ""
	if _, err := s.Import(t.Context(), all[1:2]); err != nil {
		t.Fatal(err)
	}
	if again, err := s.Get(t.Context(), "d_eeeeeeeeeeee"); err != nil || again.RedeliveryOf != all[0].ID {
		t.Errorf("%q, %v", again.RedeliveryOf, err)
	}
}

func TestImportRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s, err := Open(t.Context(), path, Options{Project: "/p"})
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if had, err := s.Import(ended, importable()); !errors.Is(err, context.Canceled) || had != nil {
		t.Errorf("%v, %v", had, err)
	}
	bad := importable()
	bad[1].Attempts[0].Number = 0
	if _, err := s.Import(t.Context(), bad); !errors.Is(err, errNumber) {
		t.Errorf("%v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), path, Options{ReadOnly: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(t.Context(), importable()); !errors.Is(err, ErrReadOnly) {
		t.Errorf("%v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
