package oracles

import (
	"bytes"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// replacing is a change of one text in the body.
func replacing(old, text string) func(*signature.Request) {
	return func(r *signature.Request) {
		r.Body = bytes.ReplaceAll(r.Body, []byte(old), []byte(text))
	}
}

// Adyen signs some fields of each item, and not the success of its neighbour.
func adyenDeeds() deeds {
	return deeds{
		bodies: []string{`{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":""},` +
			`"amount":{"currency":"EUR","value":1130},"eventCode":"AUTHORISATION","eventDate":"2026-11-20T10:00:00+01:00",` +
			`"merchantAccountCode":"TestMerchant","merchantReference":"order-1","originalReference":"","paymentMethod":"visa",` +
			`"pspReference":"7914073381342284","reason":"","success":"true"}}]}`},
		change: replacing("order-1", "order-2"),
	}
}

// Braintree's body is a form with an XML document in base64.
func braintreeDeeds() deeds {
	const xml = "PG5vdGlmaWNhdGlvbj48a2luZD5jaGVjazwva2luZD48dGltZXN0YW1wIHR5cGU9ImRhdGV0aW1lIj4yMDI2LTExLTIwVDEwOjAwOjAwWjwv" +
		"dGltZXN0YW1wPjxzdWJqZWN0PjxjaGVjayB0eXBlPSJib29sZWFuIj50cnVlPC9jaGVjaz48L3N1YmplY3Q%2BPC9ub3RpZmljYXRpb24%2B"
	return deeds{
		bodies: []string{"bt_signature=&bt_payload=" + xml},
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
		change: replacing("PG5vdGlma", "PG5vdGlmb"),
	}
}

// Dropbox Sign signs the type and the time of its event, which is in a field of a multipart form.
func dropboxSignDeeds() deeds {
	const boundary = "3f7b1c"
	return deeds{
		bodies: []string{"--" + boundary + "\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n" +
			`{"event":{"event_type":"signature_request_sent","event_time":"1795180000","event_hash":""}}` +
			"\r\n--" + boundary + "--\r\n"},
		header: map[string]string{"Content-Type": "multipart/form-data; boundary=" + boundary},
		change: replacing("signature_request_sent", "signature_request_sign"),
	}
}

// Linear's time is in its body.
func linearDeeds() deeds {
	return deeds{
		bodies: []string{`{"action":"create","type":"Issue","data":{"id":"1","title":"Grüße"},"webhookTimestamp":1795180000000,"webhookId":"w-1"}`},
		change: replacing("Issue", "issue"),
	}
}

// Mailgun signs a time and a token in the body and nothing of the event.
func mailgunDeeds() deeds {
	return deeds{
		bodies: []string{`{"signature":{"token":"50c1e1a8f1","timestamp":"1795180000","signature":""},"event-data":{"event":"opened","id":"Ase7i2zsRYeDXztHGENqRA"}}`},
		change: replacing(`"token":"`, `"token":"0`),
	}
}

// Plivo signs the parameters of a form.
func plivoDeeds() deeds {
	return deeds{
		bodies: []string{"To=15551234567&From=15557654321&Text=gr%C3%BC%C3%9Fe+%26+more&Type=sms&MessageUUID=db3ce55a"},
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	}
}

// SNS signs some fields of its JSON.
func snsDeeds() deeds {
	const common = `"MessageId":"22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324","TopicArn":"arn:aws:sns:us-west-2:123456789012:MyTopic",` +
		`"Timestamp":"2026-11-20T10:00:00.000Z","SignatureVersion":"2","Signature":"",` +
		`"SigningCertURL":"https://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem"`
	return deeds{
		bodies: []string{
			`{"Type":"Notification","Subject":"My subject","Message":"Hello\nworld, grüße",` + common + `}`,
			`{"Type":"SubscriptionConfirmation","Message":"You have chosen to subscribe","Token":"2336412f37",` +
				`"SubscribeURL":"https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription",` + common + `}`,
		},
		header: map[string]string{"Content-Type": "text/plain; charset=UTF-8"},
		change: replacing("MyTopic", "YourTopic"),
	}
}
