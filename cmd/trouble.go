package cmd

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// troubleOf is why somebody ought to look at a delivery that is over, in few words: its provider takes it for failed, its
// signature is bad, or the app took more than 80% of the time that the provider waits. It is empty if there is nothing, for what
// is under way, for what the user or hook itself answered, and for replays, whose result is reported anyway.
func troubleOf(s inspect.Summary) string {
	switch {
	case s.ReplayOf != "", s.Outcome == inspect.OutcomePending, s.Outcome == inspect.OutcomeByHand, s.Outcome == inspect.OutcomeChallenge:
		return ""
	}
	p := signature.Lookup(s.Provider) // nil for nobody
	var why []string
	for _, words := range []string{failureWords(s, p), badSignature(s), slowness(s, p)} {
		if words != "" {
			why = append(why, words)
		}
	}
	return inspect.Printable(strings.Join(why, "; "))
}

// failureWords say what the provider takes for a failure.
func failureWords(s inspect.Summary, p *signature.Provider) string {
	switch {
	case s.Outcome == inspect.OutcomeRejected: // for its signature
		return ""
	case s.Outcome != inspect.OutcomeAnswered:
		return cmp.Or(s.Err, string(s.Outcome))
	case p.Accepts(s.Status), s.Status == http.StatusSwitchingProtocols:
		return ""
	case !s.Failed():
		return fmt.Sprintf("answered %d, which %s doesn't take for success", s.Status, p.Title)
	}
	return fmt.Sprintf("answered %d", s.Status)
}

func badSignature(s inspect.Summary) string {
	switch {
	case s.Outcome == inspect.OutcomeRejected:
		return s.Err
	case s.Verdict != signature.Invalid:
		return ""
	case s.Reason == "":
		return "bad signature"
	}
	return "bad signature: " + strings.ReplaceAll(strings.TrimPrefix(string(s.Reason), "signature_"), "_", " ")
}

func slowness(s inspect.Summary, p *signature.Provider) string {
	switch {
	case p == nil || p.Timeout <= 0 || s.Duration <= p.Timeout*4/5:
		return ""
	case s.Duration > p.Timeout:
		return fmt.Sprintf("took %s: %s gives up at %s", limitWords(s.Duration), p.Title, limitWords(p.Timeout))
	}
	return fmt.Sprintf("took %s of the %s that %s waits", limitWords(s.Duration), limitWords(p.Timeout), p.Title)
}

func notifyFlag(f *pflag.FlagSet, to *bool) {
	f.BoolVar(to, "notify", false, "ring the terminal's bell on the screen when one fails, has a bad signature or is almost too slow")
}
