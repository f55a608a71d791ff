package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A finding is a verdict with all that is known for it.
type finding struct {
	request  signature.Request
	provider *signature.Provider
	meta     signature.Meta
	result   signature.Result
	why      signature.Explanation
	body     inspect.Capture
	refused  string   // what to think of an app that refused a good signature; empty if it didn't
	notes    []string // on how the request was read, where it was not captured
}

// explain judges a request with the secrets as they are now, and finds out why.
func (s *secrets) explain(r signature.Request, provider *signature.Provider, body inspect.Capture, urls []string) finding {
	f := finding{request: r, body: body}
	f.provider, f.meta, f.result = s.judge(r, provider)
	f.why = signature.Explain(r, f.provider, f.result, s.withKeys(f.provider, r, s.candidates()), signature.Hints{URLs: urls})
	f.result = s.settle(f.result) // not before, as Explain tells a test secret from none
	return f
}

// explainDelivery is explain for what the history has.
func (s *secrets) explainDelivery(d *inspect.Delivery) finding {
	f := s.explain(d.Signed(), signature.Lookup(d.Provider), d.Body, otherURLs(d))
	f.refused = f.afterRefusal(d.Last())
	return f
}

// otherURLs are those that a request may have been signed for in place of its own: the app's, and the public path at the
// app's host and the reverse.
func otherURLs(d *inspect.Delivery) []string {
	var urls []string
	if a := d.Last(); a != nil && a.Target != "" {
		urls = append(urls, a.Target)
		app, err := url.Parse(a.Target)
		public, err2 := url.Parse(d.URL)
		if err == nil && err2 == nil {
			urls = append(urls, public.Scheme+"://"+public.Host+app.RequestURI(), app.Scheme+"://"+app.Host+public.RequestURI())
		}
	}
	if d.Host != "" {
		if public, err := url.Parse(d.URL); err == nil && public.Host != d.Host {
			urls = append(urls, public.Scheme+"://"+d.Host+public.RequestURI())
		}
	}
	return urls
}

// refusesGood says whether an app's answer to a request with a good signature looks as if it found the signature wrong.
func refusesGood(verdict signature.Verdict, status int) bool {
	return verdict == signature.Valid && (status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden)
}

// afterRefusal explains an app that answered so: what it may have that hook hasn't, or does that hook doesn't.
func (f finding) afterRefusal(a *inspect.Attempt) string {
	if a == nil || a.Response == nil || !refusesGood(f.result.Verdict, a.Response.Status) {
		return ""
	}
	text := fmt.Sprintf("Yet the app answered %d. If it finds the signature wrong, its secret is not the one from %s,", a.Response.Status, f.result.Secret)
	var compact bytes.Buffer
	if json.Compact(&compact, f.body.Bytes) == nil && compact.Len() != len(f.body.Bytes) {
		return text + fmt.Sprintf(" or it verifies a body that was parsed and written again: raw it is %s bytes, as compact JSON %s. Verify the raw bytes, before any JSON middleware.",
			humanize.Comma(f.body.Size), humanize.Comma(int64(compact.Len())))
	}
	return text + " or it verifies something else than the raw body" + " (or another URL, where the provider signs that)."
}

// text is the finding for people: the headline with its sign, the evidence, what would explain it, and the next step.
// Paragraphs are broken into lines of width; 0 leaves that to whoever shows them.
func (f finding) text(p pen, width int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s\n\n", p.verdict(f.result.Verdict), f.result.Verdict, inspect.Printable(f.why.Headline))
	fmt.Fprintf(&b, "  %s\n", inspect.Printable(f.about()))
	expected, got := shorten(f.result.Expected), shorten(f.result.Got)
	if expected == got && f.result.Expected != f.result.Got { // what differs stands in the middle
		expected, got = f.result.Expected, f.result.Got
	}
	if expected != "" {
		fmt.Fprintf(&b, "  expected  %s   with the secret from %s\n", inspect.Printable(expected), inspect.Printable(f.result.Secret))
	}
	if got != "" {
		fmt.Fprintf(&b, "  got       %s%s\n", inspect.Printable(got), f.age())
	}
	for _, note := range f.notes {
		fmt.Fprintf(&b, "  note      %s\n", inspect.Printable(note))
	}
	for _, paragraph := range []string{f.why.Text, f.refused, next(f.why.Next)} {
		if paragraph != "" {
			b.WriteString("\n")
			for _, line := range wrap(inspect.Printable(paragraph), width) {
				b.WriteString("  " + line + "\n")
			}
		}
	}
	return b.String()
}

func next(s string) string {
	if s == "" {
		return ""
	}
	return "Next: " + s
}

func (f finding) about() string {
	parts := []string{"sender unknown"}
	if f.provider != nil {
		parts[0] = f.provider.Name
	}
	if f.meta.EventType != "" {
		parts = append(parts, f.meta.EventType)
	}
	if !f.request.ReceivedAt.IsZero() {
		parts = append(parts, "received "+f.request.ReceivedAt.Local().Format(time.TimeOnly))
	}
	size := "body " + humanize.Comma(f.body.Size) + " bytes"
	if f.body.Size == 1 {
		size = "body 1 byte"
	}
	if !f.body.Complete {
		size += ", of which " + humanize.Comma(int64(len(f.body.Bytes))) + " were kept"
	}
	return strings.Join(append(parts, size), " · ")
}

// age says when the request was signed, as seen at its receipt.
func (f finding) age() string {
	if f.result.Signed.IsZero() {
		return ""
	}
	received := f.request.ReceivedAt
	if received.IsZero() {
		received = time.Now()
	}
	age := received.Sub(f.result.Signed).Truncate(time.Second)
	words := fmt.Sprintf("%d s old", int(age.Seconds()))
	switch {
	case age < 0:
		words = fmt.Sprintf("%v ahead", -age)
	case age >= 2*time.Minute:
		words = fmt.Sprintf("%v old", age)
	}
	return "   timestamp " + f.result.Signed.Local().Format(time.TimeOnly) + ", " + words
}

// shorten keeps both ends of a long signature.
func shorten(s string) string {
	if len(s) <= 44 {
		return s
	}
	return s[:20] + "…" + s[len(s)-12:]
}

// lineWidth is how long a line of running text gets.
const lineWidth = 100

// wrap breaks words into lines of up to n characters; 0 leaves them in one.
func wrap(s string, n int) []string {
	if n == 0 {
		return []string{s}
	}
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) > n:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
