package diff

import (
	"fmt"
	"testing"
)

// What differs between two firings is folded; what a developer compares deliveries for never is.
func TestVolatile(t *testing.T) {
	for _, tc := range []struct{ name, before, after, want string }{
		{"amount", `4200`, `9900`, ""},
		{"amount_captured", `14200000`, `99000000`, ""},
		{"total_price", `"42.00"`, `"99.00"`, ""},
		{"currency", `"usd"`, `"eur"`, ""},
		{"status", `"succeeded"`, `"requires_action"`, ""},
		{"state", `"CA"`, `"NY"`, ""},
		{"type", `"charge.succeeded"`, `"charge.failed"`, ""},
		{"email", `"jenny@example.com"`, `"bob@example.com"`, ""},
		{"name", `"Jenny"`, `"Robert"`, ""},
		{"description", `"Order of 3 mugs"`, `"Order of 4 mugs"`, ""},
		{"note", `"call 1234 today"`, `"call 9876 today"`, ""},
		{"quantity", `1`, `2`, ""},
		{"stock", `12`, `13`, ""},
		{"views", `1234567`, `7654321`, ""},
		{"ratio", `1795250734.5`, `1.5`, ""},
		{"api_version", `"2025-10"`, `"2024-07"`, ""},
		{"api_version", `"2025-02-24.acacia"`, `"2024-06-20"`, ""},
		{"api_version", `"2025-10-01"`, `"2024-07-01"`, ""},
		{"plan", `"price_basic"`, `"price_pro"`, ""},
		{"price_id", `"price_basic"`, `"price_pro"`, ""},
		{"phone", `"+14155550198"`, `"+14155550143"`, ""},
		{"from", `4155550198`, `2025550143`, ""},
		{"zip", `"94105"`, `"10001"`, ""},
		{"ip", `"203.0.113.24"`, `"203.0.113.25"`, ""},
		{"last4", `"4242"`, `"1111"`, ""},
		{"ErrorCode", `"21610"`, `"30003"`, ""},
		{"code", `"card_declined"`, `"expired_card"`, ""},
		{"code", `404`, `500`, ""},
		{"ref", `"refs/heads/main"`, `"refs/heads/dev"`, ""},
		{"ref", `"v1.2.0"`, `"v1.3.0"`, ""},
		{"url", `"https://example.com/ok"`, `"https://example.com/failed"`, ""},
		{"url", `"https://a.example/1"`, `"http://a.example/1"`, ""},
		{"color", `"#ff0000"`, `"#00ff00"`, ""},
		{"slug", `"blue-mug"`, `"red-mug"`, ""},
		{"paid", `"yes"`, `"no"`, ""},
		{"livemode", `true`, `false`, ""},
		{"created", `null`, `1795250734`, ""},
		{"created", `"1795250734"`, `1795250734`, ""},
		{"expires_in", `3600`, `7200`, ""},
		{"message", `""`, `"d2b1f7a0c44e4a7f"`, ""},
		{"width", `640`, `800`, ""},
		{"height", `480`, `600`, ""},
		{"", `"a"`, `"b"`, ""},

		{"id", `"evt_1MqqbKLt4dXK03v5qaIbiNCC"`, `"evt_3PqqbKLt4dXK03v5qaIbiNDD"`, WhyID},
		{"id", `4815`, `1623`, WhyID},
		{"customer", `"cus_9s6XKzkNRiz8i3"`, `"cus_4fdAW5ftNQow1a"`, WhyID},
		{"customer_id", `7`, `8`, WhyID},
		{"webhookEventId", `"01KOGGOJ21VPL627EBQZRAU6BN"`, `"01KLWBSC5POA044F0W0CF49OFW"`, WhyID},
		{"userIDs", `"u7"`, `"u8"`, WhyID},
		{"anything", `"017d416e-a9e7-458b-ab54-0fdd444ebd2c"`, `"f3ae9cc0-4a0c-4be8-a5cc-1671da88715e"`, WhyID},
		{"orders_requested", `5103776060669`, `5257366033790`, WhyID},
		{"head_sha", `"db41890742b8ffb7b2143866a4c30279bf27af62"`, `"ddba327f899fea9a70f64493111c0be686c92a69"`, WhyID},
		{"html_url", `"https://github.com/example/harbor/runs/57933109227"`, `"https://github.com/example/harbor/runs/57791490060"`, WhyID},
		{"html_url", `"https://github.com/example/harbor/runs/57933109227"`, `"https://github.com/example/quay/runs/57791490060"`, ""},
		{"summary", `"Chargeback for ch_3j02Ey4EDI9jV1Dbh5LNpinR"`, `"Chargeback for ch_38xugLaHZ86TylJVQoixuhs3"`, WhyID},
		{"summary", `"Refund of ch_3j02Ey4EDI9jV1Dbh5LNpinR"`, `"Chargeback of ch_38xugLaHZ86TylJVQoixuhs3"`, ""},
		{"code", `"GIVWDTWB"`, `"SQVDOFBV"`, WhyID},
		{"created", `1795250734`, `1795254000`, WhyTime},
		{"created", `1000000001`, `4000000001`, WhyTime},
		{"odd", `1795250734580`, `1795250734581`, WhyTime},
		{"ts", `"1795250734.838613"`, `"1795250734.744884"`, WhyTime},
		{"updated_at", `"2026-11-21T08:45:34.783Z"`, `"2026-11-22T03:45:33-05:00"`, WhyTime},
		{"fired_at", `"2026-11-21 08:45:33"`, `"2026-11-21 08:45:34"`, WhyTime},
		{"Date", `"Sat, 21 Nov 2026 08:45:34 +0000"`, `"Sat, 21 Nov 2026 08:45:35 +0000"`, WhyTime},
		{"text", `"It was 2026-11-21T08:45:34Z then"`, `"It was 2026-11-22T09:45:34Z then"`, WhyID},
		{"token", `"ocAXAbzkb0MnYoVYdpNDix8e"`, `"tA7tYvxzBm3GMyEKnupAQwHW"`, WhySignature},
		{"Stripe-Signature", `"t=1795250734,v1=5257a869e7"`, `"t=1795250799,v1=1c2f77b090"`, WhySignature},
	} {
		t.Run(fmt.Sprint(tc.name, tc.before), func(t *testing.T) {
			for _, ch := range []Change{{Kind: Changed, Before: tc.before, After: tc.after}, {Kind: Changed, Before: tc.after, After: tc.before}} {
				judge(&ch, tc.name)
				if ch.Why != tc.want || ch.Volatile != (tc.want != "") {
					t.Errorf("%s -> %s: got %q, want %q", ch.Before, ch.After, ch.Why, tc.want)
				}
			}
		})
	}
}

func TestWordsOf(t *testing.T) {
	for name, want := range map[string]string{
		"webhookEventId": "[webhook event id]", "X-GitHub-Delivery": "[x git hub delivery]", "MessageID": "[message id]", "userIDs": "[user ids]",
		"HTMLUrl": "[html url]", "data[list_id]": "[data list id]", "": "[]", "ID": "[id]", "iid": "[iid]", "größeInCm": "[größe in cm]", "IDs": "[ids]",
	} {
		if got := fmt.Sprint(wordsOf(name)); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
