package signature

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// A repair is what a header would have to be.
type repair struct {
	value   string
	mistake string
	text    string // for people: "without the quotation marks around it"
}

// repairedHeader tries what would make the signature's header a good one.
func (s *search) repairedHeader() (Explanation, bool) {
	name, value := s.signatureHeader()
	if value == "" {
		return Explanation{}, false
	}
	known := map[string]bool{value: true, "": true}
	for _, fix := range repairs(value, labelOf(s.p.scheme)) {
		if known[fix.value] || len(fix.value) > maxHeader {
			continue
		}
		known[fix.value] = true
		r := s.r
		r.Header = s.r.Header.Clone()
		r.Header[name] = []string{fix.value}
		if slices.ContainsFunc(s.edited(), func(c Secret) bool { return s.verifies(r, c.Value) }) {
			return s.repaired(name, fix), true
		}
	}
	return Explanation{}, false
}

// signatureHeader is the name and the only value of the header that carries the signature; empty if there is none.
func (s *search) signatureHeader() (name, value string) {
	names := s.p.scheme.headers()
	if len(names) == 0 {
		return "", ""
	}
	value, reason := single(s.r.Header, names[0])
	if reason != ReasonOK {
		return "", ""
	}
	return names[0], value
}

func (s *search) repaired(name string, fix repair) Explanation {
	e := Explanation{
		Mistake: fix.mistake, Headline: "the signature is good, but its header is not as " + s.p.Title + " writes it",
		Text: fmt.Sprintf("%s signs as %s. What came as %s verifies %s.", s.p.Title, s.p.scheme.form(), name, fix.text),
		Next: "let the sender write the header so, and whatever is in between pass it on as it is",
	}
	if fix.mistake == MistakeSignatureEncoding {
		e.Headline = "the signature is good, but written in another way"
		e.Text = fmt.Sprintf("%s signs as %s. What came as %s verifies once it is written %s.", s.p.Title, s.p.scheme.form(), name, fix.text)
	}
	return e
}

// labelOf is what a scheme's signatures have before them.
func labelOf(s scheme) string {
	switch t := s.(type) {
	case *bySecret:
		return labelOf(t.usual())
	case oneOf:
		return labelOf(t[0])
	case *tokenScheme:
		return t.before
	case *jwtScheme:
		return t.before
	case *keyScheme:
		return t.carrier.label()
	}
	if scheme := hmacOf(s); scheme != nil {
		return scheme.carrier.label()
	}
	return ""
}

// repairs are what a header may have been meant to be, the likeliest first.
func repairs(value, label string) []repair {
	form := func(value, text string) repair { return repair{value, MistakeHeaderForm, text} }
	all := []repair{
		form(strings.TrimSpace(value), "without the white space around it"),
		form(unquote(value), "without the quotation marks around it"),
		form(strings.Trim(value, `[]"' `), "without the brackets around it"),
	}
	if one, rest, joined := strings.Cut(value, ","); joined {
		again := strings.TrimSpace(rest)
		all = append(all,
			repair{strings.TrimSpace(one), MistakeRepeatedHeader, "with the first of its values: it came more than once, and a proxy joined the values with commas"},
			repair{again, MistakeRepeatedHeader, "with the second of its values: it came more than once, and a proxy joined the values with commas"})
		for half := range strings.SplitSeq(value, ", ") {
			all = append(all, repair{half, MistakeRepeatedHeader, "with one of its values: it came more than once, and a proxy joined the values with commas"})
			if len(all) > 12 {
				break
			}
		}
	}
	if before, after, found := strings.Cut(value, ":"); found && len(before) < 64 {
		all = append(all, form(strings.TrimSpace(after), "without what stands before the colon: the header's name was written into its value"))
	}
	if plain, err := url.PathUnescape(value); err == nil {
		all = append(all, form(plain, "with its percent signs resolved: it was URL-encoded"))
	}
	all = append(all, form(strings.ReplaceAll(value, " ", "+"), "with + for its spaces: it was decoded as a form is"))
	all = append(all, labels(value, label)...)
	for _, fixed := range slices.Clone(all) {
		if fixed.mistake != MistakeRepeatedHeader && len(all) < 40 {
			all = append(all, encodings(fixed.value, label)...)
		}
	}
	return append(all, encodings(value, label)...)
}

