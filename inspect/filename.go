package inspect

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxFileName = 120 // bytes, which leaves room for an extension and a number on every file system

// FileName is a name for a file, made of s, which may come from anywhere: one that Linux, macOS and Windows take, that is
// no path, names no device, hides no file, looks like no flag, and shows what it is. It is not empty, and of 120 bytes at
// most, so the caller may add an extension. Different texts may have the same name.
func FileName(s string) string {
	var b strings.Builder
	marks := 0
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		marks = countMarks(marks, r)
		if !shows(r, size) || marks > marksInARow || unicode.IsSpace(r) || strings.ContainsRune("/\\:*?\"<>|%$~'`", r) {
			r = '_'
		}
		if b.Len()+utf8.RuneLen(r) > maxFileName {
			break
		}
		b.WriteRune(r)
	}
	name := strings.TrimLeft(b.String(), ".-_")
	name = strings.TrimRight(name, "._") // Windows drops dots at the end
	if name == "" {
		return "unnamed"
	}
	if isDevice(name) {
		name = "_" + strings.TrimRight(cutText(name, maxFileName-1), "._")
	}
	return name
}

// isDevice says whether Windows takes the name for a device's, whatever follows its first dot.
func isDevice(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	base = strings.TrimRight(base, " ")
	if slices.Contains([]string{"CON", "PRN", "AUX", "NUL", "CONIN", "CONOUT", "CLOCK"}, base) {
		return true
	}
	number, ok := strings.CutPrefix(base, "COM")
	if !ok {
		number, ok = strings.CutPrefix(base, "LPT")
	}
	return ok && slices.Contains(strings.Split("0123456789¹²³", ""), number)
}
