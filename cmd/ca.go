package cmd

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// addCA adds --ca to a command that asks a relay.
func addCA(c *cobra.Command, ca *string, standard string) {
	c.Flags().StringVar(ca, "ca", "", "PEM `file` of the authority that signed the relay's certificate (HOOK_CA; default: "+standard+")")
}

// trust is what the certificate of the relay at url is judged by: the system's authorities and those of --ca, else of the
// login to that relay. It is nil for the system's alone. An authority of hook.yaml, which comes with whatever was cloned,
// counts only for the relay that is in there with it.
func (l *listener) trust(url string) (*tls.Config, error) {
	file, rank := l.settings.find(l.o.ca, "HOOK_CA", func(c config) string { return c.CA })
	_, relay := l.settings.find(l.o.relay, "HOOK_RELAY", func(c config) string { return c.Relay })
	login := l.settings.login
	switch {
	case file == "" && login.CA != "" && sameURL(url, login.Relay):
		l.running.CA = login.CA
		return login.trust("")
	case file == "":
		return nil, nil //nolint:nilnil // none is a good answer
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

// trust is what the certificate of the login's relay is judged by: the system's authorities and those of ca, else those
// that the login was made with. It is nil for the system's alone.
func (l login) trust(ca string) (*tls.Config, error) {
	var pool *x509.CertPool
	var err error
	switch {
	case ca != "":
		pool, err = readAuthorities(ca)
	case l.CA != "":
		if pool, err = authoritiesIn(l.CA); err != nil {
			err = fail(exitUsage, "put it back, or name another with --ca; `hook relay login` keeps that, too", "the CA of the login to %s: %w", l.Relay, err)
		}
	default:
		return nil, nil //nolint:nilnil // none is a good answer
	}
	if err != nil {
		return nil, err
	}
	return clientTLS(pool), nil
}

// clientTLS is how a relay is spoken to whose certificate these authorities signed.
func clientTLS(pool *x509.CertPool) *tls.Config {
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// readAuthorities gives the system's authorities and those in a PEM file that --ca names.
func readAuthorities(file string) (*x509.CertPool, error) {
	pool, err := authoritiesIn(file)
	if err != nil {
		return nil, fail(exitUsage, "it names a PEM file, with -----BEGIN CERTIFICATE-----, of the authority that signed the relay's certificate", "--ca: %w", err)
	}
	return pool, nil
}

func authoritiesIn(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate in PEM", file)
	}
	return pool, nil
}
