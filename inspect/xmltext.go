package inspect

import (
	"bytes"
	"fmt"
	"slices"
)

const maxXMLDepth = 10_000 // elements in each other, beyond which a text is not taken for XML

// An xmlReader tells the pieces of XML apart and how its elements are nested. It expands nothing: entities stay as they
// are, and a document type is a piece that is passed over, brackets and all.
type xmlReader struct {
	text   []byte
	at     int
	open   [][]byte // names of the elements around it
	rooted bool     // the first element was there
}

// The kinds of xmlTokens.
const (
	xmlEnd         = 0
	xmlOpen        = '<' // <a b="c">
	xmlEmpty       = 'e' // <a/>
	xmlClose       = '/' // </a>
	xmlText        = 't'
	xmlCData       = '['
	xmlComment     = '!'
	xmlInstruction = '?'
	xmlDocType     = 'd'
)

type xmlToken struct {
	kind       byte
	start, end int
}

func (r *xmlReader) wrong(at int, format string, args ...any) (xmlToken, *syntaxError) {
	return xmlToken{}, &syntaxError{at: at, reason: fmt.Sprintf(format, args...)}
}

func (r *xmlReader) cut(format string, args ...any) (xmlToken, *syntaxError) {
	return xmlToken{}, &syntaxError{at: len(r.text), reason: "the end comes too early: " + fmt.Sprintf(format, args...), cut: true}
}

// piece is the token of that kind from the reader's place to end.
func (r *xmlReader) piece(kind byte, end int) (xmlToken, *syntaxError) {
	start := r.at
	r.at = end
	return xmlToken{kind, start, end}, nil
}

// next is the next token; text between tags is one, blank or not.
func (r *xmlReader) next() (xmlToken, *syntaxError) {
	rest := r.text[r.at:]
	switch {
	case len(rest) == 0 && len(r.open) > 0:
		return r.cut("<%s> is not closed", Printable(string(cutText(r.open[len(r.open)-1], 60))))
	case len(rest) == 0 && !r.rooted:
		return r.cut("there is no element")
	case len(rest) == 0:
		return xmlToken{}, nil
	case rest[0] != '<':
		return r.characters()
	}
	for _, sort := range []struct {
		kind       byte
		begin, end string
	}{{xmlComment, "<!--", "-->"}, {xmlCData, "<![CDATA[", "]]>"}, {xmlInstruction, "<?", "?>"}} {
		if bytes.HasPrefix(rest, []byte(sort.begin)) {
			i := bytes.Index(rest[len(sort.begin):], []byte(sort.end))
			if i < 0 {
				return r.cut("%s is missing", sort.end)
			}
			return r.piece(sort.kind, r.at+len(sort.begin)+i+len(sort.end))
		}
	}
	switch {
	case bytes.HasPrefix(rest, []byte("<!")):
		return r.docType()
	case bytes.HasPrefix(rest, []byte("</")):
		return r.closing()
	}
	return r.opening()
}

// characters is the text up to the next tag.
func (r *xmlReader) characters() (xmlToken, *syntaxError) {
	end := len(r.text)
	if i := bytes.IndexByte(r.text[r.at:], '<'); i >= 0 {
		end = r.at + i
	}
	text := r.text[r.at:end]
	if len(r.open) == 0 {
		if blank := len(text) - len(bytes.TrimLeft(text, " \t\r\n")); blank < len(text) {
			return r.wrong(r.at+blank, "there is text outside of the first element")
		}
	}
	if i := badEntity(text); i >= 0 {
		if r.at+i+12 > len(r.text) && end == len(r.text) {
			return r.cut("an entity is not finished")
		}
		return r.wrong(r.at+i, "an & begins no entity: it should be &amp;")
	}
	return r.piece(xmlText, end)
}

// badEntity is the place of an & that begins no entity, or -1.
func badEntity(text []byte) int {
	for from := 0; ; {
		i := bytes.IndexByte(text[from:], '&')
		if i < 0 {
			return -1
		}
		from += i
		name := text[from+1 : min(from+1+64, len(text))]
		end := bytes.IndexByte(name, ';')
		if end < 1 || !isXMLName(bytes.TrimPrefix(name[:end], []byte("#"))) && name[0] != '#' {
			return from
		}
		from += end
	}
}

func isXMLName(name []byte) bool {
	return len(name) > 0 && nameEnd(name) == len(name) && !isDigit(name[0])
}

// nameEnd is where a name at the beginning of text ends.
func nameEnd(text []byte) int {
	for i, c := range text {
		if !isWordByte(c) && c != '-' && c != ':' && c < 0x80 {
			return i
		}
	}
	return len(text)
}

// docType passes over a declaration, which may have others in brackets.
func (r *xmlReader) docType() (xmlToken, *syntaxError) {
	depth := 0
	quote := byte(0)
	for i := r.at; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<':
			depth++
		case c == '>':
			if depth--; depth == 0 {
				return r.piece(xmlDocType, i+1)
			}
		}
	}
	return r.cut("a declaration is not closed")
}

