package replay_test

import (
	"os"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/replay"
)

func TestParseTarget(t *testing.T) {
	for given, want := range map[string]replay.Target{
		"3000":                           {Scheme: "http", Host: "localhost:3000"},
		":3000":                          {Scheme: "http", Host: "localhost:3000"},
		"3000/":                          {Scheme: "http", Host: "localhost:3000"},
		"3000/webhooks/stripe":           {Scheme: "http", Host: "localhost:3000", Path: "/webhooks/stripe"},
		":3000/webhooks/":                {Scheme: "http", Host: "localhost:3000", Path: "/webhooks/"},
		"localhost:3000":                 {Scheme: "http", Host: "localhost:3000"},
		"127.0.0.1:65535":                {Scheme: "http", Host: "127.0.0.1:65535"},
		"[::1]:3000":                     {Scheme: "http", Host: "[::1]:3000"},
		"[::1]/a":                        {Scheme: "http", Host: "[::1]", Path: "/a"},
		"app.test/hooks":                 {Scheme: "http", Host: "app.test", Path: "/hooks"},
		"http://10.0.0.7:8080/hooks":     {Scheme: "http", Host: "10.0.0.7:8080", Path: "/hooks"},
		"https://app.test":               {Scheme: "https", Host: "app.test"},
		"HTTPS://App.Test/Hooks":         {Scheme: "https", Host: "app.test", Path: "/Hooks"},
		"https://[2001:db8::1]:8443/a/b": {Scheme: "https", Host: "[2001:db8::1]:8443", Path: "/a/b"},
		"3000/a%2Fb//c;d":                {Scheme: "http", Host: "localhost:3000", Path: "/a%2Fb//c;d"},
	} {
		t.Run(given, func(t *testing.T) {
			got, err := replay.ParseTarget(given)
			if err != nil || got != want {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
		})
	}
}

func TestParseTargetRefuses(t *testing.T) {
	for given, want := range map[string]string{
		"":                   "no host",
		"/hooks":             "no host",
		"http://:3000":       "no host",
		"http:///hooks":      "no host",
		"0":                  `"0" is no port`,
		"65536":              `"65536" is no port`,
		"localhost:99999":    `"99999" is no port`,
		"localhost:":         "no port behind its colon",
		"localhost:http":     "neither a port nor a URL",
		"[::1":               "neither a port nor a URL",
		" 3000":              "neither a port nor a URL",
		"3000/%zz":           "neither a port nor a URL",
		"ftp://app.test":     "not http or https",
		"unix:":              "no socket",
		"unix://":            "no socket",
		"unix:/run/a:/b?c=d": "more than a path",
		"unix:/run/a:/%zz":   "no path behind its socket",
		"3000/hooks?debug=1": "more than a path",
		"3000/hooks?":        "more than a path",
		"3000/hooks#top":     "more than a path",
		"http://me@app.test": "a user name or a password",
		"me:secret@app.test": "a user name or a password",
	} {
		t.Run(given, func(t *testing.T) {
			got, err := replay.ParseTarget(given)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got error %v, want one with %q", err, want)
			}
			if got != (replay.Target{}) {
				t.Errorf("got %+v beside the error, want nothing", got)
			}
		})
	}
}

func TestTargetRequest(t *testing.T) {
	for _, c := range []struct{ target, path, want string }{
		{"3000", "", "/"}, // a request needs a path
		{"3000", "/", "/"},
		{"3000", "?", "/?"},
		{"3000", "?a=b", "/?a=b"},
		{"3000", "/a", "/a"},
		{"3000", "//a", "//a"},
		{"3000/hooks", "", "/hooks"},
		{"3000/hooks", "?a=b&c=%2F", "/hooks?a=b&c=%2F"},
		{"3000/hooks", "?", "/hooks?"},
		{"3000/hooks", "/", "/hooks/"},
		{"3000/hooks", "/a", "/hooks/a"},
		{"3000/hooks", "//a", "/hooks//a"},
		{"3000/hooks/", "", "/hooks/"},
		{"3000/hooks/", "/a", "/hooks/a"},
		{"3000/a%2Fb", "/c%2fd;e=f/../%20?g=%2F+;h#i", "/a%2Fb/c%2fd;e=f/../%20?g=%2F+;h#i"},
	} {
		t.Run(c.target+" "+c.path, func(t *testing.T) {
			if got := parse(t, c.target).Request(c.path); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTargetAuthority(t *testing.T) {
	for given, want := range map[string]string{
		"3000":             "localhost:3000",
		"http://app.test":  "app.test:80",
		"https://app.test": "app.test:443",
		"http://[::1]":     "[::1]:80",
		"https://[::1]":    "[::1]:443",
		"[::1]:3000":       "[::1]:3000",
	} {
		if got := parse(t, given).Authority(); got != want {
			t.Errorf("%s: got %q, want %q", given, got, want)
		}
	}
	if got := parse(t, "3000/hooks").String(); got != "http://localhost:3000/hooks" {
		t.Errorf("got %q", got)
	}
}

func TestParseTargetOfSocket(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]struct{ socket, path, text string }{
		"unix:/run/app.sock":                {"/run/app.sock", "", "unix:/run/app.sock"},
		"unix:///run/app.sock":              {"/run/app.sock", "", "unix:/run/app.sock"},
		"unix:/run/app.sock:/":              {"/run/app.sock", "", "unix:/run/app.sock"},
		"unix:/run/app.sock:/webhooks/a%2F": {"/run/app.sock", "/webhooks/a%2F", "unix:/run/app.sock:/webhooks/a%2F"},
		"unix:/run/a:b/../app:1.sock:/w":    {"/run/app:1.sock", "/w", "unix:/run/app:1.sock:/w"},
		"unix:tmp/app.sock":                 {here + "/tmp/app.sock", "", "unix:" + here + "/tmp/app.sock"},
	} {
		t.Run(given, func(t *testing.T) {
			got := parse(t, given)
			if got.Scheme != "http" || got.Host != "localhost" || got.Socket != want.socket || got.Path != want.path || got.String() != want.text {
				t.Errorf("got %+v as %s, want %+v", got, got, want)
			}
			if got.Authority() != want.socket || got.Place() != "unix:"+want.socket || got.Port() != 0 || got.URL() != "http://localhost"+want.path {
				t.Errorf("got %q, %q, %d, %q", got.Authority(), got.Place(), got.Port(), got.URL())
			}
			if again := parse(t, got.String()); again != got {
				t.Errorf("its own text is read as %+v", again)
			}
		})
	}
	if _, err := replay.ParseTarget("unix:/" + strings.Repeat("x", 110)); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("got %v", err)
	}
}

func TestTargetPlace(t *testing.T) {
	for given, want := range map[string]string{
		"3000": "port 3000", "127.0.0.1:3000": "port 3000", "[::1]:3000": "port 3000", "shop.localhost:3000": "port 3000",
		"http://localhost": "port 80", "app.test:3000": "app.test:3000", "https://app.test": "app.test", "localhost.test:1": "localhost.test:1",
	} {
		if got := parse(t, given).Place(); got != want {
			t.Errorf("%s: got %q, want %q", given, got, want)
		}
	}
}

func parse(t testing.TB, s string) replay.Target {
	t.Helper()
	target, err := replay.ParseTarget(s)
	if err != nil {
		t.Fatal(err)
	}
	return target
}
