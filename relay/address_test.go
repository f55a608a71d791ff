package relay_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
)

func TestAddressing(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) { c.Domain = "*.Hooks.example" })
	h.connect(func(_ context.Context, w http.ResponseWriter, d *inspect.Delivery, _ io.Reader) {
		_, _ = io.WriteString(w, d.URL+" "+d.Path)
	})
	_, port, _ := strings.Cut(h.addr, ":")
	byPath, byHost := h.url+"/e/"+otter, "http://"+otter+".hooks.example:"+port
	for _, c := range []struct {
		host, target string
		base, path   string
	}{
		{h.addr, "/e/" + otter, byPath, ""},
		{h.addr, "/e/" + otter + "/", byPath, "/"},
		{h.addr, "/e/" + otter + "/stripe?x=1&y", byPath, "/stripe?x=1&y"},
		{h.addr, "/e/" + otter + "?x=1", byPath, "?x=1"},
		{h.addr, "/e/" + otter + "?", byPath, "?"},
		{h.addr, "/e/" + otter + "/a%2Fb%20c?q=%3F", byPath, "/a%2Fb%20c?q=%3F"},
		{h.addr, "/e/" + otter + "//a/../b/./c//", byPath, "//a/../b/./c//"},
		{h.addr, h.url + "/e/" + otter + "/absolute?x", byPath, "/absolute?x"},
		{"stranger.example", "/e/" + otter + "/x", byPath, "/x"},
		{otter + ".hooks.example", "/", byHost, "/"},
		{otter + ".hooks.example:8080", "/stripe?x", byHost, "/stripe?x"},
		{"Quiet-Otter.HOOKS.example", "/e/other/x", byHost, "/e/other/x"},
		{otter + ".hooks.example", "/_hook/tunnel", byHost, "/_hook/tunnel"},
		{"stranger.example", "http://" + otter + ".hooks.example", byHost, ""},
		{"stranger.example", "http://" + otter + ".hooks.example?x", byHost, "?x"},
		{"stranger.example", "http://" + otter + ".hooks.example/a%2Fb", byHost, "/a%2Fb"},
	} {
		got := h.say("POST "+c.target+" HTTP/1.1", "Host: "+c.host, "Content-Length: 0")
		if want := c.base + c.path + " " + c.path; string(got.Body) != want || got.Err != nil {
			t.Errorf("%s at %s:\n got %s\nwant %q", c.target, c.host, got, want)
		}
	}
}

func TestEndpointWithoutATunnel(t *testing.T) {
	names := relay.NewMemory()
	if _, err := names.Claim(t.Context(), relay.Claim{Name: "away-today", By: "somebody"}); err != nil {
		t.Fatal(err)
	}
	h := startRelay(t, func(c *relay.Config) { c.Names = names; c.Domain = "hooks.example" })
	for _, c := range []struct {
		host, target string
		status       int
		code         string
	}{
		{h.addr, "/e/nobody-knows", 404, "endpoint_unknown"},
		{h.addr, "/e/nobody-knows/x?y", 404, "endpoint_unknown"},
		{h.addr, "/e/", 404, "endpoint_unknown"},
		{h.addr, "/e", 404, "endpoint_unknown"},
		{h.addr, "/elsewhere", 404, "endpoint_unknown"},
		{"nobody-knows.hooks.example", "/", 404, "endpoint_unknown"},
		{"-.hooks.example", "/x", 404, "endpoint_unknown"},
		{h.addr, "/e/away-today/x", 502, "tunnel_absent"},
		{"away-today.hooks.example", "/x", 502, "tunnel_absent"},
	} {
		t.Run(c.host+c.target, func(t *testing.T) {
			wantFailure(t, h.say("POST "+c.target+" HTTP/1.1", "Host: "+c.host, "Content-Length: 0"), c.status, c.code)
		})
	}
}

func TestFrontPageSaysThatTheRelayIsUp(t *testing.T) {
	h := startRelay(t)
	for _, path := range []string{"/", "/healthz"} {
		if got := h.say("GET "+path+" HTTP/1.1", "Host: "+h.addr); got.Status != http.StatusOK {
			t.Errorf("%s: got %s", path, got)
		}
	}
}

func TestPublicURL(t *testing.T) {
	for url, ok := range map[string]bool{
		"https://relay.example": true, "https://relay.example/": true, "http://127.0.0.1:4400": true,
		"": false, "relay.example": false, "ftp://relay.example": false, "https://": false, "https://relay.example/x": false,
		"https://relay.example?x": false, "https://me@relay.example": false, "https://relay.example#x": false, "http://%": false,
	} {
		if _, err := relay.New(relay.Config{PublicURL: url}); (err == nil) != ok {
			t.Errorf("%q: got %v, want ok %v", url, err, ok)
		}
	}
	s, err := relay.New(relay.Config{PublicURL: "https://relay.example:8443/", Domain: "*.hooks.example"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.EndpointURL(otter), "https://quiet-otter.hooks.example:8443"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestValidName(t *testing.T) {
	for name, want := range map[string]bool{
		"abc": true, "a-b": true, "0-9": true, "quiet-otter-k7q2": true, strings.Repeat("a", 63): true,
		"": false, "ab": false, strings.Repeat("a", 64): false, "-abc": false, "abc-": false, "Abc": false, "a_b": false,
		"a.b": false, "a/b": false, "münchen": false, "a b": false, "abc\n": false,
	} {
		if got := relay.ValidName(name); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}
