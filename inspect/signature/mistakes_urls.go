package signature

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

const (
	maxURLHints = 8   // URLs of others that are tried
	maxURLs     = 600 // URLs that one search tries
)

// otherURLs are the URLs that may have been meant, the likeliest first.
func (s *search) otherURLs() []string {
	list := &urlList{seen: map[string]bool{s.r.URL: true}}
	asked := splitURL(s.r.URL)
	forwarded := s.forwarded(asked)
	bases := append(slices.Clone(s.hints.URLs[:min(len(s.hints.URLs), maxURLHints)]), forwarded...)
	for _, base := range append(slices.Clone(bases), s.r.URL) {
		list.crossed(splitURL(base), asked)
	}
	list.rewritten(asked)
	for _, base := range bases {
		list.rewritten(splitURL(base))
		list.prefixed(splitURL(base), asked)
	}
	list.authorised(asked, header(s.r.Header, "Authorization"))
	return list.all
}

// A urlList gathers URLs, each once.
type urlList struct {
	all  []string
	seen map[string]bool
}

func (l *urlList) add(u urlParts) {
	if text := u.String(); text != "" && !l.seen[text] && len(l.all) < maxURLs {
		l.seen[text] = true
		l.all = append(l.all, text)
	}
}

// crossed are b's and the asked URL's parts in all combinations, with either scheme, and with or without a slash at the
// path's end.
func (l *urlList) crossed(b, asked urlParts) {
	for _, scheme := range slices.Compact([]string{b.scheme, "https", "http"}) {
		for _, path := range []string{b.path, asked.path, toggleSlash(b.path), toggleSlash(asked.path)} {
			for _, query := range []string{b.query, asked.query, "", sortedQuery(asked.query)} {
				l.add(urlParts{scheme: scheme, host: b.host, port: b.port, path: path, query: query, asked: query != ""})
			}
		}
	}
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

// rewritten are the ways in which proxies and libraries write a URL anew, one at a time.
func (l *urlList) rewritten(u urlParts) {
	change := func(edit func(u *urlParts)) {
		for _, scheme := range slices.Compact([]string{u.scheme, "https"}) {
			changed := u
			changed.scheme = scheme
			edit(&changed)
			l.add(changed)
		}
	}
	for _, port := range []string{"", "443", "80", "8443", "8080"} {
		change(func(u *urlParts) { u.port = port })
	}
	change(func(u *urlParts) { u.host = strings.ToLower(u.host) })
	change(func(u *urlParts) { u.host = strings.TrimPrefix(u.host, "www.") })
	change(func(u *urlParts) { u.host = "www." + u.host })
	change(func(u *urlParts) { u.path, u.query = unescapedPath(u.path), unescapedPath(u.query) })
	change(func(u *urlParts) { u.query = unescapedPath(u.query) })
	change(func(u *urlParts) { u.query = unescape(u.query) })
	change(func(u *urlParts) { u.query = strings.ReplaceAll(u.query, "+", "%20") })
	change(func(u *urlParts) { u.query = strings.ReplaceAll(u.query, "%20", "+") })
	change(func(u *urlParts) { u.query = string(writeForm(parameters([]byte(u.query)), url.QueryEscape)) })
	change(func(u *urlParts) { u.query = querystring(u.query) })
	change(func(u *urlParts) { u.path = (&url.URL{Path: unescapedPath(u.path)}).EscapedPath() })
	change(func(u *urlParts) { u.path = strings.ReplaceAll(u.path, "//", "/") })
	change(func(u *urlParts) { u.asked = u.query == "" })
	change(func(u *urlParts) {
		u.path, u.query = string(digitsOfEscapes([]byte(u.path), bytes.ToLower)), string(digitsOfEscapes([]byte(u.query), bytes.ToLower))
	})
	change(func(u *urlParts) {
		u.path, u.query = string(digitsOfEscapes([]byte(u.path), bytes.ToUpper)), string(digitsOfEscapes([]byte(u.query), bytes.ToUpper))
	})
	l.shortened(u)
}

// shortened are u without each of its first segments, and without each of its parameters.
func (l *urlList) shortened(u urlParts) {
	path := u.path
	for range 3 {
		_, rest, more := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if !more {
			break
		}
		path = "/" + rest
		l.add(urlParts{scheme: u.scheme, host: u.host, port: u.port, path: path, query: u.query, asked: u.asked})
		l.add(urlParts{scheme: "https", host: u.host, port: u.port, path: path, query: u.query, asked: u.asked})
	}
	pairs := strings.Split(u.query, "&")
	for i := range min(len(pairs), 8) {
		query := strings.Join(slices.Concat(pairs[:i], pairs[i+1:]), "&")
		l.add(urlParts{scheme: u.scheme, host: u.host, port: u.port, path: u.path, query: query, asked: query != ""})
	}
}

// prefixed are the asked path behind a base's, as a proxy cuts that off, and the base's first segments before it.
func (l *urlList) prefixed(b, asked urlParts) {
	prefix := strings.TrimSuffix(b.path, "/")
	for range 3 {
		if prefix == "" {
			return
		}
		l.add(urlParts{scheme: b.scheme, host: b.host, port: b.port, path: prefix + asked.path, query: asked.query, asked: asked.asked})
		l.add(urlParts{scheme: asked.scheme, host: asked.host, port: asked.port, path: prefix + asked.path, query: asked.query, asked: asked.asked})
		prefix = prefix[:max(0, strings.LastIndexByte(prefix, '/'))]
	}
}

// authorised is u with the user and password that came as Basic authentication: they may have stood in the registered URL.
func (l *urlList) authorised(u urlParts, authorization string) {
	user, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(authorization, "Basic "))
	if at := strings.IndexByte(u.host, '@'); at >= 0 {
		u.host = u.host[at+1:]
	}
	l.add(u)
	if err == nil && len(user) > 0 && len(user) < 256 {
		u.host = string(user) + "@" + u.host
		l.add(u)
		u.scheme = "https"
		l.add(u)
	}
}

