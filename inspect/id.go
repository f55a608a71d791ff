package inspect

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
)

// idPrefix begins every delivery id.
const idPrefix = "d_"

var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewID makes a delivery id: "d_" and 12 random base32 characters (60 bits). The side where a delivery begins makes it.
func NewID() string {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	return idPrefix + idEncoding.EncodeToString(random[:])[:12]
}

// IsID says whether s has the form of a whole delivery id.
func IsID(s string) bool {
	return len(s) == len(idPrefix)+12 && strings.HasPrefix(s, idPrefix) &&
		strings.Trim(s[len(idPrefix):], "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// ShortID is id as people are shown it: the first 4 characters behind its prefix. The history knows when two
// deliveries would share them and gives a longer one.
func ShortID(id string) string {
	if len(id) > len(idPrefix)+4 {
		return id[:len(idPrefix)+4]
	}
	return id
}
