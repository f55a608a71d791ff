package signature

import (
	"bytes"
	"slices"
	"strings"
)

// Marks for what a recipe's reader puts there. They are such as headers, URLs, forms and JSON take unchanged, the time's as
// a number too.
const (
	markTime      = "7405926183074059"
	markSignature = "hOOKsIGNATUREmARK"
	markID        = "msg_2hookTestMessage"
)

// places finds what signing has changed of r. It is false for what can't be said: a mark that stands where its value might
// have to be escaped, or twice.
//
// The headers that the scheme reads are named even where they stay as they are, as an id does.
func (m *Recipe) places(r, marked Request, reads []string) bool {
	for name, values := range marked.Header {
		if len(values) == 0 || slices.Equal(values, r.Header[name]) && !slices.Contains(reads, name) {
			continue
		}
		m.Headers = append(m.Headers, Place{name, unmarked(values[0])})
	}
	slices.SortFunc(m.Headers, func(a, b Place) int { return strings.Compare(a.Name, b.Name) })
	for name := range r.Header {
		if _, kept := marked.Header[name]; !kept {
			m.Stale = append(m.Stale, name)
		}
	}
	slices.Sort(m.Stale)
	return m.queryPlaces(r, marked) && m.bodyPlaces(r, marked)
}

func (m *Recipe) queryPlaces(r, marked Request) bool {
	if marked.URL == r.URL {
		return true
	}
	for pair := range strings.SplitSeq(splitURL(marked.URL).query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if strings.Contains(value, markSignature) || strings.Contains(value, markTime) {
			m.Query = append(m.Query, Place{unescape(name), unmarked(value)})
		}
	}
	return len(m.Query) > 0
}

func (m *Recipe) bodyPlaces(r, marked Request) bool {
	if bytes.Equal(marked.Body, r.Body) {
		return true
	}
	raw := m.Encoding == EncodingHex || m.Encoding == EncodingUpperHex || !isForm(r.Header)
	for _, mark := range []string{MarkTimestamp, MarkSignature, markTime, markSignature} {
		if bytes.Contains(r.Body, []byte(mark)) {
			return false
		}
	}
	if bytes.Count(marked.Body, []byte(markSignature)) > 1 || bytes.Contains(marked.Body, []byte(markSignature)) && !raw {
		return false
	}
	body := bytes.ReplaceAll(marked.Body, []byte(markTime), []byte(MarkTimestamp))
	m.Body = bytes.ReplaceAll(body, []byte(markSignature), []byte(MarkSignature))
	return true
}

// unmarked reads a text with marks.
func unmarked(text string) []Ingredient {
	var parts []Ingredient
	for text != "" {
		at, kind, mark := len(text), IngredientText, ""
		if i := strings.Index(text, markTime); i >= 0 {
			at, kind, mark = i, IngredientTimestamp, markTime
		}
		if i := strings.Index(text, markSignature); i >= 0 && i < at {
			at, kind, mark = i, IngredientSignature, markSignature
		}
		if at > 0 {
			parts = append(parts, Ingredient{IngredientText, text[:at]})
		}
		if mark != "" {
			parts = append(parts, Ingredient{Kind: kind})
		}
		text = text[at+len(mark):]
	}
	return parts
}
