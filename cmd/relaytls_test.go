package cmd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// writeKeyPair writes a certificate that is known by its serial number. Its files are as of then: the clocks of some
// file systems are coarse.
func writeKeyPair(t *testing.T, o relayTLS, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writeAsOf(t, o.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), serial)
	writeAsOf(t, o.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), serial)
}

func writeAsOf(t *testing.T, name string, text []byte, seconds int64) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(name, time.Time{}, time.Unix(seconds, 0)); err != nil {
		t.Fatal(err)
	}
}

// serveTLS completes the handshakes of all who come.
func serveTLS(t *testing.T, ln net.Listener) {
	var g sync.WaitGroup
	g.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_ = conn.(*tls.Conn).Handshake()
			_ = conn.Close()
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		g.Wait()
	})
}

func TestRenewedCertificate(t *testing.T) {
	dir := t.TempDir()
	o := relayOptions{addr: "127.0.0.1:0", tls: relayTLS{addr: "127.0.0.1:0", cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}}
	if err := o.checkTLS(); err == nil {
		t.Fatal("it would listen without a certificate")
	}
	writeKeyPair(t, o.tls, 1)
	if err := o.checkTLS(); err != nil {
		t.Fatal(err)
	}
	front, err := o.listen()
	if err != nil {
		t.Fatal(err)
	}
	defer front.close()
	ln := front.secure
	var said strings.Builder
	front.pair.log = slog.New(slog.NewTextHandler(&said, nil))
	serveTLS(t, ln)
	wantSerial := func(when string, want int64) {
		t.Helper()
		conn, err := tls.Dial("tcp", ln.Addr().String(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		defer func() { _ = conn.Close() }()
		if got := conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64(); got != want {
			t.Errorf("%s: certificate %d, want %d", when, got, want)
		}
	}
	wantSerial("at first", 1)
	writeKeyPair(t, o.tls, 2)
	wantSerial("renewed", 2)
	writeAsOf(t, o.tls.cert, []byte("half a certif"), 3)
	wantSerial("while it is written", 2)
	writeKeyPair(t, o.tls, 3)
	wantSerial("when it is written, in the same second", 3)
	if err := os.Remove(o.tls.key); err != nil {
		t.Fatal(err)
	}
	wantSerial("without its key", 3)
	wantSerial("without its key still", 3)
	front.pair.mu.Lock()
	defer front.pair.mu.Unlock()
	for what, want := range map[string]int{"certificate read again": 2, "the certificate that was read before stays in force": 2} {
		if got := strings.Count(said.String(), what); got != want {
			t.Errorf("%q is said %d times, want %d, in\n%s", what, got, want, said.String())
		}
	}
}