func (r *xmlReader) closing() (xmlToken, *syntaxError) {
	i := bytes.IndexByte(r.text[r.at:], '>')
	if i < 0 {
		return r.cut("a tag is not closed")
	}
	name := bytes.TrimRight(r.text[r.at+2:r.at+i], " \t\r\n")
	shown := Printable(string(cutText(name, 60)))
	if len(r.open) == 0 {
		return r.wrong(r.at, "</%s> closes nothing that is open", shown)
	}
	if open := r.open[len(r.open)-1]; !bytes.Equal(open, name) {
		return r.wrong(r.at, "</%s> stands where <%s> is to be closed", shown, Printable(string(cutText(open, 60))))
	}
	r.open = r.open[:len(r.open)-1]
	return r.piece(xmlClose, r.at+i+1)
}

func (r *xmlReader) opening() (xmlToken, *syntaxError) {
	name := r.text[r.at+1:]
	name = name[:nameEnd(name)]
	switch {
	case !isXMLName(name) && r.at+1 == len(r.text):
		return r.cut("a tag is not finished")
	case !isXMLName(name):
		return r.wrong(r.at, "a < begins no tag: it should be &lt;")
	case len(r.open) == 0 && r.rooted:
		return r.wrong(r.at, "a second element follows the first: XML has one around all")
	case len(r.open) == maxXMLDepth:
		return r.wrong(r.at, "there are more than %d elements in each other", maxXMLDepth)
	}
	a := attributes{text: r.text, at: r.at + 1 + len(name)}
	var names [][]byte
	for a.next() {
		if slices.ContainsFunc(names, func(n []byte) bool { return bytes.Equal(n, a.name()) }) {
			return r.wrong(a.nameAt, "the attribute %s stands twice", Printable(string(cutText(a.name(), 60))))
		}
		if len(names) < 50 { // more than that are not compared
			names = append(names, a.name())
		}
	}
	if a.err != nil {
		return xmlToken{}, a.err
	}
	r.rooted = true
	if r.text[a.at] == '/' {
		return r.piece(xmlEmpty, a.at+2)
	}
	r.open = append(r.open, name)
	return r.piece(xmlOpen, a.at+1)
}

// attributes are those of one tag.
type attributes struct {
	text            []byte
	at              int // behind the last; at the end the > or />
	nameAt, nameEnd int
	value, valueEnd int // without its quotes
	err             *syntaxError
}

func (a *attributes) name() []byte { return a.text[a.nameAt:a.nameEnd] }

func (a *attributes) fail(at int, reason string) bool {
	a.err = &syntaxError{at: at, reason: reason}
	return false
}

func (a *attributes) cut() bool {
	a.err = &syntaxError{at: len(a.text), reason: "the end comes too early: a tag is not closed", cut: true}
	return false
}

func (a *attributes) blanks() {
	for a.at < len(a.text) && isJSONSpace(a.text[a.at]) {
		a.at++
	}
}

// next goes to the next attribute; it is false at the tag's end and at a fault.
func (a *attributes) next() bool {
	before := a.at
	if a.blanks(); a.at == len(a.text) {
		return a.cut()
	}
	if c := a.text[a.at]; c == '>' || c == '/' && a.at+1 < len(a.text) && a.text[a.at+1] == '>' {
		return false
	}
	a.nameAt = a.at
	a.nameEnd = a.at + nameEnd(a.text[a.at:])
	switch {
	case a.nameEnd == len(a.text) || a.text[a.at] == '/' && a.at+1 == len(a.text):
		return a.cut()
	case a.nameEnd == a.nameAt && a.text[a.at] == '<':
		return a.fail(a.at, "a tag is not closed before the next begins")
	case a.nameEnd == a.nameAt:
		return a.fail(a.at, "this can't stand in a tag")
	case before == a.at:
		return a.fail(a.at, "a blank is missing before an attribute")
	}
	a.at = a.nameEnd
	if a.blanks(); a.at == len(a.text) {
		return a.cut()
	}
	if a.text[a.at] != '=' {
		return a.fail(a.nameAt, "an attribute has no value")
	}
	a.at++
	if a.blanks(); a.at == len(a.text) {
		return a.cut()
	}
	quote := a.text[a.at]
	if quote != '"' && quote != '\'' {
		return a.fail(a.at, "an attribute's value is not in quotes")
	}
	end := bytes.IndexByte(a.text[a.at+1:], quote)
	if end < 0 {
		return a.cut()
	}
	a.value = a.at + 1
	a.valueEnd = a.value + end
	if i := bytes.IndexByte(a.text[a.value:a.valueEnd], '<'); i >= 0 {
		return a.fail(a.value+i, "a < stands in an attribute's value: its closing quote may be missing")
	}
	a.at = a.valueEnd + 1
	return true
}
