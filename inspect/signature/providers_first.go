package signature

// firstProviders are the senders that most people start with.
func firstProviders() []*Provider {
	return []*Provider{github(), shopify(), slack(), standardWebhooks(), stripe(), svix(), twilio()}
}
