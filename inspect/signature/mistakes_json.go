package signature

import (
	"bytes"
	"slices"
)

// rewritten tries the ways in which common libraries write the body's JSON.
func (s *search) rewritten() (Explanation, bool) {
	body := bytes.TrimSpace(s.r.Body)
	if len(body) > maxReparsed || len(body) < 2 || body[0] != '{' && body[0] != '[' {
		return Explanation{}, false
	}
	styles, buffer := jsonStyles(body), make([]byte, 0, 2*len(body))
	if e, found := s.written(body, styles, "", buffer); found {
		return e, true
	}
	if len(body) > largeBody || !s.spend(32*len(body)) {
		return Explanation{}, false
	}
	sorted, ok := sortedJSON(body)
	if !ok {
		return Explanation{}, false
	}
	return s.written(sorted, styles, ", its names sorted", buffer)
}

// written tries the styles one by one, in buffer's memory. It stops when the work that may be done is done.
func (s *search) written(doc []byte, styles []jsonStyle, order string, buffer []byte) (Explanation, bool) {
	for i := range styles {
		style := &styles[i]
		if !s.spend(4 * len(doc)) {
			break
		}
		body, ok := style.rewrite(buffer[:0], doc)
		if !s.spend(2*max(0, len(body)-len(doc))) || !ok {
			continue
		}
		if s.signedBody(body) {
			return s.reserialised(style.name+order, body), true
		}
		if len(body) > largeBody || i > 5 {
			continue
		}
		if body = append(body, '\n'); s.signedBody(body) {
			return s.reserialised(style.name+order+" with a newline at its end", body), true
		}
		if lines := eventLines(body); i == 0 && s.signedBody(lines) {
			return s.reserialised("written compact with CR LF behind each element"+order, lines), true
		}
	}
	return Explanation{}, false
}

// eventLines is a compact array of objects with CR LF behind each, as SendGrid writes its events.
func eventLines(compact []byte) []byte {
	lines := bytes.ReplaceAll(bytes.TrimSpace(compact), []byte("},{"), []byte("},\r\n{"))
	return slices.Concat(lines, []byte("\r\n"))
}

func (s *search) reserialised(how string, signed []byte) Explanation {
	return Explanation{
		Mistake: MistakeBodyReserialised, Headline: "the body was parsed and written again",
		Text: s.facts() + " It verifies for the same JSON " + how + ": " + s.difference(signed) +
			". Something on the way parsed the JSON and wrote it in its own manner.",
		Next: "verify the raw bytes of the body, before any JSON middleware or proxy touches them",
	}
}
