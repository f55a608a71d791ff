package export

import (
	"cmp"
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect"
)

// HAR 1.2 as http://www.softwareishard.com/blog/har-12-spec/ has it. What it can't say stands in _hook, as custom fields may.

type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"` // the sum of the timings
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Hook     *Record     `json:"_hook,omitempty"` // without what the entry itself says
}

type harRequest struct {
	Method      string      `json:"method"`
	URL         string      `json:"url"`
	HTTPVersion string      `json:"httpVersion"`
	Cookies     []harCookie `json:"cookies"`
	Headers     []harPair   `json:"headers"`
	QueryString []harPair   `json:"queryString"`
	PostData    *harPost    `json:"postData,omitempty"`
	HeadersSize int64       `json:"headersSize"`
	BodySize    int64       `json:"bodySize"`
}

type harPost struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Encoding string `json:"_encoding,omitempty"` // base64 for what is no UTF-8
}

type harResponse struct {
	Status      int         `json:"status"` // 0 if there was none
	StatusText  string      `json:"statusText"`
	HTTPVersion string      `json:"httpVersion"`
	Cookies     []harCookie `json:"cookies"`
	Headers     []harPair   `json:"headers"`
	Content     harContent  `json:"content"`
	RedirectURL string      `json:"redirectURL"`
	HeadersSize int64       `json:"headersSize"`
	BodySize    int64       `json:"bodySize"`
	Error       string      `json:"_error,omitempty"` // as Chrome has it
}

type harContent struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
}

