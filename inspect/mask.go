package inspect

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// MaskedText stands where something was masked.
const MaskedText = "[masked]"

// Mask is a copy of d in which what grants access or should not leave the machine is masked, and whether anything was: the
// values of fields such as Authorization, what looks like a secret or a card's number in URLs, fields and bodies, in the
// request and in the answers. Signatures stay: each is for one request. All other bytes stay as they are, but a compressed
// body with a secret in it is no longer compressed, or cut where hook would not decode it further. Mask of a masked delivery changes nothing.
func Mask(d *Delivery) (masked *Delivery, changed bool) {
	m := newMasker()
	c := *d
	c.URL, c.Path = m.ownURL(d.URL), m.ownURL(d.Path)
	c.Header = m.header(d.Header, signature.Lookup(d.Provider))
	c.Header, c.Body = m.capture(c.Header, d.Body)
	c.Attempts = slices.Clone(d.Attempts)
	for i := range c.Attempts {
		a := &c.Attempts[i]
		a.Target, a.Err = m.ownURL(a.Target), m.within(a.Err)
		if a.Response == nil {
			continue
		}
		r := *a.Response
		r.Header = m.header(r.Header, nil)
		r.Header, r.Body = m.capture(r.Header, r.Body)
		a.Response = &r
	}
	c.Masked = c.Masked || m.count > 0
	return &c, m.count > 0
}

// MaskURL is a delivery's URL, or its path with the query, with what grants access masked, and how much that is.
func MaskURL(s string) (string, int) {
	m := newMasker()
	masked := m.ownURL(s)
	return masked, m.count
}

// MaskHeader is a copy of the header of a request of that provider (nil if it is unknown, or for an answer) with what
// grants access masked, and how many values that are.
func MaskHeader(h http.Header, p *signature.Provider) (http.Header, int) {
	m := newMasker()
	masked := m.header(h, p)
	return masked, m.count
}

func (m *masker) ownURL(s string) string { return m.url(s, true) }

func (m *masker) header(h http.Header, p *signature.Provider) http.Header {
	if h == nil {
		return nil
	}
	signs := p.Headers()
	masked := make(http.Header, len(h))
	for name, values := range h {
		masked[name] = slices.Clone(values)
		for i, value := range values {
			masked[name][i] = m.field(name, value, slices.Contains(signs, name))
		}
	}
	return masked
}

// field masks the value of a header field; signs says that its provider signs with it.
func (m *masker) field(name, value string, signs bool) string {
	lower := strings.ToLower(name)
	switch {
	case value == "" || value == MaskedText:
		return value
	case lower == "cookie" || lower == "set-cookie":
		return m.cookies(value, lower == "set-cookie")
	case lower == "authorization" || lower == "proxy-authorization":
		return m.authorization(value)
	case IsCredential(name):
		m.count++
		return MaskedText
	case signs, strings.Contains(lower, "signature"), strings.Contains(lower, "hmac"), strings.Contains(lower, "digest"):
		return value
	}
	return m.within(value)
}

// authorization keeps the scheme, and signatures.
func (m *masker) authorization(value string) string {
	scheme, credentials, ok := strings.Cut(value, " ")
	if lower := strings.ToLower(scheme); ok && (strings.Contains(lower, "hmac") || lower == "signature") || credentials == MaskedText {
		return value
	}
	m.count++
	if !ok || len(scheme) > 16 {
		return MaskedText
	}
	return scheme + " " + MaskedText
}

// cookies keeps the names of cookies, and the attributes of one that is set.
func (m *masker) cookies(value string, set bool) string {
	pairs := strings.Split(value, ";")
	for i, pair := range pairs {
		name, v, ok := strings.Cut(pair, "=")
		if strings.TrimSpace(v) == MaskedText || set && i > 0 {
			continue
		}
		if !ok {
			name = ""
			if v = strings.TrimSpace(pair); v == "" || v == MaskedText {
				continue
			}
		} else if v == "" {
			continue
		}
		m.count++
		pairs[i] = name + "=" + MaskedText
		if !ok {
			pairs[i] = MaskedText
		}
	}
	return strings.Join(pairs, ";")
}

// capture masks a body that came with h. One that is compressed stays so only if there is nothing to mask in it.
func (m *masker) capture(h http.Header, c Capture) (http.Header, Capture) {
	body, note, err := Decoded(h, c.Bytes, DecodeLimit)
	before := m.count
	masked := m.body(h.Get("Content-Type"), body)
	if m.count == before {
		return h, c
	}
	if note == "" {
		c.Size += int64(len(masked) - len(body))
		c.Bytes = masked
		return h, c
	}
	h = h.Clone()
	h.Del("Content-Encoding")
	c.Complete = c.Complete && err == nil && len(body) < DecodeLimit
	return h, Capture{Bytes: masked, Size: int64(len(masked)), Complete: c.Complete}
}

// parseDisposition reads the Content-Disposition of a part.
func parseDisposition(h http.Header) (string, map[string]string, error) {
	return mime.ParseMediaType(h.Get("Content-Disposition"))
}
