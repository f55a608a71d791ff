// Package signature verifies, makes and explains the signatures of webhooks. It knows how each provider signs, tells
// from a request who sent it, and says why a signature does not verify.
//
// It does no I/O, keeps no state, and imports only the standard library. Everything in it is safe for concurrent use.
//
// A [Provider] is data: how it signs, how it is recognised, where its event type and id are. The three verbs are
// [Provider.Verify], [Provider.Sign] and [Explain]. [Detect] tells who sent a request.
package signature

import (
	"net/http"
	"time"
)

// A Request is the part of a webhook that signatures speak of.
type Request struct {
	Method     string
	URL        string      // as the provider has it registered, with its query: some schemes sign it
	Header     http.Header // canonical names, all values
	Body       []byte      // the exact bytes as received
	Truncated  bool        // Body is not the whole body: nothing can be said of a signature over it
	ReceivedAt time.Time   // timestamps are judged as of then; zero means now
	Remote     string      // the sender's IP address; empty if it is not known
}

// A Secret is one configured signing secret.
type Secret struct {
	Value    string // text; or keys: PEM, JWKS; or a line of text and then keys, where a scheme needs both
	Provider string // the provider that it is configured for; empty if unknown
	Source   string // where it was found, for people: ".env (STRIPE_WEBHOOK_SECRET)"
	Test     bool   // it is the project's test secret: hook made it
}

// A Verdict is what Verify says of a request.
type Verdict string

// The verdicts.
const (
	Valid    Verdict = "valid"
	Invalid  Verdict = "invalid"
	Unsigned Verdict = "unsigned" // this provider signs nothing
	Unknown  Verdict = "unknown"  // it can't be told: see the reason
)

// A Reason is the machine-readable cause of a verdict.
type Reason string

// The reasons. The list is published: reasons are added, never renamed.
const (
	ReasonOK                 Reason = "ok"                  // valid: a signature matches
	ReasonMismatch           Reason = "signature_mismatch"  // invalid: no signature matches any configured secret
	ReasonMissing            Reason = "signature_missing"   // invalid: a secret is configured, the request has no signature
	ReasonMalformed          Reason = "signature_malformed" // invalid: the signature header can't be read, or the body has a signed part twice
	ReasonTimestampMissing   Reason = "timestamp_missing"   // invalid: the scheme signs a timestamp, the request has none
	ReasonTimestampMalformed Reason = "timestamp_malformed" // invalid: the timestamp can't be read
	ReasonTimestampExpired   Reason = "timestamp_expired"   // invalid: the signature is good, but older than the tolerance
	ReasonTimestampFuture    Reason = "timestamp_future"    // invalid: the signature is good, but further ahead than the tolerance
	ReasonSecretMalformed    Reason = "secret_malformed"    // unknown: no configured secret has the form that the scheme needs
	ReasonNoSecret           Reason = "no_secret"           // unknown: no secret is configured
	ReasonKeyUnknown         Reason = "key_unknown"         // unknown: the key that the request names is not among those configured
	ReasonUnconfirmed        Reason = "scheme_unconfirmed"  // unknown: nothing matches, but the scheme itself may be wrong
	ReasonTruncated          Reason = "body_truncated"      // unknown: the body was not kept whole
	ReasonNoProvider         Reason = "provider_unknown"    // unknown: nothing tells who sent it
	ReasonUnsigned           Reason = "provider_unsigned"   // unsigned: this provider signs nothing
)

// A Result is a verdict with its evidence. It holds no secret.
type Result struct {
	Provider string    // the provider's name; empty with ReasonNoProvider
	Verdict  Verdict   // empty if it was never judged
	Reason   Reason    // why
	Secret   string    // the Source of the secret that decided: the one that matched, else the first that was tried
	Test     bool      // that secret is the project's test secret
	Signed   time.Time // the timestamp that was signed; zero if the scheme has none or it can't be read
	Expected string    // the signature that the deciding secret makes, as the request would carry it; empty if that can't be known
	Got      string    // the signature that came, as the header carries it, cut to 200 bytes
}
