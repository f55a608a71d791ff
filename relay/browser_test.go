package relay_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

const (
	firefox = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	forHTML = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
)

func warning(c *relay.Config) {
	c.WarnBrowsers, c.Contact = true, `abuse@relay.example <script>"`
}

func TestWhoIsWarned(t *testing.T) {
	h := startRelay(t, warning)
	h.connect(answering("the app"))
	for name, c := range map[string]struct {
		method string
		lines  []string
		warned bool
	}{
		"a browser":                   {"GET", []string{firefox, forHTML, "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, true},
		"a browser's form":            {"POST", []string{firefox, forHTML, "Sec-Fetch-Mode: navigate", "Content-Length: 0"}, true},
		"a frame":                     {"GET", []string{firefox, forHTML, "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"}, true},
		"an old browser":              {"GET", []string{firefox, forHTML}, true},
		"an old browser's look":       {"HEAD", []string{firefox, forHTML}, true},
		"a page's fetch":              {"GET", []string{firefox, forHTML, "Sec-Fetch-Mode: cors"}, false},
		"a page's fetch of anything":  {"GET", []string{firefox, "Accept: */*"}, false},
		"an image":                    {"GET", []string{firefox, "Accept: image/avif,*/*", "Sec-Fetch-Mode: no-cors"}, false},
		"a webhook":                   {"POST", []string{"User-Agent: GitHub-Hookshot/044aadd", "Accept: */*", "Content-Length: 0"}, false},
		"a webhook like a browser":    {"POST", []string{firefox, forHTML, "Content-Length: 0"}, false},
		"Meta's question":             {"GET", []string{"User-Agent: facebookplatform/1.0 (+http://developers.facebook.com)", "Accept: */*"}, false},
		"X's question":                {"GET", []string{"User-Agent: Mozilla/5.0 (compatible; TwitterBot)", "Accept: */*"}, false},
		"Java, which takes HTML":      {"GET", []string{"User-Agent: Java/17.0.1", "Accept: text/html, image/gif, image/jpeg, */*; q=.2"}, false},
		"a sender who says nothing":   {"GET", nil, false},
		"a browser's question, CORS'": {"OPTIONS", []string{firefox, "Accept: */*", "Sec-Fetch-Mode: cors"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := atOtter + "?hub.mode=subscribe&hub.challenge=1158201444"
			conn := h.dial()
			if _, err := conn.Write(requestHead(append([]string{c.method + " " + path + " HTTP/1.1", "Host: " + h.addr, "Connection: close"}, c.lines...)...)); err != nil {
				t.Fatal(err)
			}
			all, err := io.ReadAll(conn)
			if err != nil {
				t.Fatal(err)
			}
			warned := strings.HasPrefix(string(all), "HTTP/1.1 403 ") && strings.Contains(string(all), "Hook-Error: browser_warning\r\n")
			if passed := strings.HasPrefix(string(all), "HTTP/1.1 200 ") && strings.Contains(string(all), "\r\nthe app\r\n"); warned != c.warned || passed == c.warned {
				t.Errorf("got %s", all)
			}
		})
	}
}

// The page is harmless, and useless to whoever phishes: it has nothing of the endpoint's, and runs and loads nothing.
func TestWarning(t *testing.T) {
	h := startRelay(t, warning)
	h.connect(func(context.Context, http.ResponseWriter, *inspect.Delivery, io.Reader) { t.Error("the app was asked") })
	got := h.say("GET "+atOtter+`/login?x=<script>alert(1)</script> HTTP/1.1`, "Host: "+h.addr, firefox, forHTML, "Connection: close")
	wantStatus(t, got, http.StatusForbidden)
	page := string(got.Body)
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)
	if style == nil {
		t.Fatalf("the page is\n%s", page)
	}
	sum := sha256.Sum256([]byte(style[1]))
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
		"X-Frame-Options": "DENY",
		"Content-Security-Policy": "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	} {
		if got := got.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for _, never := range []string{"<script", "<form", "<input", "<a ", "href", "src=", "url(", "http://", otter, "alert"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q in it", never)
		}
	}
	for _, want := range []string{"no website", "password", "hook listen --allow-browsers", "abuse@relay.example &lt;script&gt;&#34;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page doesn't say %q", want)
		}
	}
}

// The endpoint's owner lets browsers through, and so does a relay that warns nobody. One that is away warns as well.
func TestWhoseBrowsersAreLetThrough(t *testing.T) {
	lets := func(yes bool) func(*tunnel.Client) { return func(c *tunnel.Client) { c.Settings.Browsers = &yes } }
	ask := func(h *house, name string) answer {
		return h.say("GET /e/"+name+" HTTP/1.1", "Host: "+h.addr, firefox, forHTML, "Sec-Fetch-Mode: navigate", "Connection: close")
	}
	h := startRelay(t, warning)
	c := h.connect(answering("the app"), lets(true))
	h.connect(answering("the app"), lets(false), named("other-otter"))
	wantStatus(t, ask(h, otter), http.StatusOK)
	wantStatus(t, ask(h, "other-otter"), http.StatusForbidden)
	wantFailure(t, ask(h, "nobody-knows"), http.StatusNotFound, "endpoint_unknown")
	if err := c.stop(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the relay to see that the client is away", func() bool { return len(h.server.Endpoints()) == 1 })
	wantFailure(t, ask(h, otter), http.StatusBadGateway, "tunnel_absent")
	h.connect(answering("the app"), lets(false))
	wantStatus(t, ask(h, otter), http.StatusForbidden)

	quiet := startRelay(t)
	quiet.connect(answering("the app"))
	wantStatus(t, ask(quiet, otter), http.StatusOK)
}
