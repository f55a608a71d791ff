package inspect_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
)

// maskedInSamples are the fields that are masked in what providers really send; of all the others none is.
const maskedInSamples = `
aws-sns SubscribeURL
aws-sns Token
discord token
lemon-squeezy customer_portal
lemon-squeezy customer_portal_update_subscription
lemon-squeezy invoice_url
lemon-squeezy receipt
lemon-squeezy update_payment_method
line replyToken
paypal href
shopify cart_token
shopify checkout_token
shopify order_status_url
shopify token
slack response_url
slack token
stripe client_secret
typeform token
woocommerce payment_url
zoom download_token
`

func TestWhatIsMaskedInSamples(t *testing.T) {
	name := regexp.MustCompile(`^"?([\w-]+)"?( =|:)`)
	found := make(map[string]bool)
	for _, provider := range fixtures.Providers() {
		events, err := fixtures.Events(provider)
		if err != nil {
			t.Fatal(err)
		}
		for _, event := range events {
			s, err := fixtures.Make(provider, event, fixtures.Options{Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			contentType := s.Header.Get("Content-Type")
			masked, n := inspect.MaskBody(contentType, s.Body)
			if n == 0 {
				continue
			}
			before, after := inspect.PrettyBody(contentType, s.Body, 0), inspect.PrettyBody(contentType, masked, 0)
			if len(before) != len(after) {
				t.Fatalf("%s %s: masked it has another shape", provider, event)
			}
			for i, line := range before {
				if m := name.FindStringSubmatch(strings.TrimSpace(line)); line != after[i] {
					if m == nil {
						t.Fatalf("%s %s: %s is masked", provider, event, line)
					}
					found[provider+" "+m[1]] = true
				}
			}
		}
	}
	want := strings.Split(strings.TrimSpace(maskedInSamples), "\n")
	if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
