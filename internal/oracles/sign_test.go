package oracles

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	stripe "github.com/stripe/stripe-go/v85/webhook"
	svix "github.com/svix/svix-webhooks/go"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A hand is a provider's own library that signs a webhook.
type hand struct {
	name     string // the library's
	provider string
	sign     func(r *signature.Request, secret string, at time.Time) error
	deeds    deeds
}

// hold has a library sign, and hook judge that.
func (h hand) hold(t *testing.T) {
	p := provider(t, h.provider)
	secret, now := p.NewSecret(), time.Now()
	for name, r := range (judge{provider: h.provider, deeds: h.deeds}).requests(t) {
		t.Run(name, func(t *testing.T) {
			if err := h.sign(&r, secret, now); err != nil {
				t.Fatal(err)
			}
			secrets := []signature.Secret{{Value: secret, Provider: p.Name}}
			if res := p.Verify(r, secrets); res.Verdict != signature.Valid {
				t.Errorf("what %s signed: got %s (%s)\n%v\n%s", h.name, res.Verdict, res.Reason, r.Header, r.Body)
			}
			r.Body = changed(r.Body)
			if res := p.Verify(r, secrets); res.Reason != signature.ReasonMismatch {
				t.Errorf("changed after %s signed: got %s (%s)", h.name, res.Verdict, res.Reason)
			}
		})
	}
}

func TestGoHands(t *testing.T) {
	for _, h := range []hand{
		{name: "stripe-go", provider: "stripe", sign: asStripe},
		{name: "svix", provider: "svix", sign: asSvix},
		{name: "standardwebhooks", provider: "standard-webhooks", sign: asStandardWebhooks},
	} {
		t.Run(h.name, h.hold)
	}
}

func asStripe(r *signature.Request, secret string, at time.Time) error {
	made := stripe.GenerateTestSignedPayload(&stripe.UnsignedPayload{Payload: r.Body, Secret: secret, Timestamp: at})
	r.Header.Set("Stripe-Signature", made.Header)
	return nil
}

func asSvix(r *signature.Request, secret string, at time.Time) error {
	wh, err := svix.NewWebhook(secret)
	if err != nil {
		return err
	}
	return signThree(r.Header, "Svix-", at, func(id string) (string, error) { return wh.Sign(id, at, r.Body) })
}

func asStandardWebhooks(r *signature.Request, secret string, at time.Time) error {
	wh, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return err
	}
	return signThree(r.Header, "Webhook-", at, func(id string) (string, error) { return wh.Sign(id, at, r.Body) })
}

// signThree sets the three headers of Standard Webhooks.
func signThree(h http.Header, prefix string, at time.Time, sign func(id string) (string, error)) error {
	const id = "msg_2b3rZxY6w5vT8uS1"
	made, err := sign(id)
	h.Set(prefix+"Id", id)
	h.Set(prefix+"Timestamp", strconv.FormatInt(at.Unix(), 10))
	h.Set(prefix+"Signature", made)
	return err
}
