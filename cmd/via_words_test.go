package cmd

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSplitWords(t *testing.T) {
	for given, want := range map[string][]string{
		"":                               nil,
		"  lt  --port {port} ":           {"lt", "--port", "{port}"},
		`a 'b c' "d e"f \g`:              {"a", "b c", "d ef", `\g`},
		`a\ b \\ \' \" "\"" '\' "" ''`:   {"a b", `\`, "'", `"`, `"`, `\`, "", ""},
		`C:\bin\expose.exe "C:\a b\c"`:   {`C:\bin\expose.exe`, `C:\a b\c`},
		"a; rm -rf $HOME | b > c && `d`": {"a;", "rm", "-rf", "$HOME", "|", "b", ">", "c", "&&", "`d`"},
		"tab\tline\nend":                 {"tab", "line", "end"},
	} {
		if got, err := splitWords(given); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q is %q, %v; want %q", given, got, err, want)
		}
	}
	for _, given := range []string{`'`, `"a`, `a 'b" c`} {
		if got, err := splitWords(given); err == nil {
			t.Errorf("%q is %q", given, got)
		}
	}
}

// Only what is asked for by name is run by name, and what stands for the relay is filled in after the splitting.
func TestParseVia(t *testing.T) {
	for given, want := range map[string]string{
		"cloudflared":                 "cloudflared tunnel --config " + os.DevNull + " --no-autoupdate --url http://127.0.0.1:4400",
		"ngrok":                       "ngrok http 127.0.0.1:4400 --log stdout --log-format json",
		"tailscale":                   "tailscale funnel 4400",
		"cloudflared tunnel run mine": "cloudflared tunnel run mine",
		"lt --port {port} -l {url}/x": "lt --port 4400 -l http://127.0.0.1:4400/x",
		"ssh:me@box.example":          "ssh … -R *:0:127.0.0.1:4400 … -- me@box.example",
		"ssh:box:2222":                "ssh … -R *:0:127.0.0.1:4400 … -p 2222 -- box",
		"ssh:box/8080":                "ssh … -R *:8080:127.0.0.1:4400 … -- box",
		"ssh:me@[2001:db8::1]:22/80":  "ssh … -R *:80:127.0.0.1:4400 … -p 22 -- me@2001:db8::1",
	} {
		e, err := parseVia(given)
		if err != nil {
			t.Errorf("%s: %v", given, err)
			continue
		}
		got := strings.Join(e.filled(4400), " ")
		for part := range strings.SplitSeq(want, "…") {
			if !strings.Contains(got, strings.TrimSpace(part)) {
				t.Errorf("%s is %q, want %q", given, got, want)
			}
		}
	}
	for _, given := range []string{" ", "ssh:", "ssh:-oProxyCommand=x", "ssh:me@-box", "ssh:a b", "ssh:box:0", "ssh:box:65536", "ssh:box/x", "ssh:-l@box"} {
		if e, err := parseVia(given); err == nil {
			t.Errorf("%q is %q", given, e.command)
		}
	}
}

// What each program prints, and the URL that is found in it.
func TestReaders(t *testing.T) {
	for name, test := range map[string]struct {
		via    string
		output string
		url    string // the last one
		tell   string // the last one
		over   bool
	}{
		"cloudflared, before it is connected": {via: "cloudflared", output: `
2026-11-21T10:00:00Z INF Requesting new quick Tunnel on trycloudflare.com...
2026-11-21T10:00:00Z INF |  https://four-dashed-words-here.trycloudflare.com                                           |`},
		"cloudflared, connected": {via: "cloudflared", url: "https://four-dashed-words-here.trycloudflare.com", output: `
2026-11-21T10:00:00Z INF |  https://four-dashed-words-here.trycloudflare.com                                           |
2026-11-21T10:00:00Z INF Registered tunnel connection connIndex=0 connection=c event=0 ip=198.51.100.7 location=ams07 protocol=quic`},
		"cloudflared, of older versions": {via: "cloudflared", url: "https://four-dashed-words-here.trycloudflare.com", output: `
2022-06-01T16:00:00Z INF |  https://four-dashed-words-here.trycloudflare.com                              |
2022-06-01T16:23:12Z INF Connection c206cf44-945f-4c3c-a85c-af60c6338dc2 registered connIndex=0 location=ORD`},
		"cloudflared, forgotten by its server": {via: "cloudflared", over: true,
			tell:   `2026-11-21T10:00:00Z ERR Register tunnel error from server side error="Unauthorized: Tunnel not found" connIndex=0`,
			output: `2026-11-21T10:00:00Z ERR Register tunnel error from server side error="Unauthorized: Tunnel not found" connIndex=0`},
		"ngrok, of older versions": {via: "ngrok", url: "https://1a2b.ngrok.io", output: `
{"addr":"http://127.0.0.1:4400","lvl":"info","msg":"started tunnel","name":"command_line (http)","obj":"tunnels","url":"http://1a2b.ngrok.io"}
{"addr":"http://127.0.0.1:4400","lvl":"info","msg":"started tunnel","name":"command_line","obj":"tunnels","url":"https://1a2b.ngrok.io"}`},
		"ngrok, without a reason": {via: "ngrok", output: `{"lvl":"eror","msg":"x","err":"<nil>"}`},
		"tailscale, for the tailnet only": {via: "tailscale", output: `
Available within your tailnet:

https://box.tail0000.ts.net/
|-- proxy http://127.0.0.1:4400`},
		"tailscale, on another port": {via: "tailscale", url: "https://box.tail0000.ts.net:8443", output: `
Available on the internet:

https://box.tail0000.ts.net:8443/
|-- proxy http://127.0.0.1:4400`},
		"a command":                       {via: "x", url: "https://abc.loca.lt", output: "your url is: https://abc.loca.lt"},
		"a command that names hook's own": {via: "x", url: "http://203.0.113.7:81", output: "http://127.0.0.1:4400 http://localhost:4400/ http://[::1]:4400 http://0.0.0.0:4400 -> http://203.0.113.7:81"},
		"a command on this machine":       {via: "x", url: "http://127.0.0.1:4401", output: "http://127.0.0.1:4401"},
		"a command in JSON":               {via: "x", url: "https://abc.example", output: `{"url":"https://abc.example","docs":"https://x.example/docs"}`},
		"a command's manual":              {via: "x", output: "see https://docs.example/start and https://docs.example?x and ftp://x and http://"},
		"the end of a sentence":           {via: "x", url: "https://abc.example", output: "It is at https://abc.example."},
		"ssh, a greeting":                 {via: "ssh:127.0.0.1", output: "By logging in you accept https://rules.example\ndebug1: Connecting to https://x.example"},
		"ssh, a service":                  {via: "ssh:127.0.0.1", url: "https://abc.example", tell: "-", output: "Allocated port 1 for remote forward to 127.0.0.1:4400\nForwarding HTTP traffic from https://abc.example"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := parseVia(test.via)
			if err != nil {
				t.Fatal(err)
			}
			understand := e.reader(t.Context(), "http://127.0.0.1:4400")
			var last meaning
			for line := range strings.Lines(test.output) {
				m := understand(strings.TrimSpace(line))
				last.url, last.over = orElse(m.url, last.url), last.over || m.over
				if last.tell = orElse(m.tell, last.tell); test.tell == "-" {
					last.tell = "-"
				}
			}
			if last.url != test.url || last.tell != test.tell || last.over != test.over {
				t.Errorf("got %+v, want %+v", last, test)
			}
		})
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// A port that nobody outside can reach is not praised.
func TestCheckedURLThatDoesNotAnswer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	if m := checkedURL(t.Context(), "127.0.0.1", "127.0.0.1", port); m.tell != "" || m.url != "http://127.0.0.1:"+port {
		t.Errorf("got %+v while somebody listens", m)
	}
	_ = ln.Close()
	if m := checkedURL(t.Context(), "127.0.0.1", "127.0.0.1", port); !strings.Contains(m.tell, "GatewayPorts") {
		t.Errorf("got %+v while nobody listens", m)
	}
}

// What is said of an exposer, and that a silent one is remarked upon until it speaks.
func TestViaWords(t *testing.T) {
	e, err := parseVia("quiet --port {port}")
	if err != nil {
		t.Fatal(err)
	}
	x := &exposure{exposer: e, log: discardLog()}
	l := &listening{exposure: x, understand: e.reader(t.Context(), "http://127.0.0.1:4400")}
	words := func() string {
		state, _ := x.state.Get()
		return (&viaError{x.name, state}).words(time.Now())
	}
	if got, want := words(), "starting quiet…"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	l.hear("connecting \x1b]0;title\x07")
	l.silent()
	if got, want := words(), `starting quiet: it has not said its URL yet; its last line: connecting \x1b]0;title\x07`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if worked, err := l.ended(nil); worked || err.Error() != `exit status 0: connecting \x1b]0;title\x07` {
		t.Errorf("got %v, %v", worked, err)
	}
	before, _ := x.state.Get()
	l.silent()
	if after, _ := x.state.Get(); after != before {
		t.Errorf("it was remarked upon after its end: %+v", after)
	}
}
