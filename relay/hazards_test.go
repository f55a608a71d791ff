package relay_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
)

// The relay's own pages and API are at its own host, never at an endpoint's: there, every path is the app's.
func TestAPIIsNotOnTheEndpointsHosts(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) {
		c.Domain = "hooks.example"
		c.API = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the API") })
	})
	h.connect(answering("the app"))
	const host = otter + ".hooks.example"
	for _, path := range []string{"/_hook/v1/status", "/_hook/v1/names", "/_hook/tunnel", "/_hook/", "/healthz", "/readyz", "/metrics", "/", "/e/" + otter} {
		for _, c := range []struct{ host, target string }{
			{host, path}, {strings.ToUpper(host) + ":443", path}, {h.addr, atOtter + path}, {h.addr, "http://" + host + path}, {host, "http://" + host + path},
		} {
			got := h.say("GET "+c.target+" HTTP/1.1", "Host: "+c.host, "Connection: close")
			if string(got.Body) != "the app" {
				t.Errorf("%s at %s: got %s", c.target, c.host, got)
			}
		}
	}
	for _, host := range []string{h.addr, "hooks.example", "relay.example"} {
		if got := h.say("GET /_hook/v1/status HTTP/1.1", "Host: "+host, "Connection: close"); string(got.Body) != "the API" {
			t.Errorf("at %s: got %s", host, got)
		}
	}
}

// The relay unpacks nothing, in either direction: what is packed is as long for it as it says.
func TestNothingIsUnpacked(t *testing.T) {
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	if _, err := w.Write(make([]byte, 2<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	h := startRelay(t, func(c *relay.Config) { c.MaxBody = int64(bomb.Len()) })
	h.connect(echo)
	req, err := http.NewRequest(http.MethodPost, h.endpoint(), bytes.NewReader(bomb.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Encoding", "gzip")
	req.Header.Set("Accept-Encoding", "gzip")
	if got := h.do(req); got.Status != http.StatusOK || !bytes.Equal(got.Body, bomb.Bytes()) {
		t.Errorf("got %d bytes of %d, %d, %v", len(got.Body), bomb.Len(), got.Status, got.Err)
	}
}

// What strangers must not say in the header they can't say behind the body either.
func TestInternalFieldsInTrailers(t *testing.T) {
	h := startRelay(t)
	saw := make(chan http.Header, 1)
	h.connect(func(_ context.Context, _ http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		_, _ = io.Copy(io.Discard, body)
		saw <- body.(interface{ Trailer() http.Header }).Trailer()
	})
	got := h.say("POST "+atOtter+" HTTP/1.1", "Host: "+h.addr, "Transfer-Encoding: chunked", "Trailer: Hook-Delivery, X-Forwarded-For, X_Real_Ip, X-Sum", "Connection: close", "",
		"0", "Hook-Delivery: d_x", "X-Forwarded-For: 192.0.2.1", "X_Real_Ip: 192.0.2.1", "X-Sum: 1")
	wantStatus(t, got, http.StatusOK)
	if trailer := within(t, saw, "the trailers"); len(trailer) != 1 || trailer.Get("X-Sum") != "1" {
		t.Errorf("the app got the trailers %q", trailer)
	}
}
