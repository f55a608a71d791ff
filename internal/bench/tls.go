package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// tunnelTLS is the tunnel with TLS between hook and the relay, and there alone: senders use the relay's plain port.
func (c *course) tunnelTLS(ctx context.Context, app string) (string, error) {
	cert, key := filepath.Join(c.dir, "cert.pem"), filepath.Join(c.dir, "key.pem")
	if err := writeCertificate(cert, key); err != nil {
		return "", err
	}
	relay, err := c.relay(ctx, anyPort, "--tls-addr", anyPort, "--tls-cert", cert, "--tls-key", key)
	if err != nil {
		return "", err
	}
	return c.listenTo(ctx, relay.TLSURL, app, "--ca", cert)
}

// writeCertificate writes a certificate for 127.0.0.1 that nobody but itself has signed, and its key.
func writeCertificate(certFile, keyFile string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true, IsCA: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePEM(certFile, "CERTIFICATE", cert); err != nil {
		return err
	}
	return writePEM(keyFile, "PRIVATE KEY", secret)
}

func writePEM(file, kind string, bytes []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600)
}
