package differential

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

func TestTheSame(t *testing.T) {
	h := newHouse(t, plan{})
	for _, e := range exchanges() {
		t.Run(e.name, func(t *testing.T) {
			for _, d := range h.compare(t, e) {
				t.Error(d)
			}
		})
	}
}

// exchanges are those that must be the same with hook and without it.
func exchanges() []exchange {
	var all []exchange
	for _, part := range [][]exchange{methods(), targets(), requestHeaders(), requestBodies(), statuses(), answers()} {
		all = append(all, part...)
	}
	return all
}

func methods() (all []exchange) {
	for _, method := range []string{"GET", "HEAD", "DELETE", "OPTIONS", "PROPFIND", "PURGE", "M-SEARCH", "patch"} {
		all = append(all, exchange{name: method, method: method})
	}
	for _, method := range []string{"GET", "DELETE", "OPTIONS", "POST", "PUT", "PATCH", "PROPFIND", "PURGE"} {
		e := exchange{method: method, header: []string{"Content-Length: 5"}, body: "hello"}
		e.name = method + " with a body"
		all = append(all, e)
		e.name = method + " with chunks"
		e.header, e.body = []string{"Transfer-Encoding: chunked"}, "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
		all = append(all, e)
		if method != "GET" {
			e.name, e.header, e.body = method+" with an empty body", []string{"Content-Length: 0"}, ""
			all = append(all, e)
		}
	}
	for i := range all {
		if all[i].method == "HEAD" {
			all[i].answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
		}
	}
	return all
}

func targets() (all []exchange) {
	for _, path := range []string{
		"", "/", "?", "?a=b", "/?", "/a/", "/a%2Fb%2fc", "/a%20b+c", "/a;b=c;d", "//", "//a//b", "/a//b/", "/../a/./b/..", "/%2e%2e/a",
		"/%E2%82%AC", "/%41", "/caf\xc3\xa9", "/\xe9", `/{a}|"b"<c>^\` + "`", "/*", "/a:b@c,d'e(f)!$~",
		"/a?b=c&b=d&&=&e", "/a?b=%2F%20+;c", "/a??b?",
		"/a?" + strings.Repeat("long", 5000),
	} {
		all = append(all, exchange{name: fmt.Sprintf("target %.40q", path), method: "GET", path: path})
	}
	return all
}

func requestHeaders() []exchange {
	named := func(name string, lines ...string) exchange {
		return exchange{name: name, header: append([]string{"Content-Length: 2"}, lines...), body: "hi"}
	}
	return []exchange{
		named("repeated", "X-Twice: b", "X-Other: 1", "X-Twice: a", "x-twice: b", "X-Twice:"),
		named("nothing of the sender's own"),
		named("its own", "User-Agent: Stripe/1.0 (+https://stripe.com)", "Accept: */*; q=0.5, a/b", "Accept-Encoding: gzip, br"),
		named("no encoding wanted", "Accept-Encoding:"),
		named("odd values", `X-Quote: "a\"b", 'c'`, "X-Tab: a\tb", "X-Latin: caf\xe9\x80\xff",
			"X-Utf8: \xe2\x82\xac", "X-Spaces:   a   b  ", "X-Comma: ,,a,"),
		named("odd names", "x_under_score: 1", "X.Dot: 1", "!#$%&'*+-.^_`|~: 1", "123: 4"),
		named("secrets", "Authorization: Basic OnNlY3JldA==", "Cookie: a=1; b=2", "Cookie: c=3", "Proxy-Authorization: x"),
		named("of browsers", "Origin: null", "Referer: https://a.example/?b", "Sec-Fetch-Site: cross-site"),
		named("of caches and ranges", "Range: bytes=0-1", "If-None-Match: \"a\"", "Via: 1.1 a", "Cache-Control: no-cache"),
		named("a long one", "X-Long: "+strings.Repeat("long ", 8000)+"."),
		named("many", manyFields(150)...),
	}
}

func manyFields(n int) (lines []string) {
	for i := range n {
		lines = append(lines, fmt.Sprintf("X-Field-%d: %d", i%100, i))
	}
	return lines
}

func requestBodies() []exchange {
	sized := func(name, body string, lines ...string) exchange {
		return exchange{name: name, header: append([]string{fmt.Sprintf("Content-Length: %d", len(body))}, lines...), body: body}
	}
	inPieces := func(e exchange) exchange {
		e.name, e.pieces = e.name+", in pieces", true
		return e
	}
	json := sized("JSON", " {\"b\" : 1.0,\n\t\"a\":\"\\u00e9\u00e9\" } \n", "Content-Type: application/json; charset=utf-8")
	chunks := exchange{
		name: "chunks with extensions", header: []string{"Transfer-Encoding: chunked"},
		body: "5;a=b\r\nhello\r\n1\r\n\x00\r\nA\r\n0123456789\r\n0\r\n\r\n",
	}
	return []exchange{
		json, inPieces(json), chunks, inPieces(chunks),
		sized("all bytes", allBytes()),
		sized("a form", "a=b+c&d=%2F&a=", "Content-Type: application/x-www-form-urlencoded"),
		sized("multipart", "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\r\n\r\n\x00\r\n--x--\r\nbehind",
			"Content-Type: multipart/form-data; boundary=x"),
		sized("gzip", "\x1f\x8b\x08\x00", "Content-Encoding: gzip"),
		sized("16 KiB", random(16<<10)),
		sized("16 KiB and a byte", random(16<<10+1)),
		sized("1 MiB", random(1<<20)),
		sized("expect", "hello", "Expect: 100-continue"),
		sized("expect much", random(100_000), "Expect: 100-continue"),
		{name: "trailers", header: []string{"Transfer-Encoding: chunked", "Trailer: X-Other, X-Sum"}, body: "2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-Other: a\r\nX-Sum: 2\r\n\r\n"},
		{name: "trailers that nobody announced", header: []string{"Transfer-Encoding: chunked"}, body: "2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n"},
		{name: "trailers behind much", header: []string{"Transfer-Encoding: chunked", "Trailer: X-Sum"}, body: strings.TrimSuffix(inChunks(random(1<<20)), "\r\n") + "X-Sum: 1\r\n\r\n"},
		{name: "chunks of nothing", header: []string{"Transfer-Encoding: chunked"}, body: "0\r\n\r\n"},
		{name: "chunks of much", header: []string{"Transfer-Encoding: chunked"}, body: inChunks(random(1 << 20))},
	}
}

