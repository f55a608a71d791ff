package signature

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// An edit is a change to a secret that people make without meaning to.
type edit struct {
	mistake string
	value   string // the secret as it would have to be
	key     []byte // or the key itself, if the scheme would make another of every text
	text    string // what it would mean
	next    string
}

// edits are the changes that are tried to a secret, those that leave it as it is left out.
func edits(secret, title string) []edit {
	const (
		hereNext  = "correct the secret where it is configured"
		thereNext = "enter the secret anew at the sender"
	)
	bare, prefixed := strings.CutPrefix(secret, "whsec_")
	prefixText, prefixNext := "with whsec_ before the secret: the prefix belongs to it and was cut off", hereNext
	changed := "whsec_" + secret
	if prefixed {
		changed = bare
		prefixText = "without whsec_: the sender cut the prefix off, which belongs to the secret"
		prefixNext = "let the sender sign with the whole secret, prefix included"
	}
	cut := func(mistake, value, text string) edit {
		return edit{mistake: mistake, value: value, text: text, next: hereNext}
	}
	add := func(mistake, value, text string) edit {
		return edit{mistake: mistake, value: value, text: text, next: thereNext}
	}
	all := []edit{
		cut(MistakeSecretWhitespace, strings.TrimSpace(secret), "without the white space around the secret"),
		cut(MistakeSecretQuotes, unquote(secret), "without the quotation marks around the secret"),
		{mistake: MistakeSecretPrefix, value: changed, text: prefixText, next: prefixNext},
		add(MistakeSecretWhitespace, secret+"\n", "with a newline behind the secret: the sender's copy has one"),
		add(MistakeSecretWhitespace, secret+"\r\n", "with CR and LF behind the secret: the sender's copy has them"),
		add(MistakeSecretWhitespace, secret+" ", "with a space behind the secret: the sender's copy has one"),
		add(MistakeSecretWhitespace, " "+secret, "with a space before the secret: the sender's copy has one"),
		add(MistakeSecretQuotes, `"`+secret+`"`, "with quotation marks around the secret: the sender's copy has them"),
		add(MistakeSecretQuotes, "'"+secret+"'", "with quotation marks around the secret: the sender's copy has them"),
		undecoded(secret, "with the secret's text as the key: it was used undecoded", title),
		undecoded(bare, "with the text behind whsec_ as the key: it was used undecoded", title),
	}
	if key, err := base64.StdEncoding.DecodeString(bare); err == nil {
		all = append(all, edit{
			mistake: MistakeSecretEncoding, key: key, text: "with the secret base64-decoded: the sender decoded it",
			next: title + " uses the secret's whole text as the key; do the same",
		})
	}
	return slices.DeleteFunc(all, func(e edit) bool { return e.key == nil && (e.value == secret || e.value == "") })
}

func undecoded(key, text, title string) edit {
	return edit{
		mistake: MistakeSecretEncoding, key: []byte(key), text: text,
		next: title + " decodes the base64 text behind whsec_ to make the key; do the same",
	}
}

// unquote is secret without white space and one or more kinds of quotation marks around it.
func unquote(secret string) string {
	if !strings.ContainsAny(secret, "\"'`") {
		return secret
	}
	return strings.Trim(secret, "\"'` \t\r\n")
}

// editedSecret tries the provider's secrets with the changes that people make to them.
func (s *search) editedSecret() (Explanation, bool) {
	for _, c := range s.edited() {
		for _, e := range edits(c.Value, s.p.Title) {
			if e.key != nil && !s.keyVerifies(e.key) || e.key == nil && !s.verifies(s.r, e.value) {
				continue
			}
			text := fmt.Sprintf("%s It verifies %s. The secret from %s is %s", s.facts(), e.text, place(c.Source), Mask(c.Value))
			if e.key == nil {
				text += fmt.Sprintf("; the signature was made with one of %d", len([]rune(e.value)))
			}
			return Explanation{Mistake: e.mistake, Headline: headlines(e.mistake), Text: text + ".", Next: e.next}, true
		}
	}
	return Explanation{}, false
}

func headlines(mistake string) string {
	switch mistake {
	case MistakeSecretWhitespace:
		return "there is white space around the secret"
	case MistakeSecretQuotes:
		return "there are quotation marks around the secret"
	case MistakeSecretPrefix:
		return "the secret was used with another prefix"
	default:
		return "the secret was decoded in another way"
	}
}

// newlines tries what editors, shells and proxies do to the ends of lines.
func (s *search) newlines() (Explanation, bool) {
	body := s.r.Body
	for _, v := range []struct {
		text string
		body []byte
	}{
		{"without the newline at its end", bytes.TrimRight(body, "\r\n")},
		{"with a newline at its end", append(slices.Clone(body), '\n')},
		{"with CR and LF at its end", append(slices.Clone(body), '\r', '\n')},
		{"with LF in place of CR LF", bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))},
		{"with CR LF in place of LF", bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n"))},
		{"without the white space around it", bytes.TrimSpace(body)},
	} {
		if s.signedBody(v.body) {
			return Explanation{
				Mistake: MistakeBodyNewline, Headline: "the body's line ends were changed",
				Text: s.facts() + " It verifies for the same body " + v.text + ": " + s.difference(v.body) +
					". Something on the way, or a file that the body was kept in, added or removed them.",
				Next: "take the body as raw bytes, and keep it in files byte for byte",
			}, true
		}
	}
	return Explanation{}, false
}