type harCookie struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Path     string `json:"path,omitempty"`
	Domain   string `json:"domain,omitempty"`
	Expires  string `json:"expires,omitempty"`
	HTTPOnly bool   `json:"httpOnly,omitempty"`
	Secure   bool   `json:"secure,omitempty"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// harTimings are milliseconds; -1 is for what doesn't apply.
type harTimings struct {
	Blocked float64 `json:"blocked"`
	DNS     float64 `json:"dns"`
	Connect float64 `json:"connect"`
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
	SSL     float64 `json:"ssl"`
}

// harVersion is for what doesn't tell its own.
const harVersion = "HTTP/1.1"

// A harEncoder writes an entry for each delivery: its request as it reached hook, and the response of its last attempt.
type harEncoder struct {
	w       io.Writer
	version string
	entries int
}

func newHAR(w io.Writer, o Options) Encoder { return &harEncoder{w: w, version: o.Version} }

func (e *harEncoder) Add(d *inspect.Delivery) error {
	if err := e.begin(); err != nil {
		return err
	}
	line, err := JSON(entryOf(d))
	if err != nil {
		return err
	}
	if e.entries++; e.entries > 1 {
		line = append([]byte(","), line...)
	}
	_, err = e.w.Write(line)
	return err
}

func (e *harEncoder) begin() error {
	if e.entries > 0 {
		return nil
	}
	creator, err := JSON(map[string]string{"name": "hook", "version": e.version})
	if err != nil {
		return err
	}
	_, err = io.WriteString(e.w, `{"log":{"version":"1.2","creator":`+strings.TrimSpace(string(creator))+`,"entries":[`+"\n")
	return err
}

func (e *harEncoder) Close() error {
	if err := e.begin(); err != nil {
		return err
	}
	_, err := io.WriteString(e.w, "]}}\n")
	return err
}

func entryOf(d *inspect.Delivery) harEntry {
	rest := RecordOf(d)
	e := harEntry{
		Started: harTime(d.ReceivedAt),
		Request: harRequest{
			Method: d.Method, URL: d.URL, HTTPVersion: cmp.Or(d.Proto, harVersion), Cookies: cookiesOf(d.Header), Headers: pairsOf(d.Header),
			QueryString: queryOf(d.URL), HeadersSize: -1, BodySize: d.Body.Size,
		},
		Response: harResponse{HTTPVersion: harVersion, Cookies: []harCookie{}, Headers: []harPair{}, HeadersSize: -1, BodySize: -1},
		Timings:  harTimings{Blocked: -1, DNS: -1, Connect: -1, SSL: -1},
		Hook:     &rest,
	}
	if len(d.Body.Bytes) > 0 {
		text, encoding := textOf(d.Body.Bytes)
		e.Request.PostData = &harPost{d.Header.Get("Content-Type"), text, encoding}
	}
	if a := d.Last(); a != nil {
		e.answer(a)
	}
	rest.leaveToEntry()
	return e
}

// harTime is a time that every browser reads: one that can't gives the whole file up.
func harTime(t time.Time) string {
	if year := t.UTC().Year(); t.IsZero() || year < 1 || year > 9999 {
		t = time.Unix(0, 0)
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func expiry(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return harTime(t)
}

// answer fills in what the last attempt says.
func (e *harEntry) answer(a *inspect.Attempt) {
	s := a.Stages
	receive := max(s.Total-s.Connect-s.Wait, 0)
	e.Timings.Connect, e.Timings.Wait, e.Timings.Receive = Milliseconds(s.Connect), Milliseconds(s.Wait), Milliseconds(receive)
	e.Time = Milliseconds(s.Connect + s.Wait + receive)
	e.Response.Error = a.Err
	r := a.Response
	if r == nil {
		return
	}
	text, encoding := textOf(r.Body.Bytes)
	e.Response.Status, e.Response.StatusText = r.Status, http.StatusText(r.Status)
	e.Response.Cookies, e.Response.Headers = setCookiesOf(r.Header), pairsOf(r.Header)
	e.Response.Content = harContent{r.Body.Size, r.Header.Get("Content-Type"), text, encoding}
	e.Response.RedirectURL, e.Response.BodySize = r.Header.Get("Location"), r.Body.Size
}

// leaveToEntry takes out of a record what the entry around it has, but for what it needs to tell that this was changed.
func (r *Record) leaveToEntry() {
	r.Header, r.Body.Text, r.Body.Base64 = nil, "", ""
	if n := len(r.Tries); n > 0 && r.Tries[n-1].Response != nil {
		answer := r.Tries[n-1].Response
		answer.Header, answer.Body.Text, answer.Body.Base64 = nil, "", ""
	}
}

// textOf is bytes as JSON can hold them.
func textOf(b []byte) (text, encoding string) {
	if utf8.Valid(b) {
		return string(b), ""
	}
	return base64.StdEncoding.EncodeToString(b), encodingBase64
}

const encodingBase64 = "base64"

// pairsOf are the fields, the names sorted, all values in their order.
func pairsOf(h http.Header) []harPair {
	pairs := []harPair{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			pairs = append(pairs, harPair{name, value})
		}
	}
	return pairs
}

func queryOf(at string) []harPair {
	pairs := []harPair{}
	_, query, _ := strings.Cut(at, "?")
	query, _, _ = strings.Cut(query, "#")
	for part := range strings.SplitSeq(query, "&") {
		if part != "" {
			name, value, _ := strings.Cut(part, "=")
			pairs = append(pairs, harPair{unescaped(name), unescaped(value)})
		}
	}
	return pairs
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func cookiesOf(h http.Header) []harCookie {
	cookies := []harCookie{}
	for _, line := range h["Cookie"] {
		all, err := http.ParseCookie(line)
		if err != nil { // masked, or none
			continue
		}
		for _, c := range all {
			cookies = append(cookies, harCookie{Name: c.Name, Value: c.Value})
		}
	}
	return cookies
}

func setCookiesOf(h http.Header) []harCookie {
	cookies := []harCookie{}
	for _, line := range h["Set-Cookie"] {
		if c, err := http.ParseSetCookie(line); err == nil {
			cookies = append(cookies, harCookie{c.Name, c.Value, c.Path, c.Domain, expiry(c.Expires), c.HttpOnly, c.Secure})
		}
	}
	return cookies
}