// forwarded are the URLs that proxies say they were asked for.
func (s *search) forwarded(asked urlParts) []string {
	h := s.r.Header
	value := func(name string) string {
		first, _, _ := strings.Cut(header(h, name), ",")
		return strings.TrimSpace(first)
	}
	u := asked
	first, _, _ := strings.Cut(header(h, "Forwarded"), ",")
	for pair := range strings.SplitSeq(first, ";") {
		name, text, _ := strings.Cut(strings.TrimSpace(pair), "=")
		switch text = strings.Trim(text, `"`); strings.ToLower(name) {
		case "proto":
			u.scheme = text
		case "host":
			u = u.at(text)
		}
	}
	for _, name := range []string{"X-Original-Host", "X-Forwarded-Server", "X-Forwarded-Host", "Host"} {
		if host := value(name); host != "" && header(h, "X-Forwarded-Host") == "" || name == "X-Forwarded-Host" && host != "" {
			u = u.at(host)
		}
	}
	for _, name := range []string{"X-Forwarded-Scheme", "X-Url-Scheme", "X-Forwarded-Proto"} {
		if scheme := value(name); scheme == "http" || scheme == "https" {
			u.scheme = scheme
		}
	}
	all := []urlParts{u}
	if port := value("X-Forwarded-Port"); port != "" && port != u.port {
		ported := u
		ported.port = port
		all = append(all, ported)
	}
	for _, name := range []string{"X-Original-Url", "X-Original-Uri", "X-Rewrite-Url", "X-Envoy-Original-Path", "X-Forwarded-Uri", "X-Forwarded-Path"} {
		if text := header(h, name); strings.HasPrefix(text, "/") {
			original := splitURL(text)
			original.scheme, original.host, original.port = u.scheme, u.host, u.port
			all = append(all, original)
		} else if strings.HasPrefix(text, "http") {
			all = append(all, splitURL(text))
		}
	}
	if prefix := strings.TrimSuffix(value("X-Forwarded-Prefix"), "/"); strings.HasPrefix(prefix, "/") {
		longer := u
		longer.path = prefix + u.path
		all = append(all, longer)
	}
	var urls []string
	for _, u := range all {
		if text := u.String(); text != s.r.URL && len(text) <= maxHeader {
			urls = append(urls, text)
		}
	}
	return urls
}

// at is u at another host, which may have a port.
func (u urlParts) at(host string) urlParts {
	other := splitURL("http://" + host)
	u.host, u.port = other.host, other.port
	return u
}

func unescapedPath(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}
