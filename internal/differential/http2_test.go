package differential

import (
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// A client is net/http's, of one version of HTTP.
func client(t testing.TB, set func(*http.Protocols)) *http.Client {
	protocols := new(http.Protocols)
	set(protocols)
	transport := &http.Transport{
		Protocols: protocols, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableCompression: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// What a sender says by HTTP/2 reaches the app as if it had said it to the app by HTTP/1.1, and so does the answer.
func TestTheSameOverHTTP2(t *testing.T) {
	for name, c := range map[string]struct {
		set    func(*http.Protocols)
		secure bool
	}{
		"with TLS":    {func(p *http.Protocols) { p.SetHTTP2(true) }, true},
		"without TLS": {func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, plan{})
			one, two := client(t, func(p *http.Protocols) { p.SetHTTP1(true) }), client(t, c.set)
			base := "http://" + h.relay
			if c.secure {
				base = "https://" + strings.TrimPrefix(h.secure, "tls:")
			}
			for _, e := range over2() {
				direct := h.ask(t, one, e, "http://"+h.app.addr)
				hook := h.ask(t, two, e, base+"/e/"+endpoint)
				if !strings.HasPrefix(hook.answer.first, "HTTP/2.0") {
					t.Fatalf("%s: the answer came by %s", e.name, hook.answer.first)
				}
				hook.answer.first = strings.Replace(hook.answer.first, "HTTP/2.0", "HTTP/1.1", 1)
				takeAdded(t, hook.request.fields)
				for _, d := range append(diff("request", direct.request, hook.request), diff("answer", direct.answer, hook.answer)...) {
					t.Errorf("%s: %s", e.name, d)
				}
			}
		})
	}
}

// over2 are the exchanges that net/http's client can make, which writes framing and some fields by itself.
func over2() (all []exchange) {
	for _, e := range slices.Concat(methods(), targets(), requestHeaders(), requestBodies(), statuses(), answers()) {
		if strings.ContainsAny(e.path, "`\"<>^{}|") || !utf8.ValidString(e.path) || strings.Contains(e.path, "é") || e.path == "?" || e.path == "/?" || e.path == "//" || e.path == "/a??b?" || e.method == "patch" {
			continue // net/http's client writes these otherwise
		}
		if e.name == "secrets" || strings.HasPrefix(e.name, "expect") {
			continue // HTTP/2 joins cookies; net/http's server says 100 Continue by itself, and takes Expect out
		}
		all = append(all, e)
	}
	return all
}

// ask makes e by c. The fields that speak of framing are compared as what they mean.
func (h *house) ask(t testing.TB, c *http.Client, e exchange, base string) (o outcome) {
	t.Helper()
	h.app.tell(or(e.answer, yes), false)
	header := make(http.Header)
	for _, line := range e.header {
		name, value, _ := strings.Cut(line, ":")
		header.Add(name, strings.TrimSpace(value))
	}
	content := io.Reader(strings.NewReader(e.body))
	length := int64(len(e.body))
	var trailer http.Header
	if header.Get("Transfer-Encoding") != "" {
		length, content = -1, struct{ io.Reader }{strings.NewReader("what came in chunks")}
		if names := header.Get("Trailer"); names != "" {
			trailer = http.Header{"X-Sum": {"1", "2"}}
		}
	}
	for _, framing := range []string{"Transfer-Encoding", "Content-Length", "Trailer"} {
		header.Del(framing)
	}
	if header["User-Agent"] == nil {
		header.Set("User-Agent", "a sender")
	}
	r, err := http.NewRequestWithContext(t.Context(), or(e.method, "POST"), base+e.path, content)
	if err != nil {
		t.Fatal(e.name, err)
	}
	r.Header, r.Host, r.ContentLength, r.Trailer = header, host, length, trailer
	if length == 0 {
		r.Body = http.NoBody
	}
	var informs []string
	r = r.WithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			if code != http.StatusContinue { // which is between each two
				informs = append(informs, fmt.Sprint(code, h))
			}
			return nil
		},
	}))
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(e.name, err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(e.name, err)
	}
	o.request = h.seen(t)
	delete(o.request.fields, "Te") // HTTP/2's own
	o.answer = message{
		interim: informs, first: resp.Proto + " " + resp.Status[:3], fields: resp.Header, trailer: resp.Trailer,
		body: body{size: int64(len(got)), sum: sha256.Sum256(got), start: string(got[:min(len(got), 1000)])},
	}
	return o
}
