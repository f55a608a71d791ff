package diff

import (
	"slices"
	"strings"
)

const maxTemplate = 16 << 10 // bytes of a text in which ids are looked for

// judge marks a change of a field called name as volatile if both its values look like what differs at each firing, for
// their shape and for the name. What was added, removed or moved, or became another kind of value, never is.
func judge(ch *Change, name string) {
	if ch.Kind != Changed || kindOf([]byte(ch.Before)) != kindOf([]byte(ch.After)) {
		return
	}
	m := meaningOf(name)
	switch kindOf([]byte(ch.Before)) {
	case aText:
		ch.Why = textual(m, text([]byte(ch.Before)), text([]byte(ch.After)))
	case aNumber:
		ch.Why = numeric(m, ch.Before, ch.After)
	}
	if ch.Why != "" && slices.ContainsFunc(strings.Split(ch.Path, "."), func(key string) bool { return strings.EqualFold(key, "signature") }) {
		ch.Why = WhySignature // the time and the token that are signed with it
	}
	ch.Volatile = ch.Why != ""
}

func textual(m meaning, a, b string) (why string) {
	switch {
	case a == "" || b == "":
	case isTime(a) && isTime(b):
		if !m.measure {
			return WhyTime
		}
	case m.measure && !(random(a) && random(b)) && !(digits(a) && len(a) >= 12):
	case digits(a) && digits(b):
		return numeric(m, a, b)
	case m.signature && bothOpaque(a, b):
		return WhySignature
	case m.id && (bothOpaque(a, b) || len(a) == len(b) && mixed(a) && mixed(b)):
		return WhyID
	case m.code && scrambled(a) && scrambled(b):
		return WhyID
	case len(a) > maxTemplate || len(b) > maxTemplate:
	case sameTemplate(a, b, nil, !spaced(a)):
		return WhyID
	case !spaced(a) && !spaced(b) && (random(a) && random(b) || len(a) == len(b) && len(a) >= 12 && (random(a) || random(b))) && sameBeginning(a, b):
		return WhyID
	}
	return ""
}

// bothOpaque says whether two values may be ids: both have a digit or are like no word, or one has as many characters as the
// other that does.
func bothOpaque(a, b string) bool {
	x, y := opaque(a), opaque(b)
	return x && y || len(a) == len(b) && (x || y) && !spaced(a) && !spaced(b)
}

// mixed says whether a small letter stands before a capital one.
func mixed(s string) bool {
	for i := 1; i < len(s); i++ {
		if s[i-1] >= 'a' && s[i-1] <= 'z' && s[i] >= 'A' && s[i] <= 'Z' {
			return !spaced(s)
		}
	}
	return false
}

func spaced(s string) bool { return strings.ContainsAny(s, " \t\n") }

// sameBeginning says whether two made up texts have the same marks in front, as in evt_…, or none.
func sameBeginning(a, b string) bool {
	mark := func(s string) string {
		i := strings.LastIndexAny(s[:min(len(s), 24)], "_:/")
		return s[:i+1]
	}
	return mark(a) == mark(b) || len(a) == len(b) || !strings.ContainsAny(a[:min(len(a), 24)]+b[:min(len(b), 24)], "_:/")
}

func numeric(m meaning, a, b string) (why string) {
	switch {
	case m.measure && (len(a) < 12 || len(a) != len(b)): // no amount has so many digits, but service_variation_version does
	case isUnix(a, m.time) && isUnix(b, m.time) && (m.time || !m.id):
		return WhyTime
	case !whole(a) || !whole(b):
	case m.id || m.signature, m.block && len(a) >= 7 && len(b) >= 7, len(a) >= 11 && len(b) >= 11:
		return WhyID
	}
	return ""
}

func whole(number string) bool { return digits(strings.TrimPrefix(number, "-")) }
