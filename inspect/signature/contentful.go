package signature

import (
	"net/http"
	"slices"
	"strings"
)

// contentfulScheme signs method, path, some headers and the body.
//
// https://www.contentful.com/developers/docs/webhooks/request-verification/
type contentfulScheme struct{ hmacScheme }

func (s *contentfulScheme) signsURL() bool { return true }

// contentfulSigns is what Contentful signs, in lines: the method, the path, the signed headers, the body.
func contentfulSigns() template {
	return slices.Concat(signs("{method}\n"), computes("path and query", contentfulPath),
		signs("\n"), computes("the signed headers", contentfulHeaders), signs("\n{body}"))
}

const (
	contentfulList = "X-Contentful-Signed-Headers"
	contentfulTime = "X-Contentful-Timestamp"
)

// contentfulCarrier lists the signed headers in one more header.
type contentfulCarrier struct{ carrier }

func (k contentfulCarrier) headers() []string { return append(k.carrier.headers(), contentfulList) }

func (k contentfulCarrier) read(r Request) (claims, Reason) {
	c, reason := k.carrier.read(r)
	if reason == ReasonOK {
		_, reason = single(r.Header, contentfulList)
	}
	return c, reason
}

// stamp keeps the list of signed headers that a request has.
func (k contentfulCarrier) stamp(r *Request, c claims) error {
	if header(r.Header, contentfulList) == "" {
		r.Header[contentfulList] = []string{strings.ToLower(contentfulList + "," + contentfulTime)}
	}
	return k.carrier.stamp(r, c)
}

// contentfulHeaders are the signed headers as "name:value", sorted, with a semicolon between them. In place of the list's
// own value stand the names of those that are there.
func contentfulHeaders(r Request, _ claims) []byte {
	list, stamp := strings.ToLower(contentfulList), strings.ToLower(contentfulTime)
	names := []string{list, stamp}
	for name := range strings.SplitSeq(header(r.Header, contentfulList), ",") {
		if len(r.Header[http.CanonicalHeaderKey(name)]) > 0 && name == strings.ToLower(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	var text []byte
	for i, name := range names {
		if i > 0 {
			text = append(text, ';')
		}
		text = append(append(text, name...), ':')
		if name == list {
			text = append(text, strings.Join(names, ",")...)
			continue
		}
		text = append(text, strings.TrimSpace(strings.Join(r.Header[http.CanonicalHeaderKey(name)], ", "))...)
	}
	return text
}

// contentfulPath is the path as Contentful's library writes it: the query is escaped as a whole, then everything once
// more, so that x=1 becomes x%253D1.
func contentfulPath(r Request, _ claims) []byte {
	u := splitURL(r.URL)
	if u.path == "" {
		u.path = "/"
	}
	text := appendEscaped(nil, u.path, uriMarks)
	query, _, _ := strings.Cut(u.query, "?")
	if query == "" {
		return text
	}
	once := appendEscaped(nil, query, componentMarks)
	return appendEscaped(append(text, '?'), string(once), uriMarks)
}

// What JavaScript's encodeURIComponent and encodeURI leave as it is, besides letters and digits.
const (
	componentMarks = "-_.!~*'()"
	uriMarks       = componentMarks + ";,/?:@&=+$#"
)

func appendEscaped(dst []byte, text, marks string) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(text) {
		b := text[i]
		if b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z' || strings.IndexByte(marks, b) >= 0 {
			dst = append(dst, b)
		} else {
			dst = append(dst, '%', digits[b>>4], digits[b&15])
		}
	}
	return dst
}
