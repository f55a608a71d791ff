package export

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/httptext"
)

// own is the delivery of an entry that hook wrote. What the entry itself says counts: it may have been edited.
func (e *harIn) own() (*inspect.Delivery, error) {
	r := e.Hook
	r.Method, r.URL = e.Request.Method, e.Request.URL
	r.Header = headerOf(e.Request.Headers)
	r.Body.fromEntry(e.Request.PostData.Text, e.Request.PostData.OwnEncoding)
	if n := len(r.Tries); n > 0 && r.Tries[n-1].Response != nil {
		answer := r.Tries[n-1].Response
		answer.Status = int(e.Response.Status)
		answer.Header = headerOf(e.Response.Headers)
		answer.Body.fromEntry(e.Response.Content.Text, e.Response.Content.Encoding)
	}
	return r.Delivery()
}

func headerOf(pairs []harPair) map[string][]string {
	h := make(map[string][]string, len(pairs))
	for _, p := range pairs {
		h[p.Name] = append(h[p.Name], p.Value)
	}
	return h
}

// foreign makes a delivery of an entry that another program wrote.
func (e *harIn) foreign(f *Found) error {
	u, err := url.Parse(e.Request.URL)
	switch {
	case err != nil || u.Host == "":
		return fmt.Errorf("%q is no URL of a request", cut(e.Request.URL))
	case !httptext.IsToken(e.Request.Method):
		return fmt.Errorf("%q is no method", cut(e.Request.Method))
	}
	u.Fragment = "" // which is never sent
	d := &inspect.Delivery{
		Method: e.Request.Method, URL: u.String(), Host: u.Host, Path: u.RequestURI(), Proto: protoOf(e.Request.Version),
		Header: make(http.Header),
	}
	if d.ReceivedAt, err = time.Parse(time.RFC3339Nano, e.Started); err != nil && e.Started != "" {
		f.note(fmt.Sprintf("%q is no time, so it counts as received now", cut(e.Started)))
	}
	d.ReceivedAt = d.ReceivedAt.UTC()
	f.fields(d.Header, e.Request.Headers)
	if host := d.Header.Get("Host"); host != "" {
		d.Host = host
	}
	delete(d.Header, "Host")
	body, err := e.body(f)
	if err != nil {
		return err
	}
	d.Body = captureOf(body)
	if n, err := strconv.ParseInt(d.Header.Get("Content-Length"), 10, 64); err == nil && n > d.Body.Size && d.Header.Get("Content-Encoding") == "" {
		d.Body.Size, d.Body.Complete = n, false
	}
	if e.Response.Status >= 100 {
		d.Attempts = []inspect.Attempt{e.attempt(f, d)}
	}
	f.Delivery, f.Browsed = d, true
	return nil
}

// attempt is what came of it, as the other program saw it.
func (e *harIn) attempt(f *Found, d *inspect.Delivery) inspect.Attempt {
	t := e.Timings
	before := duration(float64(max(t.Blocked, 0) + max(t.DNS, 0) + max(t.Connect, 0)))
	total := duration(float64(e.Time))
	if total == 0 {
		total = before + duration(float64(max(t.Send, 0)+max(t.Wait, 0)+max(t.Receive, 0)))
	}
	r := &inspect.Response{Status: int(e.Response.Status), Header: make(http.Header)}
	f.fields(r.Header, e.Response.Headers)
	content := []byte(e.Response.Content.Text)
	if e.Response.Content.Encoding == encodingBase64 {
		decoded, err := unbase64(e.Response.Content.Text)
		if err != nil {
			f.note("the base64 of its response can't be read, and is left out")
		}
		content = decoded
	}
	r.Body = captureOf(content)
	return inspect.Attempt{
		Number: 1, Target: d.URL, Started: d.ReceivedAt, Response: r, Err: e.Response.Error, Outcome: inspect.OutcomeAnswered,
		Stages: inspect.Stages{Connect: before, Wait: duration(float64(max(t.Send, 0) + max(t.Wait, 0))), Total: total},
	}
}

// body is the request's. Browsers have bytes that are no UTF-8 as a text of which each character is one.
func (e *harIn) body(f *Found) ([]byte, error) {
	post := e.Request.PostData
	if post.Encoding == encodingBase64 || post.OwnEncoding == encodingBase64 {
		b, err := unbase64(post.Text)
		if err != nil {
			return nil, errors.New("the base64 of its body can't be read")
		}
		return b, nil
	}
	if post.Text == "" && len(post.Params) > 0 {
		if !strings.HasPrefix(post.MimeType, "application/x-www-form-urlencoded") {
			return nil, fmt.Errorf("its body is not in the file, only what a form of %s had in it", cut(post.MimeType))
		}
		f.note("the body was put together of its fields")
		return form(post.Params), nil
	}
	said := int(e.Request.BodySize)
	if len(post.Text) != said && utf8.RuneCountInString(post.Text) == said {
		if b, ok := fromLatin1(post.Text); ok {
			return b, nil
		}
	}
	return []byte(post.Text), nil
}

// captureOf is a whole body, of which nothing is nil.
func captureOf(b []byte) inspect.Capture {
	if len(b) == 0 {
		b = nil
	}
	return inspect.CaptureOf(b)
}

func form(params []harParam) []byte {
	var parts []string
	for _, p := range params {
		parts = append(parts, url.QueryEscape(unescaped(p.Name))+"="+url.QueryEscape(unescaped(p.Value)))
	}
	return []byte(strings.Join(parts, "&"))
}

// fromLatin1 is the bytes of a text of which each character stands for one.
func fromLatin1(s string) ([]byte, bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return nil, false
		}
		b = append(b, byte(r))
	}
	return b, true
}

// fields adds the fields of an entry: neither what HTTP/2 has in place of a request line, nor what speaks of one connection.
func (f *Found) fields(h http.Header, pairs []harPair) {
	for _, p := range pairs {
		name := http.CanonicalHeaderKey(strings.TrimSpace(p.Name))
		switch {
		case strings.HasPrefix(name, ":") || slices.Contains(httptext.HopByHop[:], name):
			continue
		case !httptext.IsToken(name):
			f.note(fmt.Sprintf("%q is no header's name, and left out", cut(p.Name)))
			continue
		}
		for value := range strings.SplitSeq(p.Value, "\n") { // as Chrome joins them
			if value = strings.TrimSpace(value); httptext.IsValue(value) {
				h[name] = append(h[name], value)
			} else {
				f.note("a value of " + name + " can't be sent, and is left out")
			}
		}
	}
}

// protoOf is a version as net/http has it: browsers write "h2", "http/2.0" and more.
func protoOf(version string) string {
	switch v := strings.ToUpper(version); v {
	case "H2", "HTTP/2", "HTTP/2.0", "H2C":
		return "HTTP/2.0"
	case "H3", "HTTP/3", "HTTP/3.0":
		return "HTTP/3.0"
	case "HTTP/1.0":
		return v
	}
	return "HTTP/1.1"
}

// cut is the beginning of a stranger's text, to be told.
func cut(s string) string { return s[:min(len(s), 80)] }
