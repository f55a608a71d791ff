package diff

import (
	"strconv"
	"strings"
	"time"
)

// isUUID says whether s is one, with its hyphens.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHex(s[i]) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool    { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// layouts are how times are written.
func layouts() []string {
	return []string{
		time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00",
		"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST", "2006-01-02", "20060102T150405Z", time.RFC1123, time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 -0700",
		"Mon, 2 Jan 2006 15:04:05 MST", time.RFC850, time.ANSIC, time.RubyDate, "15:04:05 Jan 02, 2006 MST", "02/Jan/2006:15:04:05 -0700",
	}
}

// isTime says whether s is a time as people and machines write it, or seconds since 1970 with a fraction.
func isTime(s string) bool {
	if len(s) < 8 || len(s) > 45 {
		return false
	}
	for _, layout := range layouts() {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	whole, fraction, cut := strings.Cut(s, ".")
	return cut && len(fraction) >= 3 && len(fraction) <= 9 && digits(fraction) && isUnix(whole, false)
}

func digits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// isUnix says whether a number may well be a time since 1970 in seconds, milliseconds, microseconds or nanoseconds: within
// this century where a name speaks for it, else between 2014 and 2036.
func isUnix(number string, named bool) bool {
	whole, _, _ := strings.Cut(number, ".")
	if !digits(whole) {
		return false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return false
	}
	for _, digits := range []int{19, 16, 13, 10} {
		if len(whole) == digits {
			for range digits - 10 {
				n /= 10
			}
			return named && n < 4_102_444_800 || n >= 1_400_000_000 && n < 2_085_000_000
		}
	}
	return false
}

// random says whether s, by itself, looks like something that a machine made up: a UUID, a long number, or a run of letters
// and digits that is no word with a number behind it.
func random(s string) bool {
	if isUUID(s) {
		return true
	}
	for run := range strings.FieldsFuncSeq(s, func(r rune) bool { return !isDigit(byte(r)) && !isLetter(byte(r)) || r > 127 }) {
		if len(run) >= 15 && digits(run) || len(run) >= 8 && scrambled(run) {
			return true
		}
	}
	return false
}

// scrambled says whether a run of letters and digits goes back and forth between kinds of characters as no word does.
func scrambled(run string) bool {
	switches, hasDigit, hasLetter := 0, false, false
	for i := range len(run) {
		c := run[i]
		hasDigit, hasLetter = hasDigit || isDigit(c), hasLetter || isLetter(c)
		if i == 0 {
			continue
		}
		if p := run[i-1]; isDigit(p) != isDigit(c) || isLetter(p) && isLetter(c) && p >= 'a' && c < 'a' {
			switches++
		}
	}
	return hasLetter && (switches >= 2 && (hasDigit || switches*4 >= len(run)) || len(run) >= 6 && unpronounceable(run))
}

// unpronounceable says whether a run has hardly any vowel among its letters, or six consonants in a row.
func unpronounceable(run string) bool {
	vowels, consonants := 0, 0
	for i := range len(run) {
		if !isLetter(run[i]) {
			consonants = 0
			continue
		}
		if strings.IndexByte("aeiouy", run[i]|0x20) >= 0 {
			vowels++
			consonants = 0
		} else if consonants++; consonants >= 6 {
			return true
		}
	}
	return vowels*6 < len(run)
}

// opaque says whether s may be an id, where its name says that it is: it has a digit, or no word is like it.
func opaque(s string) bool {
	if s == "" || len(s) > 4096 || strings.ContainsAny(s, " \n\t") {
		return false
	}
	return strings.ContainsAny(s, "0123456789") || random(s) || len(s) >= 6 && scrambled(s)
}
