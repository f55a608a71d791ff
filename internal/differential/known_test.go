package differential

import (
	"slices"
	"strings"
	"testing"
)

// A known difference is one that we live with. When one goes away, its line here goes too.
type known struct {
	exchange
	why  string
	want []string
}

const (
	byRule = "these fields speak of one connection alone (RFC 9110 section 7.6.1)"
	byUs   = "only the relay says where a request came from, and a stranger must not"
	server = "net/http's server, which speaks to the sender, does it so"
)

func TestKnownDifferences(t *testing.T) {
	h := newHouse(t, plan{})
	for _, k := range slices.Concat(knownOfRequests(), knownOfAnswers()) {
		t.Run(k.name, func(t *testing.T) {
			if got := h.compare(t, k.exchange); !slices.Equal(got, k.want) {
				t.Errorf("%s: got\n\t%s\nwant\n\t%s", k.why, strings.Join(got, "\n\t"), strings.Join(k.want, "\n\t"))
			}
		})
	}
}

func knownOfRequests() []known {
	get := func(name string, lines ...string) exchange { return exchange{name: name, method: "GET", header: lines} }
	return []known{
		{
			get("hop by hop",
				"Connection: keep-alive, X-Hub-Signature", "Keep-Alive: 5", "Te: trailers", "Upgrade: h2c", "X-Hub-Signature: sha1=00"),
			byRule + "; a field that Connection names stays, as it may be a signature",
			[]string{
				`request: Connection ["keep-alive, X-Hub-Signature"] became []`, `request: Keep-Alive ["5"] became []`,
				`request: Te ["trailers"] became []`, `request: Upgrade ["h2c"] became []`,
			},
		},
		{
			get("a stranger's claims", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Port: 1",
				"Forwarded: for=192.0.2.1", "X-Real-Ip: 192.0.2.1", "Hook-Replay: 1"),
			byUs,
			[]string{
				`request: Forwarded ["for=192.0.2.1"] became []`, `request: Hook-Replay ["1"] became []`,
				`request: X-Forwarded-For ["192.0.2.1"] became []`, `request: X-Forwarded-Port ["1"] became []`,
				`request: X-Real-Ip ["192.0.2.1"] became []`,
			},
		},
		{get("a folded value", "X-Fold: a", "  b"), server, []string{`request: X-Fold ["a\n  b"] became ["a b"]`}},
		{
			exchange{
				name: "trailers announced in another order", header: []string{"Transfer-Encoding: chunked", "Trailer: X-Sum,x-a"},
				body: "2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n",
			},
			server, []string{`request: Trailer ["X-Sum,x-a"] became ["X-A, X-Sum"]`},
		},
		{
			exchange{name: "HTTP/1.0", method: "GET", proto: "HTTP/1.0"},
			"hook speaks HTTP/1.1 to the app, whatever the sender speaks",
			[]string{
				`request: "GET / HTTP/1.0" became "GET / HTTP/1.1"`,
				`answer: "HTTP/1.1 200 OK" became "HTTP/1.0 200 OK"`,
			},
		},
	}
}

func knownOfAnswers() []known {
	answer := func(name, status string, lines ...string) exchange {
		lines = append(append([]string{"HTTP/1.1 " + status}, lines...), "", "")
		return exchange{name: name, method: "GET", answer: strings.Join(lines, "\r\n")}
	}
	early := answer("early", "413 Request Entity Too Large", "Content-Length: 0")
	unasked := early
	unasked.name, unasked.header = "without 100 Continue", []string{"Content-Length: 5", "Expect: 100-continue"}
	unasked.method, unasked.body, unasked.early = "POST", "hello", true
	early.method, early.header, early.body, early.early = "POST", []string{"Transfer-Encoding: chunked"}, "5\r\nhello\r\n", true
	return []known{
		{
			answer("hop by hop", "200 OK", "Connection: keep-alive, X-A", "Keep-Alive: timeout=5", "X-A: 1", "Content-Length: 0"),
			byRule,
			[]string{`answer: Connection ["keep-alive, X-A"] became []`, `answer: Keep-Alive ["timeout=5"] became []`},
		},
		{
			answer("words of its own", "200 Fine", "Content-Length: 0"), server,
			[]string{`answer: "HTTP/1.1 200 Fine" became "HTTP/1.1 200 OK"`},
		},
		{
			answer("a status of its own", "299 Odd", "Content-Length: 0"), server,
			[]string{`answer: "HTTP/1.1 299 Odd" became "HTTP/1.1 299 status code 299"`},
		},
		{answer("204 with a length", "204 No Content", "Content-Length: 0"), server, []string{`answer: Content-Length ["0"] became []`}},
		{
			answer("304 with a length", "304 Not Modified", "Content-Length: 5", "Content-Type: a/b"), server,
			[]string{`answer: Content-Length ["5"] became []`, `answer: Content-Type ["a/b"] became []`},
		},
		{
			answer("until the connection ends", "200 OK", "X-A: b"),
			"a sender's connection lives on, and a broken answer must not look whole",
			[]string{`answer: Transfer-Encoding [] became ["chunked"]`},
		},
		{
			early, "the sender's connection can't go on, as nobody reads the rest of the request",
			[]string{`answer: Connection [] became ["close"]`},
		},
		{
			unasked, "the sender may send the body all the same, so its connection can't go on",
			[]string{`answer: Connection [] became ["close"]`},
		},
	}
}
