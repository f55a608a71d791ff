package signature

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// CanSign says whether Sign can make what the provider sends. It can't where nothing is signed.
func (p *Provider) CanSign() bool {
	if p == nil {
		return false
	}
	_, ok := p.scheme.(signer)
	return ok
}

// Sign sets the headers that the provider would send with r, signed with s at the given time, in place of those of that
// name that r has; a nil header is made. An id that is signed (Webhook-Id, Svix-Id) is kept, or made if there is none,
// as a provider keeps it on its retries.
//
// Where the URL is signed, r.URL must be the one that the request will be sent to. Twilio signs only forms and tells
// other bodies by a hash in the query, so for such a body Sign sets bodySHA256 in r.URL: send to that.
//
// The error says why nothing was signed: no provider, nothing to sign with, a body that is not whole, or a secret of
// the wrong form. r is then unchanged.
func (p *Provider) Sign(r *Request, s Secret, at time.Time) error {
	if p == nil {
		return errors.New("sign: the provider is unknown")
	}
	scheme, ok := p.scheme.(signer)
	switch {
	case !ok:
		return fmt.Errorf("sign as %s: it can't be signed for", p.Name)
	case r.Truncated:
		return fmt.Errorf("sign as %s: the body was not kept whole", p.Name)
	}
	if err := p.CheckSecret(s.Value); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	if err := scheme.sign(r, s.Value, at); err != nil {
		return fmt.Errorf("sign as %s: %w", p.Name, err)
	}
	return nil
}
