package export

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
)

// formatsOf are the formats of JSON Schema that a text has, among those that are told.
func formatsOf(text string) []string {
	all := []string{"date-time", "date", "uuid", "email", "uri"}
	return slices.DeleteFunc(all, func(f string) bool { return !hasFormat(f, text) })
}

func hasFormat(format, text string) bool {
	const longest = 2000
	if text == "" || len(text) > longest || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return false
	}
	switch format {
	case "date-time":
		_, err := time.Parse(time.RFC3339, text)
		return err == nil
	case "date":
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	case "uuid":
		return isUUID(text)
	case "email":
		address, err := mail.ParseAddress(text)
		return err == nil && address.Address == text && strings.Contains(text[strings.LastIndexByte(text, '@'):], ".")
	case "uri":
		u, err := url.Parse(text)
		return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
	default:
		return false
	}
}

func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, c := range []byte(text) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !isHex(c) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

// isID says whether a member's name is not one that a programmer has chosen, but an id, a date or an address: the object is
// then a map. A name such as address_line1 is a name.
func isID(name string) bool {
	const shortest = 10 // of an id among letters
	digits, letters := 0, 0
	last := name[strings.LastIndexAny(name, "_-")+1:]
	for _, c := range []byte(last) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case isWord(c):
			letters++
		default:
			letters = -len(name) // what is no word
		}
	}
	switch {
	case name == "":
		return false
	case digits == len(name), isUUID(name), hasFormat("date", name), hasFormat("date-time", name), hasFormat("email", name), hasFormat("uri", name):
		return true
	default:
		return letters >= 0 && len(last) >= shortest && digits >= 2
	}
}
