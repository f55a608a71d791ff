package tui

import (
	"fmt"
	"strings"
)

// headerHeight is how many rows the header takes in w cells.
func headerHeight(w int) int {
	if w >= wideFrom {
		return 1
	}
	return 2
}

// headerView says where webhooks come in and whether both ends are up: one row if there is width, else two.
func headerView(t theme, w int, url string, c Config, s Status, rate string) []string {
	if c.Recorded != "" {
		rows := []string{t.bar(w, []span{{" hook  ", accent}, {"recorded  ", faint}, {t.clean(c.Recorded), strong}}, nil), spaces(w)}
		return rows[:headerHeight(w)]
	}
	reach := "local only"
	if c.Public {
		reach = "public"
	}
	where := []span{{" hook  ", accent}, {reach + "  ", faint}, {url, strong}}
	state := append(relaySpans(s), appSpans(s)...)
	if len(s.Held) > 0 {
		state = append(state, span{fmt.Sprintf("   held %d", len(s.Held)), warn})
	}
	if rate != "" {
		state = append(state, span{"   " + rate, plain})
	}
	target := span{"  →  " + t.clean(c.Target), faint}
	room := w - t.size(target.text)
	if headerHeight(w) == 1 {
		state = append(state, span{" ", plain})
		if c.Target != "" && t.width(where)+t.width(state)+2 <= room {
			where = append(where, target)
		}
		return []string{t.bar(w, where, state)}
	}
	if c.Target != "" && t.width(where) <= room {
		where = append(where, target)
	}
	return []string{t.bar(w, where, nil), t.bar(w, append([]span{{" ", plain}}, state...), nil)}
}

func relaySpans(s Status) []span {
	switch {
	case s.Connected:
		return []span{{"● ", good}, {orElse(s.Relay, "connected"), plain}}
	default:
		return []span{{"◌ ", bad}, {orElse(s.Relay, "not connected yet"), plain}}
	}
}

func appSpans(s Status) []span {
	switch {
	case !s.AppKnown:
		return nil
	case s.AppUp:
		return []span{{"   ● ", good}, {brief(s.App), plain}}
	default:
		return []span{{"   ◌ ", bad}, {brief(s.App), plain}}
	}
}

// brief is text up to its semicolon: what is so, without what to do about it.
func brief(text string) string {
	what, _, _ := strings.Cut(text, ";")
	return what
}

// orElse is s, or other if s is empty.
func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
