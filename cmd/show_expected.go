package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// expected says what the provider makes of the last attempt: whether it would have waited so long, whether it takes the
// answer for success, and what it does next.
func (s *paper) expected(d *inspect.Delivery, p *signature.Provider, a inspect.Attempt) {
	if p == nil || d.ReplayOf != "" || a.Outcome == inspect.OutcomePending || a.Outcome.Whole() && a.Response == nil {
		return
	}
	took, who := a.Stages.Total, "the app"
	switch a.Outcome {
	case inspect.OutcomeByHand:
		who = "you"
	case inspect.OutcomeChallenge:
		return // it answers as the provider wants
	}
	late := p.Timeout > 0 && took > p.Timeout
	switch {
	case late:
		s.say(s.pen.attention, fmt.Sprintf("%s took %s: %s gives up at %s%s", who, limitWords(took), p.Title, limitWords(p.Timeout), retryWords(p, " and ")))
		return
	case p.Timeout > 0 && took > p.Timeout/2:
		s.say(s.pen.faint, fmt.Sprintf("%s took %s of the %s that %s waits", who, limitWords(took), limitWords(p.Timeout), p.Title))
	}
	switch r := a.Response; {
	case a.Outcome.Whole() && p.Accepts(r.Status):
	case a.Outcome.Whole() && r.Status/100 == 2:
		rule, _, _ := strings.Cut(p.Success, ";")
		s.say(s.pen.attention, fmt.Sprintf("%s takes only %s for success%s", p.Title, rule, retryWords(p, ": it ")))
	default:
		if words := retryWords(p, ""); words != "" {
			s.say(s.pen.faint, p.Title+" "+words)
		}
	}
}

// retryWords are what the provider does after a failure, behind before; empty if nobody knows.
func retryWords(p *signature.Provider, before string) string {
	if p.Retries == "" || strings.HasPrefix(p.Retries, "not published") {
		return ""
	}
	for _, words := range [][2]string{{"never", "never sends again"}, {"not", "does not send again"}, {"again", "sends again"}} {
		if rest, ok := strings.CutPrefix(p.Retries, words[0]); ok {
			return before + words[1] + rest
		}
	}
	return before + "sends again " + p.Retries
}

// limitWords is a time for people as providers publish them: 5 s, 6.2 s, 500 ms.
func limitWords(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " s"
}
