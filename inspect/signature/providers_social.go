package signature

// socialProviders send webhooks about social networks, media and games.
func socialProviders() []*Provider {
	return []*Provider{}
}