func statuses() (all []exchange) {
	for _, status := range []int{
		200, 201, 202, 204, 206, 301, 302, 304, 307, 308, 400, 401, 403, 404, 410, 413, 418, 422, 429, 500, 502, 503, 504,
	} {
		head := fmt.Sprintf("HTTP/1.1 %d %s\r\nLocation: /elsewhere\r\nRetry-After: 5\r\n", status, http.StatusText(status))
		e := exchange{name: fmt.Sprintf("status %d", status), method: "GET", answer: head + "Content-Length: 2\r\n\r\nno"}
		if !hasBody("GET", head) {
			e.answer = head + "\r\n"
		}
		all = append(all, e)
	}
	return all
}

func answers() []exchange {
	sized := func(name, body string, lines ...string) exchange {
		lines = append([]string{"HTTP/1.1 200 OK", fmt.Sprintf("Content-Length: %d", len(body))}, lines...)
		return exchange{name: "answer: " + name, method: "GET", answer: strings.Join(lines, "\r\n") + "\r\n\r\n" + body}
	}
	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
	return []exchange{
		sized("empty", ""),
		sized("repeated fields", "", "Set-Cookie: b=1; Path=/", "X-Twice: 2", "set-cookie: a=2", "X-Twice:", "X-Twice: 1"),
		sized("its own", "", "Date: Thu, 01 Jan 1970 00:00:00 GMT", "Server: x", "Content-Type: text/x-odd"),
		sized("no type", "<html>sniff me"),
		sized("an empty type", "<html>sniff me", "Content-Type:"),
		sized("odd values", "", `X-Quote: "a\"b", 'c'`, "X-Tab: a\tb", "X-Latin: caf\xe9\x80\xff", "X-Utf8: \xe2\x82\xac"),
		sized("odd names", "", "x_under_score: 1", "X.Dot: 1", "!#$%&'*+-.^_`|~: 1"),
		sized("all bytes", allBytes(), "Content-Type: application/octet-stream"),
		sized("gzip", "\x1f\x8b\x08\x00", "Content-Encoding: gzip", "Vary: Accept-Encoding"),
		sized("TwiML", "<?xml version=\"1.0\"?>\r\n<Response/>", "Content-Type: text/xml"),
		sized("16 KiB", random(16<<10)),
		sized("16 KiB and a byte", random(16<<10+1)),
		sized("33 KiB", random(33<<10)),
		sized("1 MiB", random(1<<20)),
		{name: "answer: chunks", method: "GET", answer: chunked + "\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\n\r\n"},
		{name: "answer: trailers", method: "GET", answer: chunked + "Trailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\nX-Other: a\r\n\r\n"},
		{name: "answer: trailers that nobody announced", method: "GET", answer: chunked + "\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n"},
		{name: "answer: early hints", method: "GET", answer: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + yes},
		{name: "answer: chunks of nothing", method: "GET", answer: chunked + "\r\n0\r\n\r\n"},
		{name: "answer: chunks of much", method: "GET", answer: chunked + "Content-Type: text/event-stream\r\n\r\n" + inChunks(random(1<<20))},
		{name: "answer: HEAD of much", method: "HEAD", answer: "HTTP/1.1 200 OK\r\nContent-Length: 999999\r\nContent-Type: a/b\r\n\r\n"},
		{name: "answer: HEAD of something", method: "HEAD", answer: "HTTP/1.1 404 Not Found\r\nX-A: b\r\n\r\n"},
	}
}

func TestTheSameFor30MiB(t *testing.T) {
	h := newHouse(t, plan{})
	much := strings.Repeat(random(1<<20-1), 31)
	for _, d := range h.compare(t, exchange{
		header: []string{fmt.Sprintf("Content-Length: %d", len(much))}, body: much,
		answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + inChunks(much),
	}) {
		t.Error(d)
	}
}

func allBytes() string {
	var b [256]byte
	for i := range b {
		b[i] = byte(i)
	}
	return string(b[:])
}

// random gives the same bytes each time.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return string(b)
}

// inChunks frames s in chunks of several sizes.
func inChunks(s string) string {
	var b strings.Builder
	for size := 1; len(s) > 0; size = size*3 + 1 {
		size = min(size, 100_000, len(s))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", size, s[:size])
		s = s[size:]
	}
	b.WriteString("0\r\n\r\n")
	return b.String()
}
