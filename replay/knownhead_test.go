package replay_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/replay"
)

// A head that comes again says the same, whatever its request and its body are. What a Client said may be changed meanwhile.
func TestHeadThatComesAgain(t *testing.T) {
	t.Run("line", func(t *testing.T) {
		headsThatComeAgain(t, func(a *app, r *http.Request) func() (*http.Response, error) {
			l := newLine(t, a)
			return func() (*http.Response, error) { return l.RoundTrip(r, nil) }
		}, func(http.Header) {})
	})
	t.Run("client", func(t *testing.T) {
		headsThatComeAgain(t, func(a *app, r *http.Request) func() (*http.Response, error) {
			c := replay.NewClient(replay.ClientOptions{})
			t.Cleanup(c.CloseIdleConnections)
			r.URL = &url.URL{Scheme: "http", Host: a.target.Host}
			return func() (*http.Response, error) { return c.RoundTrip(r) }
		}, func(h http.Header) {
			h["X-A"] = []string{"other"}
			delete(h, "Content-Length")
		})
	})
}

func headsThatComeAgain(t *testing.T, asking func(a *app, r *http.Request) func() (*http.Response, error), change func(http.Header)) {
	const first, second = "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 201 OK\r\nX-A: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
	answers := []struct{ method, head, body, want string }{
		{"POST", first, "ab", "200 map[Content-Length:[2] X-A:[1]] ab"},
		{"POST", first, "cd", "200 map[Content-Length:[2] X-A:[1]] cd"},
		{"HEAD", first, "", "200 map[Content-Length:[2] X-A:[1]] "},
		{"POST", first, "ef", "200 map[Content-Length:[2] X-A:[1]] ef"},
		{"POST", second, "1\r\na\r\n0\r\n\r\n", "201 map[X-A:[2]] a"},
		{"POST", second, "2\r\nbc\r\n0\r\n\r\n", "201 map[X-A:[2]] bc"},
		{"POST", second, "1\r\nd\r\n0\r\nX-B: 3\r\n\r\n", "201 map[X-A:[2]] d"},
		{"POST", second[:20] + strings.ToLower(second[20:]), "1\r\ne\r\n0\r\n\r\n", "201 map[X-A:[2]] e"},
		{"POST", first, "gh", "200 map[Content-Length:[2] X-A:[1]] gh"},
	}
	a := startApp(t, func(c *talk) {
		for i := 0; i < len(answers) && c.read(); i++ {
			c.say(answers[i].head + answers[i].body)
		}
	})
	r := &http.Request{RequestURI: "/", Host: "a"}
	ask := asking(a, r)
	for i, c := range answers {
		r.Method = c.method
		response, err := ask()
		if err != nil {
			t.Fatal(i, err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if got := fmt.Sprint(response.StatusCode, " ", response.Header, " ", string(body)); got != c.want || err != nil {
			t.Errorf("%d: got %s, %v, want %s", i, got, err, c.want)
		}
		change(response.Header)
	}
}
