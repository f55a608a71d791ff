package inspect

import (
	"encoding/base64"
	"slices"
	"strings"
)

// A secretShape is how credentials of one sort begin, and what they are made of.
type secretShape struct {
	prefix string
	least  int    // characters behind the prefix
	more   string // characters beside letters and digits
}

// secretShapes are the credentials that are known by their beginnings, by their first byte.
var secretShapes = byFirst([]secretShape{
	{"sk_live_", 8, "_"}, {"sk_test_", 8, "_"}, {"rk_live_", 8, "_"}, {"rk_test_", 8, "_"}, {"sk-ant-", 16, "_-"}, {"sk-proj-", 16, "_-"}, {"sk-", 32, ""},
	{"whsec_", 8, "_+/=-"}, {"hk_", 24, "_-"}, {"hf_", 30, ""},
	{"ghp_", 20, "_"}, {"gho_", 20, "_"}, {"ghu_", 20, "_"}, {"ghs_", 20, "_"}, {"ghr_", 20, "_"}, {"github_pat_", 20, "_"}, {"glpat-", 16, "_-"}, {"gldt-", 16, "_-"},
	{"xoxa-", 8, "-"}, {"xoxb-", 8, "-"}, {"xoxe-", 8, "-"}, {"xoxe.", 8, "-."}, {"xoxp-", 8, "-"}, {"xoxr-", 8, "-"}, {"xoxs-", 8, "-"}, {"xapp-", 8, "-"},
	{"AKIA", 16, ""}, {"ASIA", 16, ""}, {"AIza", 35, "_-"}, {"GOCSPX-", 20, "_-"}, {"ya29.", 20, "_-."},
	{"npm_", 30, ""}, {"pypi-", 50, "_-"}, {"dop_v1_", 40, ""}, {"lin_api_", 30, ""}, {"secret_", 40, ""},
	{"shpat_", 30, ""}, {"shpss_", 30, ""}, {"shpca_", 30, ""}, {"shppa_", 30, ""}, {"sq0csp-", 30, "_-"}, {"sq0atp-", 20, "_-"}, {"EAAAE", 55, "_-"},
	{"NRAK-", 20, ""}, {"PMAK-", 30, "-"}, {"vercel_", 20, "_"}, {"sbp_", 40, ""}, {"access-sandbox-", 30, "-"}, {"access-production-", 30, "-"},
	{"key-", 32, ""}, {"SG.", 40, "_-."}, {"eyJ", 20, "_-."}, {"Bearer ", 8, "._~+/=-"}, {"Basic ", 8, "+/="},
})

func byFirst(shapes []secretShape) (table [256][]secretShape) {
	for _, s := range shapes {
		table[s.prefix[0]] = append(table[s.prefix[0]], s)
	}
	return table
}

// wordBytes are those beside which no credential begins.
var wordBytes = func() (table [256]bool) {
	for i := range table {
		table[i] = isAlnum(byte(i)) || i == '_' || i == '-' || i == '.' || i >= 0x80
	}
	return table
}()

// ReplaceSecrets puts another text in the place of each credential in s that is known by its form (a key of Stripe, a
// token of GitHub or Slack, a JSON Web Token, a private key in PEM, what follows Bearer), and counts them.
func ReplaceSecrets(s, by string) (string, int) {
	var b strings.Builder
	done, n := 0, 0
	for i := 0; i < len(s); i++ {
		if c := s[i]; len(secretShapes[c]) == 0 && c != '-' || i > 0 && wordBytes[s[i-1]] {
			continue
		}
		end := secretEnd(s, i)
		if end == 0 || s[i:end] == by {
			continue
		}
		b.WriteString(s[done:i])
		b.WriteString(by)
		done, i = end, end-1
		n++
	}
	if n == 0 {
		return s, 0
	}
	b.WriteString(s[done:])
	return b.String(), n
}

// secretEnd is where the credential that begins at i ends, or 0 if there is none.
func secretEnd(s string, i int) int {
	if s[i] == '-' {
		return privateKeyEnd(s, i)
	}
	for _, shape := range secretShapes[s[i]] {
		rest, ok := strings.CutPrefix(s[i:], shape.prefix)
		if !ok {
			continue
		}
		n := 0
		for n < len(rest) && (isAlnum(rest[n]) || strings.IndexByte(shape.more, rest[n]) >= 0) {
			n++
		}
		n -= len(rest[:n]) - len(strings.TrimRight(rest[:n], ".-")) // which end a sentence
		if n < shape.least {
			continue
		}
		end := i + len(shape.prefix) + n
		switch value := rest[:n]; shape.prefix {
		case "Bearer ":
			if n < 16 && !strings.ContainsAny(value, "0123456789") { // a word
				continue
			}
		case "Basic ":
			if plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "=")); err != nil || !slices.Contains(plain, ':') {
				continue
			}
		case "eyJ":
			if strings.Count(value, ".") < 2 || !strings.Contains(value, ".eyJ") && strings.Count(value, ".") != 4 {
				continue
			}
		}
		return end
	}
	return 0
}

// privateKeyEnd is where the private key in PEM that begins at i ends, or 0 if there is none.
func privateKeyEnd(s string, i int) int {
	const begin, end, rest = "-----BEGIN ", "-----END ", "-----"
	if !strings.HasPrefix(s[i:], begin) {
		return 0
	}
	label, _, ok := strings.Cut(s[i+len(begin):min(len(s), i+len(begin)+60)], rest)
	if !ok || !strings.HasSuffix(label, "PRIVATE KEY") && !strings.HasSuffix(label, "PRIVATE KEY BLOCK") {
		return 0
	}
	at := strings.Index(s[i:], end+label+rest)
	if at < 0 {
		return len(s)
	}
	return i + at + len(end+label+rest)
}
