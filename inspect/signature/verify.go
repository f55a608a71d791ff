package signature

import (
	"errors"
	"time"
)

// maxShown is how many bytes of a signature a Result carries.
const maxShown = 200

// Verify says whether r was signed by the provider with one of secrets, and whether at a time that the scheme allows.
//
// Secrets are those that apply to this provider, in order of preference; during a rotation several do, and any may
// match. The signature is judged before the time: an expired request has a good signature. A request whose body was
// not kept whole, or for which there is no secret, is Unknown. A signature header that comes twice is malformed, as
// receivers disagree which counts. What a scheme that is not confirmed does not match is Unknown too. At most 32 signatures in one header are looked at. Comparison takes constant time.
func (p *Provider) Verify(r Request, secrets []Secret) Result {
	if p == nil {
		return Result{Verdict: Unknown, Reason: ReasonNoProvider}
	}
	res := Result{Provider: p.Name}
	if p.scheme == nil {
		return res.with(Unsigned, ReasonUnsigned)
	}
	c, reason := p.scheme.read(r)
	res.Got, res.Signed = c.got[:min(len(c.got), maxShown)], c.signed
	switch {
	case r.Truncated:
		return res.with(Unknown, ReasonTruncated)
	case len(secrets) == 0:
		return res.with(Unknown, ReasonNoSecret)
	case reason != ReasonOK && p.Confidence == Unconfirmed:
		return res.with(Unknown, ReasonUnconfirmed)
	case reason != ReasonOK:
		res.Secret, res.Test = secrets[0].Source, secrets[0].Test
		return res.with(Invalid, reason)
	}
	return p.decide(res, r, c, secrets)
}

// decide tries the secrets one by one.
func (p *Provider) decide(res Result, r Request, c claims, secrets []Secret) Result {
	tried, keyUnknown := false, false
	for _, secret := range secrets {
		expected, ok, err := p.scheme.try(r, c, secret.Value)
		if err != nil {
			keyUnknown = keyUnknown || errors.Is(err, errKeyUnknown)
			continue
		}
		if !tried {
			tried = true
			res.Expected, res.Secret, res.Test = expected, secret.Source, secret.Test
		}
		if ok {
			res.Expected, res.Secret, res.Test = expected, secret.Source, secret.Test
			return res.onTime(p.scheme.limits(c), r.ReceivedAt)
		}
	}
	if !tried {
		res.Secret, res.Test = secrets[0].Source, secrets[0].Test
		if keyUnknown {
			return res.with(Unknown, ReasonKeyUnknown)
		}
		return res.with(Unknown, ReasonSecretMalformed)
	}
	if p.Confidence == Unconfirmed {
		return res.with(Unknown, ReasonUnconfirmed)
	}
	return res.with(Invalid, ReasonMismatch)
}

// onTime is the verdict on a request whose signature is good.
func (res Result) onTime(k clock, received time.Time) Result {
	if received.IsZero() {
		received = time.Now()
	}
	if reason := k.judge(res.Signed, received); reason != ReasonOK {
		return res.with(Invalid, reason)
	}
	return res.with(Valid, ReasonOK)
}

func (res Result) with(v Verdict, reason Reason) Result {
	res.Verdict, res.Reason = v, reason
	return res
}
