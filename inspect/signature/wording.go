package signature

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// size is a number of bytes for people: "2,143 bytes".
func size(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return thousands(n) + " bytes"
}

func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// ageText is a duration for people, in the largest unit of which there are at least two: "12 minutes".
func ageText(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return thousands(int(d/(24*time.Hour))) + " days"
	case d >= 2*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " hours"
	case d >= 2*time.Minute:
		return strconv.Itoa(int(d/time.Minute)) + " minutes" + seconds(d%time.Minute)
	default:
		return strconv.Itoa(int(d/time.Second)) + " s"
	}
}

func seconds(d time.Duration) string {
	if s := int(d / time.Second); s > 0 {
		return fmt.Sprintf(" %d s", s)
	}
	return ""
}

// short8 is a signature in brief, with 8 characters of either end: "v1=5257a869…e108d8bd". What is a Mask stays as it is.
func short8(signature string) string {
	if start, end, masked := strings.Cut(signature, "…"); masked && strings.HasSuffix(end, " characters)") {
		return printable(start) + "…" + printable(end)
	}
	signature = printable(signature)
	label := ""
	if i := strings.IndexAny(signature, "=,"); i > 0 && i < 8 {
		label, signature = signature[:i+1], signature[i+1:]
	}
	if len(signature) > 20 {
		signature = signature[:8] + "…" + signature[len(signature)-8:]
	}
	return label + signature
}

// named is a secret as a sentence names it: of a short one a Mask has nothing but the length.
func named(secret string) string {
	if mask := Mask(secret); !strings.HasPrefix(mask, "(") {
		return mask
	}
	return "the secret " + Mask(secret)
}

// printable is text from the network with everything but printable ASCII replaced.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}

// showURL is a URL as it may be shown: printable, without credentials and without the values of parameters that are secrets.
func showURL(url string) string {
	u := splitURL(url)
	if at := strings.LastIndexByte(u.host, '@'); at >= 0 {
		u.host = "…" + u.host[at:]
	}
	pairs := strings.Split(u.query, "&")
	for i, pair := range pairs {
		if name, _, found := strings.Cut(pair, "="); found && namesSecret(name) {
			pairs[i] = name + "=***"
		}
	}
	u.query = strings.Join(pairs, "&")
	return printable(strings.ReplaceAll(u.String(), "…", "***"))
}

// namesSecret says whether a parameter's name tells that its value is a secret.
func namesSecret(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"secret", "token", "password", "passwd", "apikey", "api_key", "auth"}, func(word string) bool {
		return strings.Contains(name, word)
	})
}

// place names where a secret was found, which the caller may not have said.
func place(name string) string {
	if name == "" {
		return "the configuration"
	}
	return name
}
