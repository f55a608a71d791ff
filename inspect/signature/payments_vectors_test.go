package signature

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// paymentVectors are requests whose signatures the providers have published, in their documentation or in the tests of their libraries.
func paymentVectors() []struct {
	provider, source, secret string
	request                  Request
} {
	const (
		adyenItem = `{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":"xhpHvYq2u2Np0rstbZ6QjLGu7JWhvf7Iwaa6EviJSX0="},` +
			`"amount":{"currency":"EUR","value":1000},"eventCode":"CAPTURE","merchantAccountCode":"merchantAccount","merchantReference":"reference",` +
			`"originalReference":"originalReference","paymentMethod":"VISA","pspReference":"pspReference","reason":"reason","success":"true"}}]}`
		bridgeKey = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtqsEE4eI7EmzhcquGJXt\nLX9PMK0UH6Kl1WIR21sv8HtueG8BuvvpP3MiN7ltzmIhS8KaynCjN4l+620PnXeu\n" +
			"xWG+CSnEdkinL9hCqbEid5vv9zl0j9LWiJx3FkKHqADU7cgm46aa8dKUdIQYF2X+\nO7WmyLkC4wUM/mWhBPMsIQBznashRMZxx7XJjsVp27ACUE4eNIjEXbVYN6U8jSbU\n" +
			"hG++CfL8xXu+GHDqKmFE6Po6HnuURvLFVnCtE3mXXBcVFlPy+octfx8nOMLT3X8O\n9UehIigJ34o2yMm/Fq3HUJzg2BsiAiGgtr0vmeoV9Q7upSNj9TuOumAzZFi4pYA+\nqwIDAQAB\n-----END PUBLIC KEY-----\n"
		bridgeSignature = "t=1705854411204,v0=jz/0dmHJ63FAzacGutrDTEoq+iSz/PHm/ugdooXDQu5NwuVIT2LmZGjsnCsBHgR9Py6OBP9zurzW4dHgygU4EDqmMPTUOvhvndYb4lWt+TY66LihaFI2whL6DAf/" +
			"jb1QjYjNU0A6x9SLzC45dgE6X7zTDUM+2Z+scG/WEQf6SxQMt4E2sEipl5PqMK5lYUe3otdJV+X2c9D64bGwCEE7QSia+Vhozg8QNOQEk/rdz2IEONIg6oC43CeiN4E2kF9XLAGuy9uAHx9O9OJH5ZPLJZjyo4VcXYeWQgxaQ1gZ1Qu6hEEzgiPSff/1nou58dm4bIIazgCWli/mO0NyGcpfFw=="
		circleBody = `{"subscriptionId":"00000000-0000-0000-0000-000000000000","notificationId":"00000000-0000-0000-0000-000000000000","notificationType":"webhooks.test",` +
			`"notification":{"hello":"world"},"timestamp":"2024-01-26T18:22:19.779834211Z","version":2}`
		circleKey       = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESl76SZPBJemW0mJNN4KTvYkLT8bOT4UGhFhzNk3fJqf6iuPlLQLq533FelXwczJbjg2U1PHTvQTK7qOQnDL2Tg=="
		circleSignature = "MEQCIBlJPX7t0FDOcozsRK6qIQwik5Fq6mhAtCSSgIB/yQO7AiB9U5lVpdufKvPhk3cz4TH2f5MP7ArnmPRBmhPztpsIFQ=="
		commerceBody    = `{"id":1,"scheduled_for":"2017-01-31T20:50:02Z","attempt_number":1,"event":{"id":"24934862-d980-46cb-9402-43c81b0cdba6","type":"charge:created",` +
			`"api_version":"2018-03-22","created_at":"2017-01-31T20:49:02Z","data":{"code":"66BEOV2A","name":"The Sovereign Individual",` +
			`"description":"Mastering the Transition to the Information Age","hosted_url":"https://commerce.coinbase.com/charges/66BEOV2A","created_at":"2017-01-31T20:49:02Z",` +
			`"expires_at":"2017-01-31T21:04:02Z","timeline":[{"time":"2017-01-31T20:49:02Z","status":"NEW"}],"metadata":{},"pricing_type":"no_price","payments":[],` +
			`"addresses":{"bitcoin":"0000000000000000000000000000000000","ethereum":"0x0000000000000000000000000000000000000000","litecoin":"3000000000000000000000000000000000",` +
			`"bitcoincash":"bitcoincash:000000000000000000000000000000000000000000"}}}}`
		ebayBody = `{"metadata":{"topic":"MARKETPLACE_ACCOUNT_DELETION","schemaVersion":"1.0","deprecated":false},"notification":{` +
			`"notificationId":"49feeaeb-4982-42d9-a377-9645b8479411_33f7e043-fed8-442b-9d44-791923bd9a6d","eventDate":"2021-03-19T20:43:59.462Z",` +
			`"publishDate":"2021-03-19T20:43:59.679Z","publishAttemptCount":1,"data":{"username":"test_user","userId":"ma8vp1jySJC","eiasToken":"nY+sHZ2PrBmdj6wVnY+sEZ2PrA2dj6wJnY+gAZGEpwmdj6x9nY+seQ=="}}}`
		ebayKey       = "a token of my own\n-----BEGIN PUBLIC KEY-----MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZhhxXKtR+TOvtDbgTPCkSof02qgBB7IsYOyf76ilExJ/upAa/vKIKheOoCyOpcLmi4t0b4uepb7LLjmMr90FUg==-----END PUBLIC KEY-----"
		ebaySignature = "eyJhbGciOiJlY2RzYSIsImtpZCI6Ijk5MzYyNjFhLTdkN2ItNDYyMS1hMGYxLTk2Y2NiNDI4YWY0OSIsInNpZ25hdHVyZSI6Ik1FWUNJUUNmeGZJV3V4bVdjSUJRSjljNS9YN2lHREpxczJSQ0dzQkVhQWppbnlycmZB" +
			"SWhBSVY2d0djVGlCdVY1S0pVaWYyaG9reXJMK1E5c3NIa2FkK214Mm5FRTI1dyIsImRpZ2VzdCI6IlNIQTEifQ=="
		gocardlessBody = `{"events":[{"id":"EV00BD05S5VM2T","created_at":"2018-07-05T09:13:51.404Z","resource_type":"subscriptions","action":"created",` +
			`"links":{"subscription":"SB0003JJQ2MR06"},"details":{"origin":"api","cause":"subscription_created","description":"Subscription created via the API."},"metadata":{}},` +
			`{"id":"EV00BD05TB8K63","created_at":"2018-07-05T09:13:56.893Z","resource_type":"mandates","action":"created","links":{"mandate":"MD000AMA19XGEC"},` +
			`"details":{"origin":"api","cause":"mandate_created","description":"Mandate created via the API."},"metadata":{}}]}`
		paddleBody = `{"data":{"id":"pri_01hsdn96k2hxjzsq5yerecdj9j","name":null,"status":"active","quantity":{"maximum":999999,"minimum":1},"tax_mode":"account_setting",` +
			`"product_id":"pro_01hsdn8qp7yydry3x1yeg6a9rv","unit_price":{"amount":"1000","currency_code":"USD"},"custom_data":null,"description":"testing","import_meta":null,` +
			`"trial_period":null,"billing_cycle":{"interval":"month","frequency":1},"unit_price_overrides":[]},"event_id":"evt_01hsdn97563968dy0szkmgjwh3","event_type":"price.created",` +
			`"occurred_at":"2024-03-20T10:07:35.590857Z","notification_id":"ntf_01hsdn977e920kbgzt6r6c9rqc"}`
		revolutBody = `{"data":{"id":"645a7696-22f3-aa47-9c74-cbae0449cc46","new_state":"completed","old_state":"pending","request_id":"app_charges-9f5d5eb3-1e06-46c5-b1c0-3914763e0bcb"},` +
			`"event":"TransactionStateChanged","timestamp":"2023-05-09T16:36:38.028960Z"}`
		worldlineBody = `{
  "apiVersion": "v1",
  "id": "8ee793f6-4553-4749-85dc-f2ef095c5ab0",
  "created": "2017-02-02T11:24:14.040+0100",
  "merchantId": "20000",
  "type": "payment.paid",
  "payment": {
    "id": "00000200000143570012",
    "paymentOutput": {
      "amountOfMoney": {
        "amount": 1000,
        "currencyCode": "EUR"
      },
      "references": {
        "paymentReference": "200001681810"
      },
      "paymentMethod": "bankTransfer",
      "bankTransferPaymentMethodSpecificOutput": {
        "paymentProductId": 11
      }
    },
    "status": "PAID",
    "statusOutput": {
      "isCancellable": false,
      "statusCategory": "COMPLETED",
      "statusCode": 1000,
      "statusCodeChangeDateTime": "20170202112414",
      "isAuthorized": true
    }
  }
}`
	)
	return []struct {
		provider, source, secret string
		request                  Request
	}{
		{"adyen", "tests of @adyen/api-library, hmacValidator", "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00", requestOf(adyenItem, 0)},
		{"bridge-xyz", "apidocs.bridge.xyz, Webhook Event Signature Verification", bridgeKey,
			requestOf(`{"message":"Hello World!"}`, 1705854411, "X-Webhook-Signature", bridgeSignature)},
		{"circle", "developers.circle.com, Verify webhook signatures", circleKey, requestOf(circleBody, 0, "X-Circle-Signature", circleSignature)},
		{"coinbase-commerce", "tests of coinbase-commerce-node", "30291a20-0bd1-4267-9b0f-e6e7b123c0bf",
			requestOf(commerceBody, 0, "X-CC-Webhook-Signature", "8be7742c7d372f08a6a3224edadf18a22b65fa9e28f3f2de97376cdaa092590d")},
		{"ebay", "tests of event-notification-nodejs-sdk", ebayKey, requestOf(ebayBody, 0, "X-EBAY-SIGNATURE", ebaySignature)},
		{"gocardless", "tests of GoCardless's libraries", "ED7D658C-D8EB-4941-948B-3973214F2D49",
			requestOf(gocardlessBody, 0, "Webhook-Signature", "2693754819d3e32d7e8fcb13c729631f316c6de8dc1cf634d6527f1c07276e7e")},
		{"modern-treasury", "tests of modern-treasury-node", "foo",
			requestOf(`{"foo":"bar"}`, 0, "X-Signature", "57e14f6f354543f0101fb06ea24df7731d90087b76651e3497345e22a3622940")},
		{"paddle", "examples of paddle-go-sdk", "pdl_ntfset_01hsdn8d43dt7mezr1ef2jtbaw_hKkRiCGyyRhbFwIUuqiTBgI7gnWoV0Gr",
			requestOf(paddleBody, 1710929255, "Paddle-Signature", "ts=1710929255;h1=6c05ef8fa83c44d751be6d259ec955ce5638e2c54095bf128e408e2fce1589c8")},
		{"razorpay", "tests of Razorpay's libraries", "123456",
			requestOf(`{"a":1,"b":2,"c":{"d":3}}`, 0, "X-Razorpay-Signature", "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc")},
		{"revolut", "developer.revolut.com, Verify the payload signature", "wsk_r59a4HfWVAKycbCaNO1RvgCJec02gRd8",
			requestOf(revolutBody, 1683650202, "Revolut-Request-Timestamp", "1683650202360",
				"Revolut-Signature", "v1=bca326fb378d0da7f7c490ad584a8106bab9723d8d9cdd0d50b4c5b3be3837c0")},
		{"worldline", "tests of Worldline's libraries", "hello+world",
			requestOf(worldlineBody, 0, "X-GCS-Signature", "2S7doBj/GnJnacIjSJzr5fxGM5xmfQyFAwxv1I53ZEk=", "X-GCS-KeyId", "dummy-key-id")},
	}
}

