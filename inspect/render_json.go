package inspect

import (
	"encoding/json"
	"fmt"
)

func (r *Rendering) noteDoubleKey() {
	if key, first, second := doubleKey(r.body, isJSONLines(r.media)); second > 0 {
		r.note(Caution, fmt.Sprintf("the key %s stands twice in one object, at byte %d and %d: most parsers take the last", cutText(key, 60), first, second))
	}
}

// jsonFault is the first fault of text; what is cut may end anywhere.
func jsonFault(text []byte, many, cut bool) *syntaxError {
	r := jsonReader{text: text, many: many}
	for {
		token, err := r.next()
		switch {
		case err != nil && err.cut && cut:
			return nil
		case err != nil:
			return err
		case token.kind == 0:
			return nil
		}
	}
}

// doubleKey is the first key that an object of valid JSON has twice, with both places; second is 0 if there is none.
func doubleKey(text []byte, many bool) (key string, first, second int) {
	type name struct {
		object int
		key    string
	}
	seen := make(map[name]int)
	var around []int // the objects that are open; 0 for a list
	objects := 0
	r := jsonReader{text: text, many: many}
	for {
		token, err := r.next()
		if err != nil || token.kind == 0 {
			return "", 0, 0
		}
		switch token.kind {
		case '{':
			objects++
			around = append(around, objects)
		case '[':
			around = append(around, 0)
		case '}', ']':
			around = around[:len(around)-1]
		case 'k':
			raw := text[token.start:token.end]
			n := name{around[len(around)-1], unquoted(raw)}
			if at, twice := seen[n]; twice {
				return string(raw), at, token.start
			}
			seen[n] = token.start
		}
	}
}

// unquoted is what a JSON string says.
func unquoted(raw []byte) string {
	for _, c := range raw {
		if c == '\\' {
			var s string
			if json.Unmarshal(raw, &s) == nil {
				return s
			}
			break
		}
	}
	return string(raw[1 : len(raw)-1])
}

// jsonClass is the class of a token.
func jsonClass(kind byte) Class {
	switch kind {
	case 'k':
		return Key
	case 's':
		return String
	case 'n':
		return Number
	case 'w':
		return Literal
	}
	return Punctuation
}

// json adds text, which begins at that depth, indented. What of it is no JSON is told and then shown as it is; the end of
// what is cut may come anywhere. It is not json.Indent because that writes all of the indentation of all of the lines: a
// body of 20 KB, nested deeply, would take 200 MB.
func (p *painter) json(text []byte, depth int, many, cut bool) {
	r := jsonReader{text: text, many: many}
	outer := p.depth
	p.depth = outer + depth
	p.begin()
	for !p.stopped {
		token, err := r.next()
		if err != nil {
			p.brokenJSON(text, err, cut)
			break
		}
		if token.kind == 0 {
			p.flush()
			break
		}
		p.jsonToken(&r, token)
	}
	p.depth = outer
	p.begin()
}

// jsonToken adds a token, and what belongs on the same line with it.
func (p *painter) jsonToken(r *jsonReader, token jsonToken) {
	text := r.text[token.start:token.end]
	switch token.kind {
	case '{', '[':
		p.at(token.start)
		p.put(Punctuation, text)
		if r.closesAtOnce() {
			closer, _ := r.next()
			p.put(Punctuation, r.text[closer.start:closer.end])
			break
		}
		p.depth++
		p.line.Opens = true
		p.end()
		return
	case '}', ']':
		p.flush()
		p.depth--
		p.begin()
		p.at(token.start)
		p.line.Closes = true
		p.put(Punctuation, text)
	case ',':
		p.put(Punctuation, text)
		p.end()
		return
	case ':':
		p.put(Punctuation, []byte(": "))
		return
	default:
		p.at(token.start)
		p.put(jsonClass(token.kind), text)
	}
	if len(r.open) == 0 && token.kind != 'k' {
		p.flush()
	}
}

// closesAtOnce says whether the bracket that was just opened has nothing in it.
func (r *jsonReader) closesAtOnce() bool {
	i := r.at
	for i < len(r.text) && isJSONSpace(r.text[i]) {
		i++
	}
	return i < len(r.text) && r.text[i] == r.text[r.at-1]+2
}

// brokenJSON tells what is wrong, and shows the rest as it is.
func (p *painter) brokenJSON(text []byte, err *syntaxError, cut bool) {
	p.flush()
	if err.cut && cut {
		return
	}
	p.depth = 0
	p.begin()
	for _, line := range err.lines("JSON", text) {
		p.line = line
		p.end()
	}
	p.text(text[err.at:], err.at)
}
