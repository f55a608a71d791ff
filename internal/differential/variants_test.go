package differential

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// Wherever the app is and however it is spoken to, everything is as without hook.
func TestTheSameForAppsElsewhere(t *testing.T) {
	_, port, _ := net.SplitHostPort(freeAddress(t))
	_, other, _ := net.SplitHostPort(freeAddress(t))
	for name, p := range map[string]plan{
		"over https":             {app: "tls:127.0.0.1:0"},
		"over a Unix socket":     {app: "unix:" + filepath.Join(t.TempDir(), "app.sock")},
		"over IPv6":              {app: "[::1]:0"},
		"at localhost over IPv6": {app: "[::1]:" + port, target: "localhost:" + port},
		"at localhost over IPv4": {app: "127.0.0.1:" + other, target: other},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, p)
			for _, e := range exchanges() {
				for _, d := range h.compare(t, e) {
					t.Errorf("%s: %s", e.name, d)
				}
			}
		})
	}
}

// freeAddress is an address on loopback where nobody listens, over neither protocol.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		four := listen(t, "127.0.0.1:0")
		_, port, _ := net.SplitHostPort(four.Addr().String())
		six, err := net.Listen("tcp", "[::1]:"+port)
		_ = four.Close()
		if err == nil {
			_ = six.Close()
			return four.Addr().String()
		}
	}
	t.Fatal("no port is free over both protocols")
	return ""
}

func TestTheSameOverTLS(t *testing.T) {
	h := newHouse(t, plan{})
	h.relay = h.secure
	for _, e := range exchanges() {
		for _, d := range h.compare(t, e) {
			t.Errorf("%s: %s", e.name, d)
		}
	}
}

func TestHostHeader(t *testing.T) {
	for form, want := range map[string]string{"public": host, "target": "", "app.test:8080": "app.test:8080"} {
		h := newHouse(t, plan{hostHeader: form})
		if want == "" {
			want = h.app.addr
		}
		o := h.do(t, exchange{}, h.relay, "/e/"+endpoint)
		if got := strings.Join(o.request.fields["Host"], ", "); got != want {
			t.Errorf("--host-header %s: the app got %q, want %q", form, got, want)
		}
		if got := o.request.fields["X-Forwarded-Host"]; len(got) != 1 || got[0] != host {
			t.Errorf("--host-header %s: the app got X-Forwarded-Host %q, want %q", form, got, host)
		}
	}
}
