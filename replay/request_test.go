package replay_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// added is the header that hook adds to newDelivery("POST", "").
var added = http.Header{
	"X-Forwarded-For": {"192.0.2.7"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"relay.example"},
	"Hook-Delivery": {"d_aaaabbbbcccc"}, "Hook-Attempt": {"1"}, "Content-Length": {"2"},
}

func TestHeaderOfTheRequest(t *testing.T) {
	with := func(base http.Header, pairs ...string) http.Header {
		h := base.Clone()
		for i := 0; i < len(pairs); i += 2 {
			h[pairs[i]] = append(h[pairs[i]], pairs[i+1])
		}
		return h
	}
	for name, c := range map[string]struct {
		change func(*replay.Forwarder, *inspect.Delivery)
		want   http.Header
	}{
		"live": {func(*replay.Forwarder, *inspect.Delivery) {}, added},
		"replay": {
			func(_ *replay.Forwarder, d *inspect.Delivery) { d.ReplayOf = "d_ddddeeeeffff" },
			with(added, "Hook-Replay", "1", "Hook-Replay-Of", "d_ddddeeeeffff"),
		},
		"the sender's own": {
			func(_ *replay.Forwarder, d *inspect.Delivery) {
				d.Header = http.Header{"User-Agent": {"Stripe/1.0"}, "X-Twice": {"b", "", "a"}, "Accept-Encoding": {"br"}}
			},
			with(added, "User-Agent", "Stripe/1.0", "X-Twice", "b", "X-Twice", "", "X-Twice", "a", "Accept-Encoding", "br"),
		},
		"nobody is known to have sent it": {
			func(_ *replay.Forwarder, d *inspect.Delivery) { d.Remote, d.URL = "", "" },
			http.Header{"Hook-Delivery": {"d_aaaabbbbcccc"}, "Hook-Attempt": {"1"}, "Content-Length": {"2"}},
		},
		"a URL with no path": {
			func(_ *replay.Forwarder, d *inspect.Delivery) { d.URL = "https://relay.example?a=/b" },
			added,
		},
		"bare": {
			func(f *replay.Forwarder, d *inspect.Delivery) {
				f.Bare, d.ReplayOf, d.Header = true, "d_ddddeeeeffff", http.Header{"X-A": {"1"}}
			},
			http.Header{"X-A": {"1"}, "Content-Length": {"2"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := answering(t, ok)
			f, d := a.forwarder(t), newDelivery("POST", "")
			c.change(f, d)
			given := d.Header.Clone()
			serve(t, f, d, "hi")
			if got := within(t, a.saw, "a request"); !reflect.DeepEqual(got.Header, c.want) || got.body != "hi" {
				t.Errorf("got %q with %q\nwant %q with %q", got.Header, got.body, c.want, "hi")
			}
			if !reflect.DeepEqual(d.Header, given) {
				t.Errorf("the delivery's own header became %q, was %q", d.Header, given)
			}
		})
	}
}

func TestHost(t *testing.T) {
	for name, c := range map[string]struct {
		option string
		bare   bool
		url    string
		want   string // empty: the target's
	}{
		"default":              {url: "https://relay.example/e/otter"},
		"target":               {option: "target", url: "https://relay.example/e/otter"},
		"public":               {option: "public", url: "https://relay.example/e/otter", want: "relay.example"},
		"public with a port":   {option: "public", url: "http://relay.example:4400/e/otter?a=b", want: "relay.example:4400"},
		"public but no URL":    {option: "public", want: "asked.example"},
		"a value":              {option: "app.test:8080", url: "https://relay.example/e/otter", want: "app.test:8080"},
		"bare: as it was sent": {bare: true, option: "target", url: "https://relay.example/e/otter", want: "asked.example"},
	} {
		t.Run(name, func(t *testing.T) {
			a := answering(t, ok)
			f, d := a.forwarder(t), newDelivery("POST", "")
			f.HostHeader, f.Bare, d.URL = c.option, c.bare, c.url
			if c.want == "" {
				c.want = a.target.Host
			}
			serve(t, f, d, "")
			if got := within(t, a.saw, "a request"); got.Host != c.want {
				t.Errorf("got %q, want %q", got.Host, c.want)
			}
		})
	}
}

func TestRequestLine(t *testing.T) {
	for _, c := range []struct{ targetPath, path, want string }{
		{"", "", "/"},
		{"", "/a%2Fb%20c+d;e=f", "/a%2Fb%20c+d;e=f"},
		{"", "//a//b", "//a//b"},
		{"", "//host.example/a?b", "//host.example/a?b"},
		{"", "///?", "///?"},
		{"", "/../a/./b", "/../a/./b"},
		{"", `/{a}|"b"<c>^`, `/{a}|"b"<c>^`},
		{"", "/caf\xc3\xa9", "/caf\xc3\xa9"},
		{"", "?", "/?"},
		{"", "/?a=%2F&a=+&&=;", "/?a=%2F&a=+&&=;"},
		{"/hooks", "", "/hooks"},
		{"/hooks", "?a=b", "/hooks?a=b"},
		{"/hooks", "/c", "/hooks/c"},
	} {
		t.Run(c.targetPath+" "+c.path, func(t *testing.T) {
			a := answering(t, ok)
			f, d := a.forwarder(t), newDelivery("PROPFIND", c.path)
			f.Target.Path = c.targetPath
			serve(t, f, d, "")
			got := within(t, a.saw, "a request")
			if got.RequestURI != c.want || got.Method != "PROPFIND" || got.Proto != "HTTP/1.1" {
				t.Errorf("got %s %s %s, want PROPFIND %s HTTP/1.1", got.Method, got.RequestURI, got.Proto, c.want)
			}
			if want := "http://" + a.target.Host + c.want; d.Last().Target != want {
				t.Errorf("the attempt's target is %q, want %q", d.Last().Target, want)
			}
		})
	}
}

func TestExactTargetIsAskedAsItIs(t *testing.T) {
	a := answering(t, ok)
	f := a.forwarder(t)
	f.Exact, f.Target.Path = true, "/hooks"
	serve(t, f, newDelivery("POST", "/else?a=b"), "")
	if got := within(t, a.saw, "a request"); got.RequestURI != "/hooks" {
		t.Errorf("got %q, want /hooks", got.RequestURI)
	}
}

func TestFramingOfTheBody(t *testing.T) {
	for _, c := range []struct {
		name, method string
		header       http.Header
		body         string
		length       int64
		want         string // Content-Length and Transfer-Encoding
	}{
		{"a length", "POST", nil, "hi", 2, "2 []"},
		{"a long one", "PUT", nil, strings.Repeat("x", 100_000), 100_000, "100000 []"},
		{"no length", "POST", nil, "hi", -1, "-1 [chunked]"},
		{"no length, and empty", "POST", nil, "", -1, "-1 [chunked]"},
		{"a GET with a body", "GET", nil, "hi", -1, "-1 [chunked]"},
		{"a GET without", "GET", nil, "", 0, "none []"},
		{"a DELETE without", "DELETE", nil, "", 0, "none []"},
		{"a DELETE with an empty one", "DELETE", http.Header{"Content-Length": {"0"}}, "", 0, "0 []"},
		{"a POST with an empty one", "POST", http.Header{"Content-Length": {"0"}}, "", 0, "0 []"},
		{"a custom method", "PURGE", nil, "", 0, "none []"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := answering(t, ok)
			f, d := a.forwarder(t), newDelivery(c.method, "")
			f.Bare, d.Header = true, c.header
			serveTo(t.Context(), httptest.NewRecorder(), f, d, strings.NewReader(c.body), c.length)
			got := within(t, a.saw, "a request")
			if framing(got) != c.want || got.body != c.body {
				t.Errorf("got %s with %d bytes, want %s with %d", framing(got), len(got.body), c.want, len(c.body))
			}
			if !d.Body.Complete || d.Body.Size != int64(len(c.body)) {
				t.Errorf("captured %d bytes, complete: %v", d.Body.Size, d.Body.Complete)
			}
		})
	}
}

func framing(r request) string {
	length := fmt.Sprint(r.ContentLength)
	if r.ContentLength == 0 && r.Header["Content-Length"] == nil {
		length = "none"
	}
	return fmt.Sprint(length, " ", r.TransferEncoding)
}
