package signature

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
)

// rewrittenForm tries the ways in which common libraries write a form.
func (s *search) rewrittenForm() (Explanation, bool) {
	body := s.r.Body
	if len(body) == 0 || len(body) > largeBody || !isForm(s.r.Header) && (bytes.IndexByte(body, '=') < 0 || bytes.IndexByte([]byte("{[<\""), body[0]) >= 0) {
		return Explanation{}, false
	}
	for _, v := range []variant{
		{bytes.ReplaceAll(body, []byte("+"), []byte("%20")), "with %20 for +"},
		{bytes.ReplaceAll(body, []byte("%20"), []byte("+")), "with + for %20"},
		{digitsOfEscapes(body, bytes.ToLower), "with small letters in its escapes"},
		{digitsOfEscapes(body, bytes.ToUpper), "with capital letters in its escapes"},
		{[]byte(unescape(string(body))), "with its escapes resolved"},
	} {
		if s.signedBody(v.body) {
			return s.formWritten(v), true
		}
	}
	if e, found := s.formWrittenBy(parameters(body), ""); found {
		return e, true
	}
	sorted := parameters(body)
	slices.SortStableFunc(sorted, func(a, b parameter) int { return strings.Compare(a.name, b.name) })
	return s.formWrittenBy(sorted, ", its fields sorted")
}

// formWrittenBy tries the libraries' ways of escaping.
func (s *search) formWrittenBy(fields []parameter, order string) (Explanation, bool) {
	for _, w := range []struct {
		text   string
		escape func(string) string
	}{
		{"written as Python, Go and Ruby write forms", url.QueryEscape},
		{"written as Node's querystring writes forms", component},
		{"written with %20 for spaces, as by RFC 3986", func(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }},
		{"written as browsers write forms", browserEscape},
		{"written as Node's qs writes forms", func(text string) string { return inQS.Replace(component(text)) }},
		{"written without escapes", func(text string) string { return text }},
	} {
		if v := (variant{writeForm(fields, w.escape), w.text + order}); s.signedBody(v.body) {
			return s.formWritten(v), true
		}
	}
	return Explanation{}, false
}

func (s *search) formWritten(v variant) Explanation {
	return Explanation{
		Mistake: MistakeFormRewritten, Headline: "the form was parsed and written again",
		Text: s.facts() + " It verifies for the same form " + v.text + ": " + s.difference(v.body) +
			". Something on the way parsed the form and wrote it in its own manner.",
		Next: "verify the raw bytes of the body, before anything parses the form",
	}
}

// parameters are a form's fields, decoded, in their order; at most maxParameters.
func parameters(form []byte) []parameter {
	var all []parameter
	for pair := range strings.SplitSeq(string(form), "&") {
		if len(all) < maxParameters && pair != "" {
			all = append(all, parameterOf(pair))
		}
	}
	return all
}

func writeForm(fields []parameter, escape func(string) string) []byte {
	var out []byte
	for i, f := range fields {
		if i > 0 {
			out = append(out, '&')
		}
		out = append(append(append(out, escape(f.name)...), '='), escape(f.value)...)
	}
	return out
}

var (
	inQS      = strings.NewReplacer("!", "%21", "'", "%27", "*", "%2A")
	inBrowser = strings.NewReplacer("%2A", "*", "~", "%7E")
)

// browserEscape escapes as URLSearchParams does: all but letters, digits and *-._
func browserEscape(text string) string {
	return inBrowser.Replace(url.QueryEscape(text))
}

// digitsOfEscapes rewrites the two digits of each %XX.
func digitsOfEscapes(body []byte, rewrite func([]byte) []byte) []byte {
	out := bytes.Clone(body)
	for i := 0; i+2 < len(out); i++ {
		if out[i] == '%' {
			copy(out[i+1:i+3], rewrite(out[i+1:i+3]))
		}
	}
	return out
}

const maxParts = 64 // of a body that are tried alone

// part tries parts of the body alone, and the form that the body may have been taken from.
func (s *search) part() (Explanation, bool) {
	body := s.r.Body
	if len(body) == 0 || len(body) > maxReparsed || !s.spend(4*len(body)) {
		return Explanation{}, false
	}
	for _, p := range partsOf(body, isForm(s.r.Header)) {
		if s.signedBody(p.body) {
			return Explanation{
				Mistake: MistakeBodyPart, Headline: "only a part of the body was signed",
				Text: s.facts() + " It verifies for " + printable(p.text) + " alone: " + s.difference(p.body) + ".",
				Next: "sign the whole body, byte for byte as it is sent",
			}, true
		}
	}
	if len(body) > largeBody {
		return Explanation{}, false
	}
	for _, escape := range []func(string) string{url.QueryEscape, component, browserEscape} {
		if form := []byte("payload=" + escape(string(body))); s.signedBody(form) {
			return Explanation{
				Mistake: MistakeBodyPart, Headline: "only a part of what was signed is here",
				Text: s.facts() + " It verifies for a form that holds this body in its field payload: " + s.difference(form) +
					". The JSON was taken out of the form before it was verified.",
				Next: "verify the form as it came, payload= and escapes included, and take the JSON out of it then",
			}, true
		}
	}
	return Explanation{}, false
}

// partsOf are the members of a JSON body, and the fields of a form.
func partsOf(body []byte, form bool) []variant {
	var all []variant
	if form {
		for _, f := range parameters(body)[:min(len(parameters(body)), maxParts)] {
			if len(f.value) > 1 {
				all = append(all, variant{[]byte(f.value), "the form's " + cutName(f.name)})
			}
		}
		return all
	}
	s := jsonScanner{doc: body}
	if s.next() != '{' {
		return nil
	}
	s.at++
	for len(all) < maxParts && s.next() == '"' {
		name, ok := s.text()
		if !ok || s.next() != ':' {
			break
		}
		s.at++
		s.next()
		start := s.at
		if !s.skip() {
			break
		}
		value, is := body[start:s.at], "the body's "+cutName(string(name))
		switch value[0] {
		case '{', '[':
			compact, _ := jsonStyles(nil)[0].rewrite(nil, value)
			all = append(all, variant{value, is}, variant{compact, is + ", written compact,"})
		case '"':
			all = append(all, variant{unstringed(value), is})
		}
		if s.next() != ',' {
			break
		}
		s.at++
	}
	return slices.DeleteFunc(all, func(v variant) bool { return len(v.body) == 0 })
}

func cutName(name string) string { return name[:min(len(name), 40)] }
