package inspect

import (
	"regexp"
	"strings"
)

// urlSecrets are further names of what in a URL grants access: presigned URLs, keys of functions, codes of OAuth.
var urlSecrets = wordsOf(`sig key auth code hapikey x_amz_signature x_amz_credential x_amz_security_token x_goog_signature x_goog_credential awsaccesskeyid`)

// AccessSecret is the parameter of an endpoint's URL by which a sender proves that they may use it, where that is asked for.
const AccessSecret = "hook_secret"

// MaskAccess is a delivery's URL, or its path with the query, with the value of AccessSecret masked, and nothing else: that is
// for hook alone, and whoever has it may send.
func MaskAccess(s string) string {
	m := newMasker()
	return m.parameters(s, m.isAccess)
}

// pathSecrets are services whose URLs grant access by their last part.
var pathSecrets = regexp.MustCompile(`^(?:hooks\.slack\.com/(?:services|actions|commands|workflows|triggers)/.*/|(?:\w+\.)?discord(?:app)?\.com/api/(?:v\d+/)?(?:webhooks|interactions)/\d+/|[\w.-]*\.webhook\.office\.com/.*/|api\.telegram\.org/bot)([^/?#]{8,})`)

// ReplaceURLSecrets puts another text in the place of what grants access in the URLs of s, and counts how much that is: a
// user's password, the last part of some paths, parameters with the names of secrets.
func ReplaceURLSecrets(s, by string) (string, int) {
	m := newMasker()
	m.by = by
	masked := m.urls(s)
	return masked, m.count
}

// url masks what in one URL, or in a path with a query, grants access: the user's password, the last part of some paths,
// parameters with the names of secrets. own is the URL of a delivery, whose signature is for it alone.
func (m *masker) url(s string, own bool) string {
	head, rest, ok := strings.Cut(s, "://")
	if !ok {
		return m.query(s, own)
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	rest = rest[len(authority):]
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = m.userinfo(authority[:i]) + authority[i:]
	}
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	if at := pathSecrets.FindStringSubmatchIndex(host + rest); at != nil {
		if whole := host + rest; whole[at[2]:at[3]] != m.by {
			m.count++
			rest = (whole[:at[2]] + m.by + whole[at[3]:])[len(host):]
		}
	}
	return head + "://" + authority + m.query(rest, own)
}

// userinfo masks a password, and a name that is one by its length. Brackets can't stand here.
func (m *masker) userinfo(s string) string {
	const by = "masked"
	name, password, ok := strings.Cut(s, ":")
	switch {
	case ok && password != by && password != "":
		m.count++
		return name + ":" + by
	case !ok && len(name) >= 20:
		m.count++
		return by
	}
	return s
}

// query masks what grants access in the query of s.
func (m *masker) query(s string, own bool) string {
	return m.parameters(s, func(name, value string) bool { return m.isURLSecret(name, value, own) })
}

// parameters masks those parameters behind the first ? of s, and of its fragment, that are secret.
func (m *masker) parameters(s string, secret func(name, value string) bool) string {
	i := strings.IndexAny(s, "?#")
	if i < 0 || !strings.Contains(s[i:], "=") {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:i])
	for rest := s[i:]; rest != ""; {
		sign := rest[:1] // ? # or &
		pair := rest[1:]
		rest = ""
		if end := strings.IndexAny(pair, "&#"); end >= 0 {
			pair, rest = pair[:end], pair[end:]
		}
		b.WriteString(sign)
		name, value, ok := strings.Cut(pair, "=")
		if ok && secret(unescaped(name), unescaped(value)) {
			m.count++
			b.WriteString(name + "=" + m.by)
		} else {
			b.WriteString(pair)
		}
	}
	return b.String()
}

// isAccess says so of any value: also of one that is too short, or too much of a word, for other secrets.
func (m *masker) isAccess(name, value string) bool {
	return name == AccessSecret && value != "" && value != m.by
}

func (m *masker) isURLSecret(name, value string, own bool) bool {
	if m.isAccess(name, value) {
		return true
	}
	kind := m.kindOf(name)
	if kind == nameSecret || kind == nameSecrets || kind == nameDigits {
		return isSecretValue(kind, value)
	}
	snake := SnakeCase(name)
	if urlSecrets[snake] || (snake == "signature" || snake == "hmac") && !own { // for a delivery itself, they are for it alone
		return len(value) >= 6 && value != m.by
	}
	return false
}

// urls masks the URLs in a text.
func (m *masker) urls(s string) string {
	if !strings.Contains(s, "://") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "://")
		if i < 0 {
			break
		}
		start := i
		for start > 0 && (isAlnum(s[start-1]) || s[start-1] == '+') {
			start--
		}
		end := i + len("://")
		for end < len(s) && s[end] > ' ' && strings.IndexByte("\"'<>\\`", s[end]) < 0 {
			end++
		}
		b.WriteString(s[:start])
		b.WriteString(m.url(s[start:end], false))
		s = s[end:]
	}
	b.WriteString(s)
	return b.String()
}
