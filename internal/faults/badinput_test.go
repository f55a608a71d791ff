package faults_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// A client whose version the relay doesn't know hears which of the two to upgrade.
func TestBadInputVersionOfAClient(t *testing.T) {
	watch(t)
	r := startRelay(t, relay.Config{})
	for upgrade, versions := range map[string][]int{"upgrade hook": {0}, "upgrade the relay": {98, 99}} {
		p := dialPeer(t, r.addr, "")
		h := hello(otter)
		h.Versions = versions
		if err := p.say(helloFrame(h)); err != nil {
			t.Fatal(err)
		}
		if got := p.wantGoAway(t, wire.CodeVersion); !strings.Contains(got, upgrade) {
			t.Errorf("versions %v: got %q, want %q", versions, got, upgrade)
		}
	}
	p := dialPeer(t, r.addr, "")
	if err := p.say(helloFrame(wire.Hello{
		Versions: []int{wire.Version, 99}, Instance: "from-the-future", Name: otter, Secret: "x", Window: wire.DefaultWindow, MaxStreams: 1,
	})); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.await(welcome); err != nil {
		t.Errorf("a client that speaks more versions than one: %v", err)
	}
}

// A name that can't be a DNS label is nobody's, at the claim and at the edge.
func TestBadInputNames(t *testing.T) {
	watch(t)
	r := startRelay(t, relay.Config{})
	for _, name := range []string{
		"hello_world", "hello world", "grüße", "a.b.c", "../../etc", "Otter", "otter-", "otter\r\nx", "otter\x00", "ab", strings.Repeat("a", 64), "%6f",
	} {
		p := dialPeer(t, r.addr, "")
		h := hello("")
		h.Instance, h.Name = "by-hand", name
		if err := p.say(helloFrame(h)); err != nil {
			t.Fatal(err)
		}
		if got := p.wantGoAway(t, wire.CodeNameInvalid); !strings.Contains(got, "a-z") {
			t.Errorf("%q: got %q", name, got)
		}
		escaped := strings.NewReplacer(" ", "%20", "\r", "%0d", "\n", "%0a", "\x00", "%00", "/", "%2f").Replace(name)
		got := post(t, r.addr, "/e/"+escaped, "hello")
		if got.Status != http.StatusNotFound && got.Status != http.StatusBadRequest {
			t.Errorf("%q at the edge: got %s", name, got)
		}
	}
}

// Values that would end a field's line, or the field.
var badValues = map[string]string{"CR": "a\rb", "LF": "a\nb", "CRLF": "a\r\nX-Injected: b", "NUL": "a\x00b"}

// The first of four doors: from the sender to the edge.
func TestBadInputHeaderFromTheSender(t *testing.T) {
	h := newHouse(t, plan{})
	for name, value := range badValues {
		if name == "CRLF" { // which simply is another field
			continue
		}
		if got := h.post("", "hello", "X-A: "+value); got.Err == nil && got.Status != http.StatusBadRequest {
			t.Errorf("%s: got %s, want 400", name, got)
		}
		if got := h.post("", "hello", "X-"+value+": x"); got.Err == nil && got.Status != http.StatusBadRequest {
			t.Errorf("%s in a name: got %s, want 400", name, got)
		}
	}
	if n := h.app.asked(); n != 0 {
		t.Errorf("the app was asked %d times", n)
	}
}

// The second: from a relay to the client.
func TestBadInputHeaderFromTheRelay(t *testing.T) {
	h := newHouse(t, plan{})
	for name, value := range badValues {
		for _, pair := range [][2]string{{"X-A", value}, {value, "x"}} {
			said := make(chan string, 64)
			client := newClient(startPeer(t, func(p peer, _ wire.Hello) {
				_ = p.say(welcomeFrame(1))
				_ = p.say(frame(request, end, 1, requestHead("POST", "", pair[:]...)))
				said <- p.wantGoAway(t, wire.CodeProtocol)
			}), otter)
			client.Handler = h.Handler
			client.start(t)
			within(t, said, name)
			client.wait(t, tunnel.Waiting)
			client.end(t)
			wantLogged(t, client.log, 0, "tunnel protocol")
		}
	}
	if n := h.app.asked(); n != 0 {
		t.Errorf("the app was asked %d times", n)
	}
}

// The third: from the app to the client.
func TestBadInputHeaderFromTheApp(t *testing.T) {
	h := newHouse(t, plan{})
	for name, value := range badValues {
		if name == "CRLF" {
			continue
		}
		for i, field := range []string{"X-A: " + value, "X-" + value + ": x"} {
			path := fmt.Sprintf("/bad-%s-%d", name, i)
			h.app.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
				sayRaw(w, "HTTP/1.1 200 OK\r\n"+field+"\r\nContent-Length: 3\r\n\r\nyes")
			})
			wantFailure(t, h.post(path, "hello"), http.StatusBadGateway, "app_closed")
			h.wantAttempts("closed")
		}
	}
}

// The fourth: from a client to the relay.
func TestBadInputHeaderFromTheClient(t *testing.T) {
	watch(t)
	r := startRelay(t, relay.Config{})
	for name, value := range badValues {
		for _, pair := range [][2]string{{"X-A", value}, {value, "x"}} {
			p := dialPeer(t, r.addr, "bad")
			got := aside(t, r.addr, "/e/bad", "hello")
			stream, _, err := p.await(request)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.say(frame(response, end, stream, responseHead(200, pair[:]...))); err != nil {
				t.Fatal(err)
			}
			p.wantGoAway(t, wire.CodeProtocol)
			answer := within(t, got, name)
			if wantFailure(t, answer, http.StatusBadGateway, "tunnel_lost"); answer.Header.Get("X-Injected") != "" {
				t.Errorf("%s: got %s", name, answer)
			}
		}
	}
}

// A hello that isn't one ends that connection alone, and soon.
func TestBadInputHello(t *testing.T) {
	watch(t)
	r := startRelay(t, relay.Config{})
	neighbours(t, r)
	good, _ := json.Marshal(hello(otter))
	for name, msg := range map[string][]byte{
		"empty": frame(hello1, 0, 0), "null": frame(hello1, 0, 0, []byte("null")), "a list": frame(hello1, 0, 0, []byte("[]")),
		"garbage": garbage(100), "another frame": frame(ping, 0, 0, make([]byte, 8)), "on a stream": frame(hello1, 0, 1, good),
		"two in a message": slices.Concat(frame(hello1, 0, 0, good), frame(hello1, 0, 0, good)),
		"no streams":       frame(hello1, 0, 0, []byte(`{"versions":[1],"instance":"abc","name":"otter","window":262144}`)),
		"no window":        frame(hello1, 0, 0, []byte(`{"versions":[1],"instance":"abc","name":"otter","max_streams":1}`)),
		"window of 2 GiB":  frame(hello1, 0, 0, []byte(`{"versions":[1],"instance":"abc","name":"otter","max_streams":1,"window":2147483648}`)),
		"instance of CR":   frame(hello1, 0, 0, []byte(`{"versions":[1],"instance":"a\rbc","name":"otter","max_streams":1,"window":262144}`)),
	} {
		p := dialPeer(t, r.addr, "")
		if err := p.say(msg); err != nil {
			t.Fatal(err)
		}
		for {
			got, err := p.Read(nil, nil)
			if err != nil {
				break
			}
			if kind, _, _, _ := frameOf(got); kind == welcome {
				t.Errorf("%s: it was welcomed", name)
			}
		}
	}
}
