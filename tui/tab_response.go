package tui

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// responseHead is what the app answered last, up to the body, or why it did not.
func responseHead(zone *time.Location, d *inspect.Delivery) *sheet {
	a := d.Last()
	if a == nil {
		return sheetOf(words(faint, "not handed to the app yet"))
	}
	s := sheetOf(attemptLines(zone, *a)...)
	if n := len(d.Attempts); n > 1 {
		s.add(words(faint, fmt.Sprintf("the last of %d attempts: 7 shows all", n)))
	}
	if a.Response == nil {
		return s
	}
	s.add(rich{})
	if all := fields(a.Response.Header, nil, nil); len(all) > 0 {
		s.addAll(append(all, rich{})...)
	}
	return s
}

// attemptLines are an attempt: its result, when and where to, and what went wrong.
func attemptLines(zone *time.Location, a inspect.Attempt) []rich {
	result := words(attemptLook(a), attemptWords(a))
	about := words(faint, fmt.Sprintf("attempt %d · %s · %s", a.Number, a.Started.In(zone).Format("15:04:05.000"), maskedURL(a.Target)))
	result.hang, about.hang = 2, 2
	lines := []rich{result, about}
	if a.Err != "" {
		look := bad
		if a.Outcome == inspect.OutcomeChallenge {
			look = warn
		}
		why := words(look, maskedText(a.Err))
		why.hang = 2
		lines = append(lines, why)
	}
	return lines
}

// attemptWords is how an attempt ended, and after how long.
func attemptWords(a inspect.Attempt) string {
	words := string(a.Outcome)
	if a.Response != nil {
		words = strings.TrimSpace(fmt.Sprint(a.Response.Status, " ", http.StatusText(a.Response.Status)))
		switch a.Outcome {
		case inspect.OutcomeAnswered, inspect.OutcomePending:
		case inspect.OutcomeChallenge:
			words += " by hook"
		default:
			words += ", then " + string(a.Outcome)
		}
	}
	if a.Outcome == inspect.OutcomePending {
		return strings.TrimSpace(words + " under way")
	}
	return words + " in " + took(a.Stages.Total)
}

func attemptLook(a inspect.Attempt) look {
	s := inspect.Summary{Outcome: a.Outcome}
	if a.Response != nil {
		s.Status = a.Response.Status
	}
	_, l := resultOf(s)
	return l
}
