package signature

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// urlBound is the Twilio-like family: an HMAC over the URL that the provider calls and the sorted parameters of the
// form that it posts. A body that is no form is not signed itself; the URL carries its hash as bodySHA256.
//
// As in Twilio's libraries, the URL may also match without its port or with its scheme's usual one.
//
// https://www.twilio.com/docs/usage/security#validating-requests
type urlBound struct {
	hmacScheme
	hashesBody bool // the URL carries the hash of a body that is no form
	escapes    bool // the URL may be signed as others write it: see escapedURLs
}

// bodyHash is the query parameter that carries the body's SHA-256 in hexadecimal.
const bodyHash = "bodySHA256"

func (s *urlBound) read(r Request) (claims, Reason) {
	c, reason := s.hmacScheme.read(r)
	if reason == ReasonOK && !(s.hashesBody && hashesTheBody(r.URL)) {
		var few bool
		if c.form, few = sortedForm(r.Body); !few {
			reason = ReasonMismatch
		}
	}
	return c, reason
}

func (s *urlBound) try(r Request, c claims, secret string) (string, bool, error) {
	first, asked := "", r.URL
	for i, url := range signedURLs(asked) {
		if url == "" && i > 0 {
			continue
		}
		r.URL = url
		expected, ok, err := s.hmacScheme.try(r, c, secret)
		if ok || err != nil {
			return expected, ok && s.bodyHashHolds(r), err
		}
		if i == 0 {
			first = expected
		}
	}
	if !s.escapes {
		return first, false, nil
	}
	for _, url := range escapedURLs(asked) {
		r.URL = url
		if expected, ok, _ := s.hmacScheme.try(r, c, secret); ok {
			return expected, s.bodyHashHolds(r), nil
		}
	}
	return first, false, nil
}

// sign does as the sender: for a body that is no form it sets bodySHA256 in r's URL.
func (s *urlBound) sign(r *Request, secret string, at time.Time) error {
	signed := *r
	signed.URL, _, _ = strings.Cut(r.URL, "#")
	if signed.URL == "" {
		return errors.New("the URL is signed, and there is none")
	}
	var c claims
	if s.hashesBody && (hashesTheBody(signed.URL) || len(r.Body) > 0 && !isForm(r.Header)) {
		signed.URL = withBodyHash(signed.URL, r.Body)
	} else {
		var few bool
		if c.form, few = sortedForm(r.Body); !few {
			return errors.New("the form has too many parameters")
		}
	}
	if err := s.signClaims(&signed, c, secret, at); err != nil {
		return err
	}
	r.URL = signed.URL
	return nil
}

// bodyHashHolds says whether the body is the one whose hash r's URL carries, if it carries any.
func (s *urlBound) bodyHashHolds(r Request) bool {
	want, has := queryValue(r.URL, bodyHash)
	if !has || !s.hashesBody {
		return true
	}
	sum := sha256.Sum256(r.Body)
	return hmac.Equal([]byte(want), hex.AppendEncode(nil, sum[:]))
}

// withBodyHash is url with bodySHA256 set, at the end if it was not there.
func withBodyHash(url string, body []byte) string {
	sum := sha256.Sum256(body)
	return setQuery(url, bodyHash, hex.EncodeToString(sum[:]))
}

// setQuery sets an escaped parameter in url's query, at the end if it was not there.
func setQuery(url, name, value string) string {
	url, fragment, has := strings.Cut(url, "#")
	if has {
		fragment = "#" + fragment
	}
	if _, there := queryValue(url, name); !there {
		joint := "?"
		if strings.Contains(url, "?") {
			joint = "&"
		}
		return url + joint + name + "=" + value + fragment
	}
	base, query, _ := strings.Cut(url, "?")
	return base + "?" + string(setField([]byte(query), name, value)) + fragment
}

// hashesTheBody says whether url carries the hash of the body.
func hashesTheBody(url string) bool {
	_, has := queryValue(url, bodyHash)
	return has
}

// queryValue is a parameter of url's query as it is written.
func queryValue(url, name string) (string, bool) {
	url, _, _ = strings.Cut(url, "#")
	_, query, _ := strings.Cut(url, "?")
	for pair, rest, more := "", query, query != ""; more; {
		pair, rest, more = strings.Cut(rest, "&")
		if value, found := strings.CutPrefix(pair, name+"="); found {
			return value, true
		}
	}
	return "", false
}

// signedURLs are the URLs that a signature for url may have been made with: as it is, without its port, and with its
// scheme's usual port if it names none. Fragments are never sent. What does not apply is empty.
func signedURLs(url string) [3]string {
	url, _, _ = strings.Cut(url, "#")
	u := splitURL(url)
	switch {
	case u.port != "":
		u.port = ""
		return [3]string{url, u.String()}
	case u.scheme == "https":
		u.port = "443"
	case u.scheme == "http":
		u.port = "80"
	default:
		return [3]string{url}
	}
	return [3]string{url, "", u.String()}
}

// urlParts are the parts of a URL, none of them decoded or normalised: each byte is signed.
type urlParts struct {
	scheme, host, port, path, query string // host with credentials; query without its question mark
	asked                           bool   // there was a question mark
}

func splitURL(url string) urlParts {
	var u urlParts
	url, _, _ = strings.Cut(url, "#")
	url, u.query, u.asked = strings.Cut(url, "?")
	scheme, rest, absolute := strings.Cut(url, "://")
	if !absolute {
		u.path = url
		return u
	}
	u.scheme, u.host = scheme, rest
	if slash := strings.IndexByte(rest, '/'); slash >= 0 {
		u.host, u.path = rest[:slash], rest[slash:]
	}
	if colon := strings.LastIndexByte(u.host, ':'); colon > strings.LastIndexAny(u.host, "]@") {
		u.host, u.port = u.host[:colon], u.host[colon+1:]
	}
	return u
}

func (u urlParts) String() string {
	var b bytes.Buffer
	if u.scheme != "" {
		b.WriteString(u.scheme + "://")
	}
	b.WriteString(u.host)
	if u.port != "" {
		b.WriteString(":" + u.port)
	}
	b.WriteString(u.path)
	if u.asked {
		b.WriteString("?" + u.query)
	}
	return b.String()
}
