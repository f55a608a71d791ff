package signature_test

import (
	"fmt"
	"net/http"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func Example() {
	now := time.Unix(1_700_000_000, 0)
	stripe := signature.Lookup("stripe")
	r := signature.Request{
		Method: "POST", URL: "https://app.example/hooks", Header: http.Header{},
		Body: []byte(`{"id":"evt_1","type":"invoice.paid"}`), ReceivedAt: now,
	}
	if err := stripe.Sign(&r, signature.Secret{Value: "whsec_of the sender"}, now); err != nil {
		fmt.Println(err)
		return
	}

	sender := signature.Detect(r).Provider
	fmt.Println(sender.Title, sender.Meta(r).EventType)

	secrets := []signature.Secret{{Value: "whsec_of the sender ", Provider: "stripe", Source: ".env"}}
	res := sender.Verify(r, secrets)
	fmt.Println(res.Verdict, res.Reason)
	fmt.Println(signature.Explain(r, sender, res, secrets, signature.Hints{}).Headline)
	// Output:
	// Stripe invoice.paid
	// invalid signature_mismatch
	// there is white space around the secret
}
