package replay_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/replay"
)

// A head that an app could read as more than one never leaves.
func TestHeadThatIsRefused(t *testing.T) {
	const smuggled = " HTTP/1.1\r\nHost: a\r\n\r\nDELETE /admin"
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   string
	}{
		"no method":              {func(r *http.Request) { r.Method = "" }, "its method"},
		"more than a method":     {func(r *http.Request) { r.Method = "GET /" + smuggled }, "its method"},
		"no target":              {func(r *http.Request) { r.RequestURI = "" }, "begin with /"},
		"a whole URL":            {func(r *http.Request) { r.RequestURI = "http://a.example/" }, "begin with /"},
		"more than a target":     {func(r *http.Request) { r.RequestURI = "/x" + smuggled }, "its target has"},
		"a space in the target":  {func(r *http.Request) { r.RequestURI = "/a b" }, "its target has"},
		"a DEL in the target":    {func(r *http.Request) { r.RequestURI = "/\x7f" }, "its target has"},
		"more than a host":       {func(r *http.Request) { r.Host = "a\r\nX-A: b" }, "its Host"},
		"no name":                {func(r *http.Request) { r.Header[""] = []string{"a"} }, "name of a field"},
		"a space in a name":      {func(r *http.Request) { r.Header["X A"] = []string{"a"} }, "name of a field"},
		"a colon in a name":      {func(r *http.Request) { r.Header["X-A: b\r\nX-B"] = nil }, "name of a field"},
		"a CR in a value":        {func(r *http.Request) { r.Header["X-A"] = []string{"a", "b\rX-B: c"} }, "the value of X-A"},
		"a line feed in a value": {func(r *http.Request) { r.Header["X-A"] = []string{"a\nX-B: c"} }, "the value of X-A"},
		"a NUL in a value":       {func(r *http.Request) { r.Header["X-A"] = []string{"a\x00"} }, "the value of X-A"},
	} {
		t.Run(name, func(t *testing.T) {
			client := replay.NewClient(replay.ClientOptions{})
			r := &http.Request{
				Method: http.MethodPost, URL: &url.URL{Scheme: "http", Host: "[fe80::1]:1"}, RequestURI: "/", Host: "a", Header: http.Header{},
			}
			c.change(r)
			answer, err := client.RoundTrip(r) //nolint:bodyclose // there must be none
			if err == nil || !strings.Contains(err.Error(), c.want) || answer != nil {
				t.Errorf("got %v, %v, want an error with %q", answer, err, c.want)
			}
		})
	}
}

// The names of one request's fields are looked at again for the next one only if they are others, and that is no matter.
func TestHeadsOneAfterAnother(t *testing.T) {
	a := answering(t, ok)
	client := replay.NewClient(replay.ClientOptions{})
	t.Cleanup(client.CloseIdleConnections)
	for i, c := range []struct {
		header http.Header
		bad    bool
	}{
		{http.Header{"B": {"1"}, "A": {"2"}}, false},
		{http.Header{"B": {"3", "", "4"}, "A": {"5"}}, false},
		{http.Header{"B": {"3\r\nC: 1"}, "A": {"5"}}, true},
		{http.Header{"B": {"6"}, "C": {"7"}}, false},
		{http.Header{"B ": {"6"}, "C": {"7"}, "D": {"8"}, "E": {"9"}}, true},
		{http.Header{"C": {"7"}, "D": {"8"}, "E": {"9"}}, false},
		{http.Header{"C": {"7"}, "D": {}}, false},
		{http.Header{}, false},
		{http.Header{"A": {"\n"}}, true},
		{http.Header{"A": {"10"}}, false},
	} {
		r := &http.Request{
			Method: http.MethodGet, URL: &url.URL{Scheme: "http", Host: a.target.Host}, RequestURI: "/", Host: "a", Header: c.header,
		}
		response, err := client.RoundTrip(r)
		if c.bad != (err != nil) {
			t.Fatalf("%d: %v", i, err)
		}
		if c.bad {
			continue
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		for name, values := range c.header {
			if len(values) == 0 {
				delete(c.header, name)
			}
		}
		if got := within(t, a.saw, "a request"); !reflect.DeepEqual(got.Header, c.header) {
			t.Errorf("%d: the app got %q, want %q", i, got.Header, c.header)
		}
	}
}

func TestDeliveryThatCannotBeSent(t *testing.T) {
	a := answering(t, ok)
	d := newDelivery("POST", "/x HTTP/1.1\r\nHost: a\r\n\r\nDELETE /admin")
	w, _ := serve(t, a.forwarder(t), d, "hi")
	wantFailure(t, w, http.StatusBadGateway, "app_closed")
	wantAttempts(t, d, "1 closed 0\n")
	want := "the request can't be sent to the app: its target has a space or a control character in it"
	if d.Last().Err != want {
		t.Errorf("got %q, want %q", d.Last().Err, want)
	}
	if len(a.saw) != 0 {
		t.Error("the app was asked all the same")
	}
}

// The body's framing is told by what the body is, however a field that claims another is written.
func TestOneFramingOnly(t *testing.T) {
	a := answering(t, ok)
	f, d := a.forwarder(t), newDelivery("POST", "")
	f.Bare = true
	d.Header = http.Header{"content-length": {"1"}, "transfer-ENCODING": {"chunked"}, "HOST": {"other.example"}, "X-A": {"b"}}
	serve(t, f, d, "hi")
	got := within(t, a.saw, "a request")
	if framing(got) != "2 []" || got.body != "hi" || got.Host != "asked.example" || len(got.Header) != 2 {
		t.Errorf("got %s with %q for %s, %q", framing(got), got.body, got.Host, got.Header)
	}
}

// What is behind the announced end of a body would be the next request.
func TestBodyThatIsTooLong(t *testing.T) {
	for _, length := range []int{2, 20_000} {
		a := answering(t, ok)
		f, d := a.forwarder(t), newDelivery("POST", "/first")
		body := strings.Repeat("x", length)
		behind := "DELETE /admin HTTP/1.1\r\nHost: b\r\n\r\n"
		serveTo(t.Context(), httptest.NewRecorder(), f, d, strings.NewReader(body+behind), int64(length))
		serve(t, f, newDelivery("POST", "/second"), "")
		for _, want := range []string{"/first", "/second"} {
			if got := within(t, a.saw, want); got.RequestURI != want || want == "/first" && got.body != body {
				t.Errorf("got %s %s with %d bytes, want %s", got.Method, got.RequestURI, len(got.body), want)
			}
		}
		if !d.Body.Complete || d.Body.Size != int64(length) {
			t.Errorf("captured %d bytes, complete: %v", d.Body.Size, d.Body.Complete)
		}
	}
}
