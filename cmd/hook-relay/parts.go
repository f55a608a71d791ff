package main

import (
	"github.com/seed-4575fdc3/hook/cmd"
	"github.com/seed-4575fdc3/hook/relay/cert"
	"github.com/seed-4575fdc3/hook/relay/metrics"
)

// certificates are by ACME.
func certificates(o cmd.CertificateOptions) (cmd.Certificates, error) {
	m, err := cert.New(cert.Options(o))
	if err != nil {
		return nil, err
	}
	return m, nil
}

// measured is for Prometheus.
func measured() cmd.Metrics { return metrics.New(cmd.Version) }