// labels are changes to what stands before the signature.
func labels(value, label string) []repair {
	form := func(value, text string) repair { return repair{value, MistakeHeaderForm, text} }
	if label == "" {
		all := []repair{}
		for _, known := range []string{"sha256=", "sha1=", "sha512=", "v1=", "v0=", "v1,", "Bearer ", "HMAC "} {
			if bare, found := strings.CutPrefix(value, known); found {
				all = append(all, form(bare, "without "+strings.TrimSpace(known)+" before it"))
			}
		}
		return all
	}
	bare := strings.TrimPrefix(value, label)
	all := []repair{
		form(label+value, "with "+strings.TrimSpace(label)+" before it"),
		form(label+strings.TrimPrefix(bare, label), "with "+strings.TrimSpace(label)+" only once before it"),
		form(label+strings.TrimSpace(bare), "without the white space in it"),
	}
	if len(value) > len(label) && strings.EqualFold(value[:len(label)], label) {
		all = append(all, form(label+value[len(label):], "with "+strings.TrimSpace(label)+" written so"))
	}
	for _, known := range []string{"sha256:", "SHA256:", "sha256-", "sha256 ", "sha1=", "sha256=", "hmac-sha256=", "v1:", "v1="} {
		if rest, found := strings.CutPrefix(value, known); found && known != label {
			all = append(all, form(label+strings.TrimSpace(rest), "with "+strings.TrimSpace(label)+" before it and not "+strings.TrimSpace(known)))
		}
	}
	return all
}

// encodings are a header's value with its longest run of digits and letters, which should be the signature, written in
// other ways.
func encodings(value, label string) []repair {
	start, end := longestToken(value)
	token := value[start:end]
	sum := sumIn(token)
	if sum == nil {
		return nil
	}
	with := func(token, text string) repair {
		return repair{value[:start] + token + value[end:], MistakeSignatureEncoding, text}
	}
	standard := base64.StdEncoding.EncodeToString(sum)
	all := []repair{
		with(strings.ToLower(token), "in small letters"),
		with(strings.ToUpper(token), "in capital letters"),
		with(hex.EncodeToString(sum), "in hexadecimal digits"),
		with(strings.ToUpper(hex.EncodeToString(sum)), "in hexadecimal digits with capital letters"),
		with(standard, "in base64 of the usual alphabet, with = at its end"),
		with(base64.RawURLEncoding.EncodeToString(sum), "in base64url, without = at its end"),
		with(base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(sum))), "in base64 of its hexadecimal digits"),
	}
	if label != "" && !strings.HasPrefix(value, label) && start == 0 {
		for _, r := range slices.Clone(all) {
			all = append(all, repair{label + r.value, r.mistake, r.text + " and with " + strings.TrimSpace(label) + " before it"})
		}
	}
	return all
}

// longestToken is where the longest run of characters of base64 is in text.
func longestToken(text string) (start, end int) {
	for i := 0; i < len(text); {
		if !inAlphabet(text[i]) {
			i++
			continue
		}
		from := i
		for i < len(text) && inAlphabet(text[i]) {
			i++
		}
		to := i
		for i < len(text) && text[i] == '=' && i-to < 2 {
			i++
		}
		if i < len(text) && inAlphabet(text[i]) { // a label's, not a padding
			i = to + 1
		} else {
			to = i
		}
		if to-from > end-start {
			start, end = from, to
		}
	}
	return start, end
}

func inAlphabet(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("+/-_", c) >= 0
}

// sumIn is the digest or signature that a token is in whatever encoding; nil if it can't be any.
func sumIn(token string) []byte {
	isSum := func(b []byte) bool { return slices.Contains([]int{16, 20, 32, 48, 64}, len(b)) }
	if b, err := hex.DecodeString(token); err == nil && isSum(b) {
		return b
	}
	standard := strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(token), "=")
	b, err := base64.RawStdEncoding.DecodeString(standard)
	if err != nil {
		return nil
	}
	if inner, err := hex.DecodeString(string(bytes.TrimSpace(b))); err == nil && isSum(inner) {
		return inner
	}
	if isSum(b) {
		return b
	}
	return nil
}
