package pasted

import (
	"errors"
	"fmt"
	"strings"
)

// ErrShell is for a command that only a shell can make sense of.
var ErrShell = errors.New("only a shell can do that")

var errUnclosed = errors.New(`a quotation mark (") is never closed`)

// shellWords splits the first command of a text as a POSIX shell does, with bash's $'…'. It fills nothing in: what a shell
// would is an ErrShell.
func shellWords(text string) (words []string, rest string, err error) {
	s := &splitter{text: text}
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == ' ' || c == '\t' || c == '\r':
			s.end()
		case c == '#' && !s.within:
			s.at += strings.IndexByte(s.text[s.at:]+"\n", '\n')
			continue
		case c == '\n' && len(s.words) == 0 && !s.within: // before the command
		case c == '\n' || c == ';' || c == '&':
			s.end()
			return s.words, s.text[s.at+1:], nil
		case c == '|' || c == '>': // what becomes of the answer is no concern
			if c == '>' && (s.word.String() == "1" || s.word.String() == "2") {
				s.within = false
			}
			s.end()
			return s.words, "", nil
		case c == '<' || c == '(' || c == ')':
			return nil, "", fmt.Errorf("%w: %q outside of quotes", ErrShell, c)
		default:
			if err := s.part(c); err != nil {
				return nil, "", err
			}
			continue
		}
		s.at++
	}
	s.end()
	return s.words, "", nil
}

// A splitter is on its way through a text.
type splitter struct {
	text   string
	at     int
	words  []string
	word   strings.Builder
	within bool // a word has begun, be it empty
}

func (s *splitter) end() {
	if s.within {
		s.words = append(s.words, s.word.String())
	}
	s.word.Reset()
	s.within = false
}

// part takes in what begins with c: a quoted part of a word, an escaped character or a plain one.
func (s *splitter) part(c byte) error {
	rest := s.text[s.at:]
	switch {
	case strings.HasPrefix(rest, "\\\r\n"):
		s.at += 3
	case strings.HasPrefix(rest, "\\\n"):
		s.at += 2
	case c == '\\' && len(rest) > 1:
		s.put(rest[1:2], 2)
	case c == '\'':
		n := strings.IndexByte(rest[1:], '\'')
		if n < 0 {
			return errors.New("a quotation mark (') is never closed")
		}
		s.put(rest[1:1+n], n+2)
	case c == '"':
		return s.double(1)
	case strings.HasPrefix(rest, `$"`):
		return s.double(2)
	case strings.HasPrefix(rest, "$'"):
		return s.ansi()
	case c == '`' || c == '$' && isExpansion(rest):
		return expansion(rest)
	default:
		s.put(rest[:1], 1)
	}
	return nil
}

func (s *splitter) put(part string, n int) {
	s.word.WriteString(part)
	s.within = true
	s.at += n
}

// double takes in what is between double quotes, from the n-th byte on.
func (s *splitter) double(n int) error {
	s.put("", n)
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch c := rest[0]; {
		case c == '"':
			s.at++
			return nil
		case strings.HasPrefix(rest, "\\\r\n"):
			s.at += 3
		case strings.HasPrefix(rest, "\\\n"):
			s.at += 2
		case c == '\\' && len(rest) > 1 && strings.IndexByte("$`\"\\", rest[1]) >= 0:
			s.put(rest[1:2], 2)
		case c == '`' || c == '$' && isExpansion(rest):
			return expansion(rest)
		default:
			s.put(rest[:1], 1)
		}
	}
	return errUnclosed
}

// isExpansion says whether a shell would fill something in for what begins with $.
func isExpansion(s string) bool {
	if len(s) < 2 {
		return false
	}
	c := s[1]
	return c == '{' || c == '(' || c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("@*#?$!-", c) >= 0
}

func expansion(s string) error {
	if end := strings.IndexAny(s[1:], " \t\r\n\"'/&"); end >= 0 {
		s = s[:1+end]
	}
	return fmt.Errorf("%w: fill in %q", ErrShell, s[:min(len(s), 40)])
}
