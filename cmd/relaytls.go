package cmd

import (
	"crypto/tls"
	"net"

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
	pair, err := tls.LoadX509KeyPair(o.cert, o.key)
	if err != nil {
		return nil, fail(exitUsage, "--tls-cert and --tls-key name PEM files that belong together", "read the certificate: %w", err)
	}
	ln, err := net.Listen("tcp", o.addr)
	if err != nil {
		return nil, fail(exitFailed, "choose another --tls-addr HOST:PORT", "%w", err)
	}
	return tls.NewListener(ln, &tls.Config{
		Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	}), nil
}
