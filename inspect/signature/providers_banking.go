package signature

// bankingProviders send webhooks about banks, cards and ledgers.
func bankingProviders() []*Provider {
	return []*Provider{}
}
