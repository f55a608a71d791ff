package signature

// contentProviders send webhooks about content, files and documents.
func contentProviders() []*Provider {
	return []*Provider{}
}
