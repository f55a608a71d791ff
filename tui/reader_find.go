package tui

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	hitLimit    = 1000 // hits that are counted
	needleLimit = 400  // bytes that can be searched for
)

// A needle is what is searched for. The zero needle finds nothing.
type needle struct {
	text  string
	exact bool      // upper and lower case differ, as there is an upper-case letter in it
	first [256]bool // the bytes that it may begin with
}

func newNeedle(text string) needle {
	text = strings.ToValidUTF8(text, "")
	for len(text) > needleLimit {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	n := needle{text: text, exact: strings.ContainsFunc(text, unicode.IsUpper)}
	if text == "" {
		return n
	}
	start, _ := utf8.DecodeRuneInString(text)
	for r := start; ; {
		n.first[string(r)[0]] = true
		if r = unicode.SimpleFold(r); r == start {
			return n
		}
	}
}

// longest is how many bytes a hit may have.
func (n needle) longest() int { return len(n.text) * utf8.UTFMax }

// index is where in b the first hit begins and ends that does not begin before from; -1 if there is none.
func (n needle) index(b []byte, from int) (start, end int) {
	if n.text == "" {
		return -1, -1
	}
	if n.exact {
		if i := bytes.Index(b[from:], []byte(n.text)); i >= 0 {
			return from + i, from + i + len(n.text)
		}
		return -1, -1
	}
	for i := from; i < len(b); i++ {
		if n.first[b[i]] {
			if size := n.match(b[i:]); size > 0 {
				return i, i + size
			}
		}
	}
	return -1, -1
}

// match is how many bytes of b, at its beginning, are a hit; 0 if it doesn't begin with one.
func (n needle) match(b []byte) int {
	at := 0
	for _, want := range n.text {
		if at == len(b) {
			return 0
		}
		got, size := rune(b[at]), 1
		if got >= utf8.RuneSelf {
			got, size = utf8.DecodeRune(b[at:])
		}
		if got != want && !folds(got, want) {
			return 0
		}
		at += size
	}
	return at
}

// folds says whether two characters differ by their case alone.
func folds(a, b rune) bool {
	if a < utf8.RuneSelf && b < utf8.RuneSelf {
		return a|0x20 == b|0x20 && 'a' <= a|0x20 && a|0x20 <= 'z'
	}
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return true
		}
	}
	return false
}

// all are the hits in b, as pairs of a start and an end.
func (n needle) all(b []byte) [][2]int {
	var all [][2]int
	for at := 0; at <= len(b); {
		start, end := n.index(b, at)
		if start < 0 {
			break
		}
		all = append(all, [2]int{start, end})
		at = end
	}
	return all
}
