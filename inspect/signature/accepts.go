package signature

import (
	"strconv"
	"strings"
)

// Accepts says whether the provider takes an answer of this status for success, and so does not send again: those that
// Success names, or any 2xx. A nil Provider takes any 2xx.
//
// Of Success the part before a semicolon counts: statuses ("200 or 204"), classes of them ("2xx"), and from one to another
// ("from 200 to 302"). What it says besides is for people.
func (p *Provider) Accepts(status int) bool {
	if p == nil || p.Success == "" {
		return status/100 == 2
	}
	rule, _, _ := strings.Cut(p.Success, ";")
	words := strings.FieldsFunc(rule, func(r rune) bool { return !('0' <= r && r <= '9' || 'a' <= r && r <= 'z') })
	for i, word := range words {
		if word == "from" && i+3 < len(words) && words[i+2] == "to" && statusWord(words[i+1]) <= status && status <= statusWord(words[i+3]) {
			return true
		}
		if statusWord(word) == status || len(word) == 3 && word[1:] == "xx" && int(word[0]-'0') == status/100 {
			return true
		}
	}
	return false
}

// statusWord is the status that a word is; -1 if it is none.
func statusWord(word string) int {
	n, err := strconv.Atoi(word)
	if err != nil || len(word) != 3 {
		return -1
	}
	return n
}
