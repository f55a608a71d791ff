package cmd

import (
	"crypto/tls"
	"net"
	"os"
	"sync"
	"time"

	"github.com/spf13/pflag"
)

// relayTLS is where the relay speaks https, and by which certificate.
type relayTLS struct{ addr, cert, key string }

func (o *relayTLS) flags(f *pflag.FlagSet) {
	f.StringVar(&o.addr, "tls-addr", "", "speak https on this `HOST:PORT` too, with --tls-cert and --tls-key")
	f.StringVar(&o.cert, "tls-cert", "", "the certificate, with the chain behind it, in a PEM `file`")
	f.StringVar(&o.key, "tls-key", "", "the certificate's key in a PEM `file`")
}

// listen gives nil if https is not wanted.
func (o relayTLS) listen() (net.Listener, error) {
	switch {
	case o == relayTLS{}:
		return nil, nil
	case o.addr == "" || o.cert == "" || o.key == "":
		return nil, fail(exitUsage, "give --tls-addr, --tls-cert and --tls-key together", "one of the three is missing for https")
	}
	pair := &keyPair{cert: o.cert, key: o.key}
	if _, err := pair.get(nil); err != nil {
		return nil, fail(exitUsage, "--tls-cert and --tls-key name PEM files that belong together", "read the certificate: %w", err)
	}
	ln, err := net.Listen("tcp", o.addr)
	if err != nil {
		return nil, fail(exitFailed, "choose another --tls-addr HOST:PORT", "%w", err)
	}
	return tls.NewListener(ln, &tls.Config{
		GetCertificate: pair.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	}), nil
}

// A keyPair is a certificate and its key in two files, which are read again when one of them has changed: a renewed certificate
// needs no restart. While they can't be read, or don't belong together, what they said last stays in force.
type keyPair struct {
	cert, key string

	mu      sync.Mutex
	last    *tls.Certificate
	changed [2]time.Time // when the files did that last is from
}

// get is asked at each handshake.
func (p *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var changed [2]time.Time
	for i, file := range []string{p.cert, p.key} {
		if info, err := os.Stat(file); err == nil {
			changed[i] = info.ModTime()
		}
	}
	if p.last != nil && changed[0].Equal(p.changed[0]) && changed[1].Equal(p.changed[1]) {
		return p.last, nil
	}
	switch pair, err := tls.LoadX509KeyPair(p.cert, p.key); {
	case err == nil:
		p.last, p.changed = &pair, changed
	case p.last == nil:
		return nil, err
	}
	return p.last, nil
}
