package signature

// messagingProviders send webhooks about texts, calls, chat and notifications.
func messagingProviders() []*Provider {
	return []*Provider{}
}
