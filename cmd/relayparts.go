package cmd

// RelayParts are what hook-relay is made with beside this package: what would make hook itself larger and slower to start,
// as this package is in both.
type RelayParts struct {
	Certificates func(CertificateOptions) (Certificates, error) // by ACME; nil: there are none
	Metrics      func() Metrics                                 // nil: nothing is measured
}
