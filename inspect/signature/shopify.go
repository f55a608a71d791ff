package signature

// eventsHMAC is the signature's header in the newer Events deliveries, which have a set of headers of their own beside the
// usual one. Where it is there, Shopify's libraries look at nothing else.
const eventsHMAC = "Shopify-Hmac-Sha256"

// shopifyHeaders is Shopify's carrier: the usual header, and the other for Events.
type shopifyHeaders struct {
	usual, events headers
}

func (k shopifyHeaders) label() string                    { return "" }
func (k shopifyHeaders) headers() []string                { return []string{k.usual.signature, k.events.signature} }
func (k shopifyHeaders) form(signature string) string     { return k.usual.form(signature) }
func (k shopifyHeaders) stamp(r *Request, c claims) error { return nil }

func (k shopifyHeaders) read(r Request) (claims, Reason) {
	if header(r.Header, k.events.signature) != "" {
		return k.events.read(r)
	}
	return k.usual.read(r)
}

// put signs what has both sets of headers in both.
func (k shopifyHeaders) put(r *Request, c claims, signature string) error {
	if header(r.Header, k.events.signature) != "" {
		if err := k.events.put(r, c, signature); err != nil {
			return err
		}
	}
	return k.usual.put(r, c, signature)
}
