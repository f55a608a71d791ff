package cmd

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
)

// trust is what the relay's certificate is judged by: the system's authorities and those of --ca. It is nil for the
// system's alone. An authority of hook.yaml, which comes with whatever was cloned, counts only for the relay that is in
// there with it.
func (l *listener) trust() (*tls.Config, error) {
	file, rank := l.settings.find(l.o.ca, "HOOK_CA", func(c config) string { return c.CA })
	if file == "" {
		return nil, nil
	}
	_, relay := l.settings.find(l.o.relay, "HOOK_RELAY", func(c config) string { return c.Relay })
	switch {
	case rank == rankProject && relay != rankProject:
		return nil, fail(exitUsage, "give it as --ca or HOOK_CA", "the ca in hook.yaml is believed only for a relay that hook.yaml names")
	case rank == rankProject && !filepath.IsAbs(file):
		file = filepath.Join(l.project.dir, file)
	case rank == rankUser && !filepath.IsAbs(file):
		file = filepath.Join(l.home.config, file)
	}
	pool, err := readAuthorities(file)
	if err != nil {
		return nil, err
	}
	if l.running.CA, err = filepath.Abs(file); err != nil {
		return nil, err
	}
	return clientTLS(pool), nil
}

// clientTLS is how a relay is spoken to whose certificate these authorities signed.
func clientTLS(pool *x509.CertPool) *tls.Config {
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// readAuthorities gives the system's authorities and those in a PEM file.
func readAuthorities(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fail(exitUsage, "--ca names a PEM file with the certificates of the authority that signed the relay's", "--ca: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fail(exitUsage, "it must have lines that say -----BEGIN CERTIFICATE-----", "--ca: %s has no certificate in PEM", file)
	}
	return pool, nil
}
