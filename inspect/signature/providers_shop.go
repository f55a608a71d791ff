package signature

// shopProviders send webhooks about shops, orders and parcels.
func shopProviders() []*Provider {
	return []*Provider{}
}