func TestPaymentVectors(t *testing.T) {
	for _, v := range paymentVectors() {
		t.Run(v.provider, func(t *testing.T) {
			p := Lookup(v.provider)
			wantResult(t, p.Verify(v.request, secretsOf(v.secret)), Valid, ReasonOK)
			if got := Detect(v.request).Provider; got != p && v.provider != "modern-treasury" && v.provider != "bridge-xyz" {
				t.Errorf("detected %+v, want %s", Detect(v.request), v.provider)
			}
			v.request.Body = []byte(strings.Replace(string(v.request.Body), "a", "c", -1))
			if got := p.Verify(v.request, secretsOf(v.secret)); got.Verdict != Invalid {
				t.Errorf("another body: got %s %s, want invalid", got.Verdict, got.Reason)
			}
		})
	}
}

// Further values from the tests of modern-treasury-node and of Braintree's libraries.
func TestPaymentSums(t *testing.T) {
	p := Lookup("modern-treasury")
	for body, want := range map[string]string{
		"foo":                                 "08ba357e274f528065766c770a639abf6809b39ccfd37c2a3157c7f51954da0a",
		`{"foo":"bar","bar":"baz","a": true}`: "ec1c86d16075e6937fc26d55b7dc60bac9b1178a2f714312f7c5cb13a319b0ac",
	} {
		r := requestOf(body, 0)
		if err := p.Sign(&r, Secret{Value: "foo"}, time.Time{}); err != nil || r.Header.Get("X-Signature") != want {
			t.Errorf("%s: signed as %s, %v; want %s", body, r.Header.Get("X-Signature"), err, want)
		}
	}
	r := Request{Method: http.MethodGet, URL: "https://a.example/hooks?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53"}
	got, ok := Lookup("braintree").Handshake(r, secretsOf("integration_public_key:integration_private_key"))
	if want := "integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4"; !ok || got.Body != want {
		t.Errorf("got %+v %v, want %s", got, ok, want)
	}
}
