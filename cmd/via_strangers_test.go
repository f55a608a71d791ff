package cmd

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/relay"
)

// Whoever knows the public URL can have an exposer print what they like. None of it becomes the public URL.
func TestStrangersDoNotMoveTheURL(t *testing.T) {
	const connected = `INF Registered tunnel connection connIndex=0 connection=c event=0 ip=198.51.100.7 location=ams07 protocol=quic`
	for name, test := range map[string]struct {
		via    string
		output string
		urls   []string // one after the other
	}{
		"cloudflared": {via: "cloudflared", urls: []string{"https://mine.trycloudflare.com"}, output: `
2026-11-21T10:00:00Z INF |  https://mine.trycloudflare.com  |
2026-11-21T10:00:00Z ` + connected + `
2026-11-21T10:05:00Z ERR Request failed error="Incoming request ended abruptly" dest=https://mine.trycloudflare.com/https://evil.trycloudflare.com type=http
2026-11-21T10:06:00Z INF GET https://mine.trycloudflare.com/? https://evil.trycloudflare.com
2026-11-21T10:09:00Z ` + connected},
		"cloudflared, an error before it is connected": {via: "cloudflared", urls: []string{"https://mine.trycloudflare.com"}, output: `
2026-11-21T10:00:00Z ERR what https://evil.trycloudflare.com
2026-11-21T10:00:00Z INF |  https://mine.trycloudflare.com  |
2026-11-21T10:00:00Z INF |  https://evil.trycloudflare.com  |
2026-11-21T10:00:00Z ` + connected},
		"cloudflared, a URL only when it is connected": {via: "cloudflared", output: `
2026-11-21T10:00:00Z ` + connected + `
2026-11-21T10:00:00Z INF |  https://evil.trycloudflare.com  |
2026-11-21T10:09:00Z ` + connected},
		"ngrok": {via: "ngrok", urls: []string{"https://mine.ngrok.app"}, output: `
{"lvl":"info","msg":"join connections","url":"https://evil.ngrok.app"}
{"lvl":"info","msg":"started tunnel","url":"https://mine.ngrok.app"}
{"lvl":"info","msg":"started tunnel","url":"https://evil.ngrok.app"}`},
		"tailscale": {via: "tailscale", urls: []string{"https://box.tail0000.ts.net"}, output: `
https://evil.tail0000.ts.net/
Available on the internet:

https://box.tail0000.ts.net/
|-- proxy http://127.0.0.1:4400
https://evil.tail0000.ts.net/`},
		"a command": {via: "lt --print-requests", urls: []string{"http://mine.loca.lt"}, output: `
your url is: http://mine.loca.lt
Sat Nov 21 2026 POST /x?https://evil.example`},
		"ssh": {via: "ssh:127.0.0.1", urls: []string{"http://127.0.0.1:1", "https://mine.example"}, output: `
Allocated port 1 for remote forward to 127.0.0.1:4400
Forwarding HTTP traffic from https://mine.example
POST / referer https://evil.example
Allocated port 2 for remote forward to 127.0.0.1:4400`},
		"ssh, a port that was asked for": {via: "ssh:127.0.0.1/1", urls: []string{"http://127.0.0.1:1"}, output: `
debug1: remote forward success for: listen *:1, connect 127.0.0.1:4400
http://evil.example
Allocated port 2 for remote forward to 127.0.0.1:4400`},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := parseVia(test.via)
			if err != nil {
				t.Fatal(err)
			}
			server, err := relay.New(relay.Config{PublicURL: "http://127.0.0.1:4400"})
			if err != nil {
				t.Fatal(err)
			}
			x := &exposure{exposer: e, log: discardLog(), relay: &embedded{server: server}}
			l := &listening{exposure: x, understand: e.reader(t.Context(), "http://127.0.0.1:4400")}
			var got []string
			for line := range strings.Lines(test.output) {
				l.hear(line)
				if state, _ := x.state.Get(); state.url != "" && (len(got) == 0 || got[len(got)-1] != state.url) {
					got = append(got, state.url)
				}
			}
			if !slices.Equal(got, test.urls) {
				t.Errorf("the public URL was %q, want %q", got, test.urls)
			}
		})
	}
}

// Only exposers that say whom they have a request from are believed.
func TestProxies(t *testing.T) {
	for via, want := range map[string]bool{"cloudflared": true, "ngrok": true, "tailscale": true, "ssh:box.example": false, "lt --port {port}": false} {
		e, err := parseVia(via)
		if err != nil {
			t.Fatal(err)
		}
		if e.proxies != want {
			t.Errorf("%s: proxies is %v, want %v", via, e.proxies, want)
		}
	}
}