// rewritten tries the ways in which common libraries write the body's JSON.
func (s *search) rewritten() (Explanation, bool) {
	if len(s.r.Body) > maxReparsed {
		return Explanation{}, false
	}
	root, ok := parseJSON(s.r.Body)
	if !ok || root.token != nil {
		return Explanation{}, false
	}
	styles, buffer := jsonStyles(s.r.Body), make([]byte, 0, 2*len(s.r.Body))
	if e, found := s.written(root, styles, "", buffer); found {
		return e, true
	}
	root.sort()
	return s.written(root, styles[:3], ", its names sorted", buffer)
}

// written tries the styles one by one, in buffer's memory. It stops when the budget is spent.
func (s *search) written(root jsonNode, styles []jsonStyle, order string, buffer []byte) (Explanation, bool) {
	for i := range styles {
		style := &styles[i]
		if s.left <= 0 {
			break
		}
		body := root.write(buffer[:0], style, 0)
		if s.signedBody(body) {
			return Explanation{
				Mistake: MistakeBodyReserialised, Headline: "the body was parsed and written again",
				Text: s.facts() + " It verifies for the same JSON " + style.name + order + ": " + s.difference(body) +
					". Something on the way parsed the JSON and wrote it in its own manner.",
				Next: "verify the raw bytes of the body, before any JSON middleware or proxy touches them",
			}, true
		}
	}
	return Explanation{}, false
}

// signedBody says whether one of the provider's secrets signs the request with another body.
func (s *search) signedBody(body []byte) bool {
	if bytes.Equal(body, s.r.Body) {
		return false
	}
	r := s.r
	r.Body = body
	return slices.ContainsFunc(s.edited(), func(c Secret) bool { return s.verifies(r, c.Value) })
}

// edited are the secrets that are tried with changes to them or to the request: fewer for a large body.
func (s *search) edited() []Secret {
	if len(s.r.Body) > largeBody {
		return s.own[:min(len(s.own), 1)]
	}
	return s.own[:min(len(s.own), maxEdited)]
}

// difference compares the body that arrived with the one that was signed.
func (s *search) difference(signed []byte) string {
	at, got := 0, s.r.Body
	for at < len(got) && at < len(signed) && got[at] == signed[at] {
		at++
	}
	return fmt.Sprintf("%s arrived, %s were signed, and they differ from byte %s on",
		size(len(got)), thousands(len(signed)), thousands(at+1))
}

// url tries other URLs for schemes that sign it.
func (s *search) url() (Explanation, bool) {
	if !s.p.scheme.signsURL() {
		return Explanation{}, false
	}
	for _, url := range otherURLs(s.r.URL, s.hints.URLs[:min(len(s.hints.URLs), 8)]) {
		r := s.r
		r.URL = url
		for _, c := range s.edited() {
			if s.verifies(r, c.Value) {
				return Explanation{
					Mistake: MistakeURL, Headline: "it was signed for another URL",
					Text: fmt.Sprintf("%s signs the URL that it calls. It verifies for %s; it was judged for %s. They differ in the %s.",
						s.p.Title, showURL(url), showURL(s.r.URL), urlDifference(url, s.r.URL)),
					Next: "verify with the URL exactly as it is registered (" + s.p.RegisterAt + "), however proxies rewrite it",
				}, true
			}
		}
	}
	return Explanation{}, false
}

// otherURLs are the URLs that may have been meant: each hint and url itself, with the other scheme, path and query of
// one another, with or without a slash at the end or the query.
func otherURLs(url string, hints []string) []string {
	asked := splitURL(url)
	seen := map[string]bool{url: true}
	var all []string
	for _, base := range append(slices.Clone(hints), url) {
		b := splitURL(base)
		for _, scheme := range slices.Compact([]string{b.scheme, "https", "http"}) {
			for _, path := range []string{b.path, asked.path, toggleSlash(b.path), toggleSlash(asked.path)} {
				for _, query := range []string{b.query, asked.query, "", sortedQuery(asked.query)} {
					u := urlParts{scheme: scheme, host: b.host, port: b.port, path: path, query: query, asked: query != ""}
					if text := u.String(); !seen[text] {
						seen[text] = true
						all = append(all, text)
					}
				}
			}
		}
	}
	return all
}

func toggleSlash(path string) string {
	if bare, slashed := strings.CutSuffix(path, "/"); slashed {
		return bare
	}
	return path + "/"
}

func sortedQuery(query string) string {
	pairs := strings.Split(query, "&")
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// urlDifference names the parts in which two URLs differ.
func urlDifference(a, b string) string {
	x, y := splitURL(a), splitURL(b)
	var parts []string
	for _, p := range []struct {
		name string
		same bool
	}{
		{"scheme", x.scheme == y.scheme}, {"host", x.host == y.host}, {"port", x.port == y.port},
		{"trailing slash", x.path == y.path || x.path != toggleSlash(y.path)},
		{"path", x.path == y.path || x.path == toggleSlash(y.path)}, {"query", x.query == y.query},
	} {
		if !p.same {
			parts = append(parts, p.name)
		}
	}
	return strings.Join(parts, " and the ")
}
