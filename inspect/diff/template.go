package diff

import (
	"regexp"
	"strings"
)

// A renaming is the ids of one side with those of the other that stand in their places, as far as they were found.
type renaming map[[2]string]bool

// learn takes an id of one side and its counterpart, and the parts of both if they have as many.
func (r renaming) learn(a, b string) {
	if len(a) > 512 || len(b) > 512 {
		return
	}
	r[[2]string{a, b}] = true
	x, y := pieces(a), pieces(b)
	if len(x) != len(y) {
		return
	}
	for i := range x {
		if x[i] != y[i] && len(x[i]) > 1 {
			r[[2]string{x[i], y[i]}] = true
		}
	}
}

// sameTemplate says whether two texts differ in nothing but ids and times within them: the same pieces with the same
// characters between, and each piece that differs either known as an id of the other's counterpart or made up. A loose
// comparison takes a shorter piece for made up: for URLs, names and the like, not for running text.
func sameTemplate(a, b string, known renaming, loose bool) bool {
	if known[[2]string{a, b}] {
		return true
	}
	a, b = timesOut(a), timesOut(b)
	x, y := pieces(a), pieces(b)
	if len(x) != len(y) {
		return blobs(a, b)
	}
	context := false // whether something with letters stays as it is
	for i := range x {
		context = context || x[i] == y[i] && isLetter(x[i][0])
	}
	for i := range x {
		switch p, q := x[i], y[i]; {
		case p == q, known[[2]string{p, q}]:
		case !isAlnum(p[0]) || !isAlnum(q[0]):
			return false
		case loose && i > 0 && strings.HasSuffix(x[i-1], "#") && digits(p) && digits(q): // the number of an order or an issue
		case random(p) && random(q):
		case loose && context && len(p) == len(q) && (shortID(p) && shortID(q) || len(p) >= 6 && (shortID(p) || shortID(q))):
		default:
			return false
		}
	}
	return true
}

// shortID says whether a piece may be an id among others that stay the same.
func shortID(s string) bool {
	return len(s) >= 4 && digits(s) || len(s) >= 4 && strings.ContainsAny(s, "0123456789") || len(s) >= 6 && scrambled(s)
}

// blobs says whether two texts are the same but for one long made up part, which may have any of base64's characters.
func blobs(a, b string) bool {
	n := min(len(a), len(b))
	head := 0
	for head < n && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < n-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	return blob(x) && blob(y)
}

func blob(s string) bool {
	for i := range len(s) {
		if !isAlnum(s[i]) && strings.IndexByte("+/=-_.~%", s[i]) < 0 {
			return false
		}
	}
	return len(s) >= 16 && random(s)
}

// inText are times and UUIDs within a text, which have several pieces.
var inText = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?|` +
	`(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d? [A-Z][a-z][a-z] \d{4} \d\d:\d\d:\d\d ([A-Z]{3}|[+-]\d{4})|` +
	`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`)

func timesOut(s string) string {
	return inText.ReplaceAllStringFunc(s, func(found string) string {
		if isUUID(found) {
			return "\x01"
		}
		return "\x02"
	})
}

func isAlnum(c byte) bool { return isDigit(c) || isLetter(c) || c >= 0x80 }

// pieces cuts a text between what is a letter or a digit and what is not.
func pieces(s string) []string {
	var all []string
	start := 0
	for i := 1; i <= len(s); i++ {
		if i == len(s) || isAlnum(s[i]) != isAlnum(s[i-1]) {
			all = append(all, s[start:i])
			start = i
		}
	}
	return all
}

// renamed marks what differs in nothing but ids that were found elsewhere in the same comparison: a URL with the id of an
// object in it, a sentence that names it.
func renamed(all []*Change) {
	known := make(renaming)
	for _, ch := range all {
		if ch.Volatile && ch.Why == WhyID && ch.Before != "" && ch.After != "" {
			known.learn(plain(ch.Before), plain(ch.After))
		}
	}
	if len(known) == 0 {
		return
	}
	for _, ch := range all {
		if ch.Volatile || ch.Kind != Changed {
			continue
		}
		kind := kindOf([]byte(ch.Before))
		if kind != kindOf([]byte(ch.After)) || kind != aText && kind != aNumber {
			continue
		}
		a, b := plain(ch.Before), plain(ch.After)
		if len(a) > maxTemplate || len(b) > maxTemplate || len(a) < 2 || kind == aNumber && len(a) < 4 || meaningOf(leaf(ch.Path)).measure && (len(a) < 8 || !known[[2]string{a, b}]) {
			continue
		}
		if sameTemplate(a, b, known, kind == aText && !spaced(a)) {
			ch.Volatile, ch.Why = true, WhyID
		}
	}
}

// plain is a value's text: of a JSON string what it says.
func plain(value string) string {
	if value != "" && value[0] == '"' {
		return text([]byte(value))
	}
	return value
}
