package deploy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/faults"
)

// A front is a proxy that ends TLS before a relay, set up by a file of this folder.
type front struct {
	addr  string // where it speaks https, as localhost
	roots string // a PEM file with the authority of its certificate
}

// fronts are the proxies that there are settings for. Each is started before the relay at that address.
var fronts = map[string]func(t *testing.T, dir, relay string) front{"nginx": nginx, "caddy": caddy}

// need gives the program's path, or skips the test.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path = "/usr/sbin/" + name // which isn't in everybody's PATH
		if _, err := os.Stat(path); err != nil {
			t.Skipf("there is no %s here: on Debian, apt-get install %s", name, name)
		}
	}
	return path
}

// freeAddr gives an address of loopback that a server may take until the test ends, and nobody else.
func freeAddr(t *testing.T) string {
	t.Helper()
	addr, release, err := faults.ClosedPort()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return addr
}

func portOf(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

// settings writes one of this folder's files, with these words instead of those, each of which must be in there.
func settings(t *testing.T, file, to string, words ...string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(words); i += 2 {
		if !strings.Contains(string(text), words[i]) {
			t.Fatalf("%s has no %q", file, words[i])
		}
		text = []byte(strings.ReplaceAll(string(text), words[i], words[i+1]))
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// nginx starts the real one with nginx.conf: its ports, names and certificate are others, and the file is included as Debian does it.
func nginx(t *testing.T, dir, relay string) front {
	t.Helper()
	path := need(t, "nginx")
	f := front{addr: freeAddr(t), roots: filepath.Join(dir, "cert.pem")}
	key := filepath.Join(dir, "key.pem")
	makeCertificate(t, f.roots, key)
	settings(t, "nginx.conf", filepath.Join(dir, "site.conf"),
		"listen 80;", "listen "+freeAddr(t)+";", "listen [::]:80;", "",
		"listen 443 ssl;", "listen "+f.addr+" ssl;", "listen [::]:443 ssl;", "",
		"/etc/letsencrypt/live/relay.example/fullchain.pem", f.roots, "/etc/letsencrypt/live/relay.example/privkey.pem", key,
		"127.0.0.1:8080", relay, "relay.example", "localhost")
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;\n"
	}
	own := "" // what Debian's own settings name is not ours to write
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		own += kind + "_temp_path " + filepath.Join(dir, kind) + ";\n"
	}
	conf := filepath.Join(dir, "nginx.conf")
	text := user + "daemon off;\nworker_processes 2;\npid " + dir + "/nginx.pid;\nerror_log stderr warn;\nevents {}\n" +
		"http {\naccess_log off;\ngzip on;\n" + own + "include " + filepath.Join(dir, "site.conf") + ";\n}\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	output(t, exec.Command(path, "-t", "-e", "stderr", "-p", dir, "-c", conf))
	c := exec.Command(path, "-e", "stderr", "-p", dir, "-c", conf)
	start(t, c)
	return f
}

// caddy starts the real one with the Caddyfile, and the certificate of an authority that it makes itself.
func caddy(t *testing.T, dir, relay string) front {
	t.Helper()
	path := need(t, "caddy")
	f := front{addr: freeAddr(t), roots: filepath.Join(dir, "caddy", "pki", "authorities", "local", "root.crt")}
	file := filepath.Join(dir, "Caddyfile")
	settings(t, "Caddyfile", file,
		"relay.example {\n", "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n\nhttps://localhost:"+portOf(f.addr)+" {\n\tbind 127.0.0.1\n\ttls internal\n",
		"127.0.0.1:8080", relay)
	c := exec.Command(path, "run", "--adapter", "caddyfile", "--config", file)
	c.Env = append(os.Environ(), "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir, "HOME="+dir)
	c.Dir = dir
	start(t, c)
	return f
}

// makeCertificate makes one for localhost that is its own authority.
func makeCertificate(t *testing.T, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "hook's tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
