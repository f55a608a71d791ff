package history

import (
	"slices"
	"strings"
	"unicode"
)

// A pattern is what is searched for: phrases, each of one or more tokens. The very last token may be a beginning.
type pattern [][]string

func parsePattern(words []string) pattern {
	var p pattern
	for _, word := range words {
		if tokens := tokenize(word); len(tokens) > 0 {
			p = append(p, tokens)
		}
	}
	return p
}

// tokenize cuts text as the index does: see its tokenizer in the schema.
func tokenize(text string) []string {
	return strings.FieldsFunc(strings.ToLower(strings.ToValidUTF8(text, " ")), func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co) && r != '_' && r != '-'
	})
}

// match is p in the index's query language. Tokens hold no quotes.
func (p pattern) match() string { return strings.Join(p.phrases(), " ") + " *" }

// matchAny is match with all these words in place of the last token, of which they are all that there are.
func (p pattern) matchAny(words []string) string {
	last := len(p) - 1
	either := make([]string, len(words))
	for i, word := range words {
		either[i] = phrase(append(slices.Clip(p[last][:len(p[last])-1]), word))
	}
	return strings.Join(append(p.phrases()[:last], "("+strings.Join(either, " OR ")+")"), " AND ")
}

// matchBut is match without the last token, which finds more; "" if there is no other.
func (p pattern) matchBut() string {
	last := len(p) - 1
	phrases := p.phrases()[:last]
	if tokens := p[last][:len(p[last])-1]; len(tokens) > 0 {
		phrases = append(phrases, phrase(tokens))
	}
	return strings.Join(phrases, " ")
}

func (p pattern) phrases() []string {
	all := make([]string, len(p))
	for i, tokens := range p {
		all[i] = phrase(tokens)
	}
	return all
}

func phrase(tokens []string) string { return `"` + strings.Join(tokens, " ") + `"` }

// beginning is the token that may be one.
func (p pattern) beginning() string {
	last := p[len(p)-1]
	return last[len(last)-1]
}

// in says whether text matches, as the index would.
func (p pattern) in(text string) bool {
	lower := strings.ToLower(text)
	for _, phrase := range p {
		if !strings.Contains(lower, phrase[0]) { // spares most texts the cutting
			return false
		}
	}
	tokens := tokenize(text)
	for i, phrase := range p {
		if !hasPhrase(tokens, phrase, i == len(p)-1) {
			return false
		}
	}
	return true
}

// hasPhrase says whether phrase stands somewhere in tokens; with beginning set its last token may be continued.
func hasPhrase(tokens, phrase []string, beginning bool) bool {
	last := len(phrase) - 1
	for start := 0; start+last < len(tokens); start++ {
		i := 0
		for i < last && tokens[start+i] == phrase[i] {
			i++
		}
		end := tokens[start+last]
		if i == last && (end == phrase[last] || beginning && strings.HasPrefix(end, phrase[last])) {
			return true
		}
	}
	return false
}
