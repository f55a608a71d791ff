package signature

import (
	"fmt"
	"slices"
	"strings"
)

// url tries other URLs for schemes that sign it.
func (s *search) url() (Explanation, bool) {
	if _, secret := s.p.scheme.(*urlToken); secret || !s.p.scheme.signsURL() {
		return Explanation{}, false
	}
	read := s.urlReader()
	for _, url := range s.otherURLs() {
		r := s.r
		r.URL = url
		c, reason := read(r)
		if reason != ReasonOK {
			continue
		}
		for _, secret := range s.edited() {
			if s.verifiesClaims(r, c, secret.Value) {
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

// urlReader reads the claims of a request with another URL. Where that makes no difference it reads once, as a form is
// sorted each time.
func (s *search) urlReader() func(Request) (claims, Reason) {
	bound, is := s.p.scheme.(*urlBound)
	if !is {
		return s.p.scheme.read
	}
	hashed := hashesTheBody(s.r.URL)
	c, reason := bound.read(s.r)
	return func(r Request) (claims, Reason) {
		if hashesTheBody(r.URL) == hashed {
			return c, reason
		}
		return bound.read(r)
	}
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
		{"path", x.path == y.path || x.path == toggleSlash(y.path)}, {"query", x.query == y.query && x.asked == y.asked},
	} {
		if !p.same {
			parts = append(parts, p.name)
		}
	}
	return strings.Join(parts, " and the ")
}

// method tries other methods for schemes that sign it.
func (s *search) method() (Explanation, bool) {
	if !slices.ContainsFunc(s.p.scheme.outlines(), func(o Outline) bool { return strings.Contains(o.Signs, "{method}") }) {
		return Explanation{}, false
	}
	for _, method := range []string{"POST", "GET", "PUT", "PATCH", "DELETE", "HEAD", strings.ToUpper(s.r.Method), strings.ToLower(s.r.Method)} {
		r := s.r
		if r.Method = method; method == s.r.Method {
			continue
		}
		for _, secret := range s.edited() {
			if s.verifies(r, secret.Value) {
				return Explanation{
					Mistake: MistakeMethod, Headline: "it was signed for another method",
					Text: fmt.Sprintf("%s signs the method. It verifies for %s; it was judged for %q.", s.p.Title, method, printable(s.r.Method)),
					Next: "verify with the method of the request as it was sent",
				}, true
			}
		}
	}
	return Explanation{}, false
}

// bodyHash compares the body with the hash that the URL carries.
func (s *search) bodyHash() (Explanation, bool) {
	bound, is := s.p.scheme.(*urlBound)
	if !is || s.res.Expected != s.res.Got || s.res.Got == "" || bound.bodyHashHolds(s.r) {
		return Explanation{}, false
	}
	return Explanation{
		Mistake: MistakeBodyChanged, Headline: "the URL is signed, but for another body",
		Text: fmt.Sprintf("The URL carries the SHA-256 of the body as %s, and the %s that arrived have another. "+
			"Something on the way changed the body.", bodyHash, size(len(s.r.Body))),
		Next: "hash the raw bytes, before any middleware or proxy touches them",
	}, true
}
