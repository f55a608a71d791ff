package cmd

import (
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func TestTroubleOf(t *testing.T) {
	answered := func(status int) inspect.Summary {
		return inspect.Summary{Provider: "github", Status: status, Outcome: inspect.OutcomeAnswered, Verdict: signature.Valid}
	}
	with := func(s inspect.Summary, change func(*inspect.Summary)) inspect.Summary {
		change(&s)
		return s
	}
	wait := signature.Lookup("github").Timeout
	for _, c := range []struct {
		want string
		s    inspect.Summary
	}{
		{"", answered(200)},
		{"answered 500", answered(500)},
		{"answered 302", answered(302)},
		{"answered 302", with(answered(302), func(s *inspect.Summary) { s.Provider = "" })},
		{"", with(answered(101), func(s *inspect.Summary) { s.Provider = "" })},
		{"answered 204, which Plaid doesn't take for success", with(answered(204), func(s *inspect.Summary) { s.Provider = "plaid" })},
		{"", with(answered(500), func(s *inspect.Summary) { s.ReplayOf = "d_aaaabbbbcccc" })},
		{"", with(answered(0), func(s *inspect.Summary) { s.Outcome = inspect.OutcomePending })},
		{"", with(answered(500), func(s *inspect.Summary) { s.Outcome = inspect.OutcomeByHand })},
		{"bad signature: mismatch", with(answered(200), func(s *inspect.Summary) {
			s.Verdict, s.Reason = signature.Invalid, signature.ReasonMismatch
		})},
		{"answered 400; bad signature: timestamp expired", with(answered(400), func(s *inspect.Summary) {
			s.Verdict, s.Reason = signature.Invalid, signature.ReasonTimestampExpired
		})},
		{"", with(answered(200), func(s *inspect.Summary) { s.Verdict, s.Reason = signature.Unknown, signature.ReasonNoSecret })},
		{"rejected by --enforce: no", with(answered(0), func(s *inspect.Summary) {
			s.Outcome, s.Verdict, s.Err = inspect.OutcomeRejected, signature.Invalid, "rejected by --enforce: no"
		})},
		{"the app refused: nothing listens on port 3000", with(answered(0), func(s *inspect.Summary) {
			s.Outcome, s.Err = inspect.OutcomeRefused, "the app refused: nothing listens on port 3000"
		})},
		{"the app closed the connection before its answer was whole", with(answered(200), func(s *inspect.Summary) {
			s.Outcome, s.Err = inspect.OutcomeClosed, "the app closed the connection before its answer was whole"
		})},
		{"canceled", with(answered(0), func(s *inspect.Summary) { s.Outcome = inspect.OutcomeCanceled })},
		{"", with(answered(200), func(s *inspect.Summary) { s.Duration = wait * 4 / 5 })},
		{"took 8.5 s of the 10 s that GitHub waits", with(answered(200), func(s *inspect.Summary) { s.Duration = 8500 * time.Millisecond })},
		{"answered 500; took 12 s: GitHub gives up at 10 s", with(answered(500), func(s *inspect.Summary) { s.Duration = 12 * time.Second })},
		{"", with(answered(200), func(s *inspect.Summary) { s.Provider, s.Duration = "nobody", time.Hour })},
		{`\x1b[31m`, with(answered(0), func(s *inspect.Summary) { s.Outcome, s.Err = inspect.OutcomeClosed, "\x1b[31m" })},
	} {
		if got := troubleOf(c.s); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.s, got, c.want)
		}
	}
}
