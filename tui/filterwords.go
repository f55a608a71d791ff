package tui

import (
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

const (
	offerLimit  = 40     // completions at most
	offerLookAt = 20_000 // deliveries, the newest, whose providers and event types are offered
)

// completions are what the word before the byte at of a filter could be: fields and flags, and the providers and event types
// that are in the list. Behind a flag and in quotes it is the latter only.
func (s *screen) completions(text string, at int) []string {
	head := text[:min(at, len(text))]
	value, flag, quoted := valueAt(head)
	var all []string
	offer := func(candidates []string, typed string) {
		word := lastWord(head)
		for _, c := range candidates {
			if len(c) > len(typed) && strings.EqualFold(c[:len(typed)], typed) {
				all = append(all, word+c[len(typed):])
			}
		}
	}
	switch {
	case flag != "":
		offer(s.occurring(flag == "--provider", flag == "--event", quoted), value)
	case quoted:
		offer(s.occurring(true, true, true), value)
	default:
		offer(s.config.Words, lastWord(head))
		if value != "" {
			offer(s.occurring(true, true, false), value)
		}
	}
	return all[:min(len(all), offerLimit)]
}

// valueAt is what of a value stands at the end of head, and the flag that it is for, if any; quoted says that it is in quotes.
func valueAt(head string) (value, flag string, quoted bool) {
	var before string
	if at := openQuote(head); at >= 0 {
		before, value, quoted = head[:at], head[at+1:], true
	} else {
		at := strings.LastIndexAny(head, " =,(!&|<>") + 1
		before, value = head[:at], head[at:]
	}
	words := strings.Fields(before)
	if len(words) == 0 || !strings.HasPrefix(head, "--") || !quoted && strings.HasPrefix(value, "--") {
		return value, "", quoted
	}
	name, _, _ := strings.Cut(words[len(words)-1], "=")
	if name == "--provider" || name == "--event" {
		flag = name
	}
	return value, flag, quoted
}

// openQuote is where the quotation mark is that is not closed; -1 if there is none.
func openQuote(head string) int {
	open := -1
	for i := range len(head) {
		switch c := head[i]; {
		case open < 0 && (c == '"' || c == '\''):
			open = i
		case open >= 0 && c == head[open]:
			open = -1
		}
	}
	return open
}

// occurring are the providers and event types of the list, in order; without quotes around them none that needs them.
func (s *screen) occurring(providers, events, quoted bool) []string {
	found := make(map[string]bool)
	for _, r := range s.list.rows[max(0, len(s.list.rows)-offerLookAt):] {
		c := r.common.Value()
		if providers {
			found[c.Provider] = true
		}
		if events {
			found[c.EventType] = true
		}
	}
	var all []string
	for text := range found {
		if text != "" && len(text) < 200 && inspect.Printable(text) == text && (quoted || !strings.ContainsAny(text, ` '"`)) {
			all = append(all, text)
		}
	}
	slices.Sort(all)
	return all
}
