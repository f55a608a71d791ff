package signature

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"
)

// CanSign says whether Sign can make what the provider sends. It can't where nothing is signed.
func (p *Provider) CanSign() bool {
	return p != nil && p.scheme != nil
}

// Sign sets the headers that the provider would send with r, signed with s at the given time, in place of those of that
// name that r has; a nil header is made. An id that is signed (Webhook-Id, Svix-Id) is kept, or made if there is none,
// as a provider keeps it on its retries.
//
// Where the URL is signed, r.URL must be the one that the request will be sent to. Twilio signs only forms and tells
// other bodies by a hash in the query, so for such a body Sign sets bodySHA256 in r.URL: send to that. Where the signature
// or its time is in the body, r.Body changes; [Provider.SignsInBody] tells.
//
// To sign for a scheme of public keys, s holds a private key: make one with [Provider.NewSecret], and give the app its
// [Provider.PublicKey].
//
// The error says why nothing was signed: no provider, nothing to sign with, a body that is not whole, or a secret of
// the wrong form. r is then unchanged.
func (p *Provider) Sign(r *Request, s Secret, at time.Time) error {
	if p == nil {
		return errors.New("sign: the provider is unknown")
	}
	switch {
	case p.scheme == nil:
		return fmt.Errorf("sign as %s: it can't be signed for", p.Name)
	case r.Truncated:
		return fmt.Errorf("sign as %s: the body was not kept whole", p.Name)
	}
	if err := p.CheckSecret(s.Value); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	signed := *r
	if signed.Header = maps.Clone(r.Header); signed.Header == nil { // what is set there are new values
		signed.Header = make(http.Header)
	}
	if err := p.scheme.sign(&signed, s.Value, at); err != nil {
		return fmt.Errorf("sign as %s: %w", p.Name, err)
	}
	*r = signed
	return nil
}

// Headers are the names, canonical, of the headers that verifying reads; the signature's own is the first.
func (p *Provider) Headers() []string {
	if p == nil || p.scheme == nil {
		return nil
	}
	return p.scheme.headers()
}

// SignsInBody says whether Sign changes the body: the signature or its time stand in it.
func (p *Provider) SignsInBody() bool {
	return p != nil && changesBody(p.scheme)
}

// changesBody asks a scheme or a carrier whether signing changes the body.
func changesBody(part any) bool {
	s, ok := part.(interface{ inBody() bool })
	return ok && s.inBody()
}
