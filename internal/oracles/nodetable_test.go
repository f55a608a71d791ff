package oracles

import (
	"cmp"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func TestNode(t *testing.T) {
	n := startNode(t)
	for _, j := range nodeJudges() {
		j.prepare = n.judging(j.name)
		t.Run("judge/"+j.name, func(t *testing.T) {
			provider(t, j.provider)
			if _, err := n.do(nodeTask{Task: "load", Library: j.name}); err != nil {
				t.Fatal(err)
			}
			j.hold(t)
		})
	}
	for _, h := range nodeHands() {
		h.sign = n.signing(h.name)
		t.Run("hand/"+h.name, h.hold)
	}
}

// compact is JSON just as JavaScript writes it: some libraries sign what they read and write again.
const compact = `{"id":"evt_1","type":"thing.made","event":"thing.made","data":{"text":"Grüße & 🪝","amount":1999,"on":true}}`

// nodeJudges are named as in node/judges.mjs.
func nodeJudges() []judge {
	const fiveMinutes = 5 * time.Minute
	judges := []judge{
		{name: "adyen", deeds: adyenDeeds()},
		{name: "anthropic", tolerance: fiveMinutes},
		{name: "box", tolerance: 10 * time.Minute},
		{name: "braintree", deeds: braintreeDeeds()},
		{name: "cloudinary", tolerance: 2 * time.Hour},
		{name: "coinbase-commerce", deeds: deeds{bodies: []string{`{"attempt_number":1,"event":{"id":"24934862","type":"charge:created","data":{}}}`}}},
		{name: "contentful", tolerance: 30 * time.Second},
		{name: "discord"},
		{name: "dropbox-sign", deeds: dropboxSignDeeds()},
		{name: "easypost"},
		{name: "elevenlabs", tolerance: 30 * time.Minute},
		{name: "github"},
		{name: "gocardless"},
		{name: "google-pubsub", deeds: deeds{before: usualURL + "\n", change: changeToken}},
		{name: "hubspot", tolerance: fiveMinutes},
		{name: "hygraph"},
		{name: "line"},
		{name: "linear", tolerance: time.Minute, deeds: linearDeeds()},
		{name: "lithic", tolerance: fiveMinutes},
		{name: "modern-treasury"},
		{name: "mux", tolerance: fiveMinutes},
		{name: "notion"},
		{name: "onfido"},
		{name: "openai", tolerance: fiveMinutes},
		{name: "orb", tolerance: fiveMinutes},
		{name: "paddle", tolerance: paddleTolerance},
		{name: "plivo", deeds: plivoDeeds()},
		{name: "polar", tolerance: fiveMinutes},
		{name: "pusher", deeds: deeds{header: map[string]string{"Content-Type": "application/json"}}},
		{name: "razorpay"},
		{name: "replicate"},
		{name: "resend", tolerance: fiveMinutes},
		{name: "sanity"},
		{name: "sendgrid"},
		{name: "shopify"},
		{name: "slack", tolerance: fiveMinutes},
		{name: "smartcar", deeds: deeds{bodies: []string{compact}}},
		{name: "sns", provider: "aws-sns", deeds: snsDeeds()},
		{name: "square"},
		{name: "standard-webhooks", tolerance: fiveMinutes},
		{name: "stripe", tolerance: fiveMinutes},
		{name: "svix", tolerance: fiveMinutes},
		{name: "telnyx", tolerance: fiveMinutes},
		{name: "twilio"},
		{name: "twilio", deeds: deeds{bodies: []string{"To=%2B15551234567&Tag=b&Tag=a&Tag=b&Body=gr%C3%BC%C3%9Fe+%26+more&Empty="}, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}},
		{name: "twilio", deeds: deeds{bodies: []string{compact}, header: map[string]string{"Content-Type": "application/json"}}},
		{name: "webflow"},
		{name: "workos", tolerance: 3 * time.Minute, deeds: deeds{bodies: []string{compact}}},
	}
	for i, j := range judges {
		judges[i].provider = cmp.Or(j.provider, j.name)
	}
	return judges
}

// nodeHands are named as in node/hands.mjs.
func nodeHands() []hand {
	hands := []hand{
		{name: "cloudinary"},
		{name: "coinbase-commerce"},
		{name: "contentful"},
		{name: "github"},
		{name: "hubspot"},
		{name: "hygraph"},
		{name: "modern-treasury"},
		{name: "notion"},
		{name: "orb"},
		{name: "sanity"},
		{name: "standard-webhooks"},
		{name: "stripe"},
		{name: "svix"},
		{name: "twilio"},
		{name: "workos", deeds: deeds{bodies: []string{compact}}},
	}
	for i, h := range hands {
		hands[i].provider = h.name
	}
	return hands
}

// changeToken changes a bearer token, where that alone is signed.
func changeToken(r *signature.Request) {
	token := []byte(r.Header.Get("Authorization"))
	token[len(token)-20] ^= 1
	r.Header.Set("Authorization", string(token))
}
