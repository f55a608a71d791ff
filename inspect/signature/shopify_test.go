package signature

import (
	"testing"
	"time"
)

// Events have two sets of headers, of which Shopify's libraries look at the newer one alone.
func TestShopifyEvents(t *testing.T) {
	const secret = "hush"
	p := Lookup("shopify")
	r := requestOf(`{"id":1}`, 0, "X-Shopify-Hmac-Sha256", "stale")
	if err := p.Sign(&r, Secret{Value: secret}, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	if got := r.Header.Get(eventsHMAC); got != "" {
		t.Errorf("a plain webhook got %s: %s", eventsHMAC, got)
	}
	wantResult(t, p.Verify(r, secretsOf(secret)), Valid, ReasonOK)

	r.Header.Set(eventsHMAC, "AAAA")
	wantResult(t, p.Verify(r, secretsOf(secret)), Invalid, ReasonMalformed)
	if err := p.Sign(&r, Secret{Value: secret}, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	wantResult(t, p.Verify(r, secretsOf(secret)), Valid, ReasonOK)
	if r.Header.Get(eventsHMAC) != r.Header.Get("X-Shopify-Hmac-Sha256") {
		t.Errorf("the two signatures differ: %v", r.Header)
	}
	r.Header.Del("X-Shopify-Hmac-Sha256")
	wantResult(t, p.Verify(r, secretsOf(secret)), Valid, ReasonOK)
	r.Header.Add(eventsHMAC, "AAAA")
	wantResult(t, p.Verify(r, secretsOf(secret)), Invalid, ReasonMalformed)
}
