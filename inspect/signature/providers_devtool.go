package signature

// devtoolProviders send webhooks about repositories, builds, errors and incidents.
func devtoolProviders() []*Provider {
	return []*Provider{}
}
