package acme

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The relay's own name is proved over either port: the authority reaches one of the two alone.
func TestOwnName(t *testing.T) {
	for _, way := range []string{"http-01", "tls-alpn-01"} {
		t.Run(way, func(t *testing.T) {
			a := newAuthority(t)
			a.broken.Store(true)
			h := startRelay(t, a, "", "--public-url", "https://localhost")
			httpPort, tlsPort := port(t, h.http), closedPort(t)
			if way == "tls-alpn-01" {
				httpPort, tlsPort = closedPort(t), port(t, h.https)
			}
			if h.url != "https://localhost" {
				t.Errorf("the ready line has the URL %q", h.url)
			}
			a.run(t, httpPort, tlsPort, "", 0)
			h.says(1, "no certificate yet", "again in")
			a.broken.Store(false)
			h.says(1, `"msg":"certificate"`, "localhost")
			h.wantCertificate("localhost", a.trusted)
			if status, _, body := h.get("https://"+h.https+"/healthz", "localhost", a.trusted); status != 200 || !strings.Contains(body, "It is up") {
				t.Errorf("over https: %d %q", status, body)
			}
			if status, location, _ := h.get("http://"+h.http+"/e/otter/a%2Fb?c=d%20e", "elsewhere.test", nil); status != 308 || location != "https://localhost/e/otter/a%2Fb?c=d%20e" {
				t.Errorf("over http: %d to %q", status, location)
			}
			if status, _, _ := h.get("http://"+h.http+"/healthz", "localhost", nil); status != 200 {
				t.Errorf("/healthz over http: %d", status)
			}
			wantPrivate(t, filepath.Join(h.data, "certificates"))
		})
	}
}

// wantPrivate wants a folder's files to be their owner's alone.
func wantPrivate(t *testing.T, dir string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %s", path, info.Mode())
		}
		if !entry.IsDir() {
			files++
		}
		return nil
	})
	if err != nil || files < 5 { // account and its key; certificate, key and what is known of it
		t.Errorf("%d files: %v", files, err)
	}
}

// A stored certificate is enough to start: nobody needs to be asked.
func TestStartWithoutTheAuthority(t *testing.T) {
	a := newAuthority(t)
	a.broken.Store(true)
	first := startRelay(t, a, "", "--public-url", "https://localhost")
	a.run(t, port(t, first.http), port(t, first.https), "", 0)
	a.broken.Store(false)
	first.says(1, `"msg":"certificate"`, "localhost")
	was := first.wantCertificate("localhost", a.trusted)
	first.stop()
	a.server.Close()
	again := startRelay(t, a, first.data, "--public-url", "https://localhost")
	if is := again.wantCertificate("localhost", a.trusted); is.SerialNumber.Cmp(was.SerialNumber) != 0 {
		t.Error("it has another certificate than the stored one")
	}
	t.Logf("ready after %s", again.took.Round(time.Millisecond))
	if again.took > 5*time.Second {
		t.Errorf("it is ready after %s", again.took)
	}
}

// A certificate is renewed while the relay runs. One that is good stays in use while the authority has a fault.
func TestRenewal(t *testing.T) {
	a := newAuthority(t)
	a.broken.Store(true)
	h := startRelay(t, a, "", "--public-url", "https://localhost")
	a.run(t, port(t, h.http), port(t, h.https), "", 30)
	a.broken.Store(false)
	h.says(1, `"msg":"certificate"`, "localhost")
	first := h.wantCertificate("localhost", a.trusted)
	a.broken.Store(true)
	line := h.says(1, "can't be renewed", "doesn't answer as it should")
	if !strings.Contains(line, "good until") || !strings.Contains(line, "again in") {
		t.Errorf("it says neither when it ends nor when it is tried again: %s", line)
	}
	if same := h.wantCertificate("localhost", a.trusted); same.SerialNumber.Cmp(first.SerialNumber) != 0 {
		t.Error("there is another certificate, which nobody has issued")
	}
	a.broken.Store(false)
	h.says(2, `"msg":"certificate"`, "localhost")
	if second := h.wantCertificate("localhost", a.trusted); !second.NotAfter.After(first.NotAfter) || second.SerialNumber.Cmp(first.SerialNumber) == 0 {
		t.Errorf("the renewed certificate ends %s, the first %s", second.NotAfter, first.NotAfter)
	}
}

// A name that doesn't lead here gets no certificate, and words that say so.
func TestNameLeadsElsewhere(t *testing.T) {
	a := newAuthority(t)
	a.broken.Store(true)
	h := startRelay(t, a, "", "--public-url", "https://localhost")
	a.run(t, closedPort(t), closedPort(t), "", 0)
	a.broken.Store(false)
	line := h.says(1, "doesn't reach this relay as localhost", "point an A or AAAA record of localhost at this server", "again in")
	if !strings.Contains(line, "In the DNS it is 127.0.0.1") {
		t.Errorf("it doesn't say what the DNS says: %s", line)
	}
	if _, err := h.certificate("localhost", a.trusted); err == nil {
		t.Error("there is a certificate")
	}
	if status, _, _ := h.get("http://"+h.http+"/healthz", "localhost", nil); status != 200 {
		t.Errorf("meanwhile /healthz: %d", status)
	}
}

func write(t *testing.T, name, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}
