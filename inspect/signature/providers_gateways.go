package signature

import (
	"crypto"
	"slices"
	"strings"
	"time"
)

// gatewayProviders are gateways of payments with a way of signing of their own.
func gatewayProviders() []*Provider {
	return []*Provider{adyen(), antom(), braintree(), mollie(), paymob(), praxis(), solidgate(), wechatPay(), worldpay()}
}

func adyen() *Provider {
	key := hexKey(64)
	const item = "{json:" + adyenItemPath
	return &Provider{
		Name:       "adyen",
		Title:      "Adyen",
		Docs:       "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
		Confidence: Judged,
		Note:       "A standard webhook's signature covers eight fields of each item and nothing else. Standard webhooks want the text [accepted] as the answer.",
		SecretVars: []string{"ADYEN_HMAC_KEY", "ADYEN_WEBHOOK_HMAC_KEY", "ADYEN_HMAC_SECRET"},
		RegisterAt: "Customer Area → Developers → Webhooks",
		SecretAt:   "Customer Area → Developers → Webhooks → the webhook → Edit → Security → HMAC key",
		Timeout:    10 * time.Second,
		Success:    "any 2xx; for standard webhooks with the text [accepted]",
		Retries:    "for a week and more with growing pauses, then every 8 hours",
		scheme: &adyenScheme{
			item: hmacScheme{
				carrier: slots{signature: memberAt(adyenItemPath + "additionalData.hmacSignature")},
				digest:  withSHA256(), encoding: inBase64(), secret: key,
				signs: signs(item + "pspReference}:" + item + "originalReference}:" + item + "merchantAccountCode}:" + item + "merchantReference}:" +
					item + "amount.value}:" + item + "amount.currency}:" + item + "eventCode}:" + item + "success}"),
			},
			body: signsBody("Hmacsignature", "", withSHA256(), inBase64(), key),
		},
		clues: append(marks("Hmacsignature"), shape("the body's notificationItems",
			inBody("notificationItems.0."+adyenItemPath+"pspReference"), inBody("notificationItems.0."+adyenItemPath+"eventCode"))),
		reads: reading{
			event: firstOf(inBody("notificationItems.0."+adyenItemPath+"eventCode"), inBody("type")),
			id: firstOf(
				joined(":", inBody("notificationItems.0."+adyenItemPath+"pspReference"), inBody("notificationItems.0."+adyenItemPath+"eventCode")),
				joined(":", inBody("data.id"), inBody("type"))),
			account: firstOf(inBody("notificationItems.0."+adyenItemPath+"merchantAccountCode"), inBody("data.balancePlatform")),
			mode:    when(firstOf(inBody("live"), inBody("environment")), []string{"true", "live"}, ModeLive, ModeTest),
		},
	}
}

func antom() *Provider {
	return &Provider{
		Name:       "antom",
		Title:      "Antom (Alipay+)",
		Docs:       "https://docs.antom.com/ac/cashierpay/notifications",
		Confidence: Documented,
		Note:       "The answer must be 200 with the result SUCCESS, and is signed itself with the merchant's key.",
		SecretVars: []string{"ANTOM_PUBLIC_KEY", "ALIPAY_PUBLIC_KEY", "ALIPAYPLUS_PUBLIC_KEY"},
		RegisterAt: "Dashboard → Developer → Notification URL, or paymentNotifyUrl of each call",
		SecretAt:   "Dashboard → Developer → Quick Start → Integration resources → Antom public key",
		Success:    `200 with {"result": {"resultCode": "SUCCESS", "resultStatus": "S", …}}`,
		Retries:    "some 8 times over 24 hours",
		scheme: &antomScheme{keyScheme{
			carrier: antomHeader{}, algorithm: withRSA(crypto.SHA256, false), encoding: escapedBase64(),
			signs: signs("{method} {path}\n{header:Client-Id}.{header:Request-Time}.{body}"), shows: asSPKI,
		}},
		clues: []clue{
			{header: "Signature", prefix: "algorithm=RSA256", also: inHeader("Client-Id"), weight: certain},
			{header: "Signature", prefix: "algorithm=RSA256", weight: likely},
		},
		reads: reading{
			event: inBody("notifyType"), account: inHeader("Client-Id"),
			id: joined(":", firstOf(inBody("refundId"), inBody("captureId"), inBody("disputeId"), inBody("paymentId")), inBody("notifyType")),
		},
	}
}

func braintree() *Provider {
	scheme := hmacScheme{
		carrier: braintreeForm{}, digest: withSHA1(), encoding: inHex(), signs: signs("{field:bt_payload}"),
		secret: secretForm{alphabet: hexDigits, length: 32, derived: &derivation{"written as public_key:private_key; the key is the SHA-1 of the private one", braintreeKey}},
	}
	newline := scheme
	newline.signs = signs("{field:bt_payload}\n")
	return &Provider{
		Name:       "braintree",
		Title:      "Braintree",
		Docs:       "https://developer.paypal.com/braintree/docs/guides/webhooks/parse",
		Confidence: Judged,
		Note:       "The payload is XML in base64. Write the secret as public_key:private_key: the public key is sent with the signature.",
		SecretVars: []string{"BRAINTREE_KEYS", "BRAINTREE_PRIVATE_KEY"},
		RegisterAt: "Control Panel → API → Webhooks → Create new webhook",
		SecretAt:   "Control Panel → API → Keys → the public and the private key",
		Timeout:    30 * time.Second,
		Retries:    "every hour for up to 24 hours; in a sandbox every hour for 3 hours",
		Schedule:   []time.Duration{time.Hour, time.Hour, time.Hour},
		scheme:     &braintreeScheme{scheme, newline},
		clues: []clue{
			shape("the form's bt_signature and bt_payload", inForm("bt_signature"), func(r Request) string { return braintreeXML(r, "kind") }),
			{within: inQuery("bt_challenge"), weight: likely, words: "the query's bt_challenge"},
		},
		meta: func(r Request) Meta {
			m := Meta{EventType: braintreeXML(r, "kind"), Account: braintreeXML(r, "source-merchant-id")}
			if stamp := braintreeXML(r, "timestamp"); stamp != "" && m.EventType != "" {
				m.ID = m.EventType + ":" + stamp
			}
			return short(m)
		},
		ChallengeSecret: "the public key and the private key, with a colon between them",
		handshake:       braintreeChallenge,
	}
}

// mollie sends two headers of the same name for a day after a secret was rolled, each with a signature.
func mollie() *Provider {
	return &Provider{
		Name:       "mollie",
		Title:      "Mollie",
		Docs:       "https://docs.mollie.com/reference/webhooks-new",
		Confidence: Documented,
		Note: "Only webhooks that are subscribed to in the dashboard or by POST /v2/webhooks are signed. A payment's own webhookUrl gets " +
			"nothing but an id in a form: fetch what it names, and answer 200 for an id that is unknown too.",
		SecretVars: []string{"MOLLIE_WEBHOOK_SECRET", "MOLLIE_SIGNING_SECRET"},
		RegisterAt: "Dashboard → Developers → Webhooks, or webhookUrl of each payment",
		SecretAt:   "Dashboard → Developers → Webhooks → the webhook → Signing secret",
		Timeout:    15 * time.Second,
		Success:    "200",
		Retries:    "10 times over 26 hours with growing pauses",
		scheme: &hmacScheme{
			carrier: headers{signature: "X-Mollie-Signature", before: "sha256=", separator: ",", repeated: true},
			digest:  withSHA256(), encoding: inHex(), signs: signs("{body}"),
			secret: secretForm{alphabet: alphanumeric, length: 32},
		},
		clues: append(marks("X-Mollie-Signature"), agent("Mollie "),
			clue{within: inForm("id"), prefix: "tr_", weight: likely, words: "the form's id, tr_…"}),
		reads: reading{event: inBody("type"), id: firstOf(inBody("id"), inForm("id")), account: inBody("_embedded.entity.profileId")},
	}
}

// paymob signs twenty fields of the transaction, one after the other without anything between them.
func paymob() *Provider {
	return &Provider{
		Name:       "paymob",
		Title:      "Paymob",
		Docs:       "https://developers.paymob.com/paymob-docs/developers/webhook-callbacks-and-hmac/hmac/hmac-transaction-callback",
		Confidence: Documented,
		Note:       "Only twenty fields of the body are signed; the signature is the query's hmac. The redirect of the customer's browser has one too, which is not meant here.",
		SecretVars: []string{"PAYMOB_HMAC", "PAYMOB_HMAC_SECRET"},
		RegisterAt: "Dashboard → Developers → Payment Integrations → the integration → Transaction processed callback",
		SecretAt:   "Dashboard → Settings → Account Info → HMAC",
		Retries:    "not published",
		scheme: &hmacScheme{
			carrier: slots{signature: queryAt("hmac")},
			digest:  withSHA512(), encoding: inHex(), secret: secretForm{alphabet: hexDigits, length: 32},
			signs: members("obj.", "amount_cents", "created_at", "currency", "error_occured", "has_parent_transaction", "id", //nolint:misspell // Paymob writes it so
				"integration_id", "is_3d_secure", "is_auth", "is_capture", "is_refunded", "is_standalone_payment", "is_voided", "order.id",
				"owner", "pending", "source_data.pan", "source_data.sub_type", "source_data.type", "success"),
		},
		clues: []clue{shape("the body's obj with amount_cents and integration_id", inBody("obj.amount_cents"), inBody("obj.integration_id"))},
		reads: reading{event: inBody("type"), id: joined(":", inBody("type"), inBody("obj.id"), inBody("obj.updated_at"))},
	}
}

// praxis signs the values of some fields, which differ by the kind of notification, with the secret behind them.
func praxis() *Provider {
	payment := members("", "merchant_id", "application_key", "timestamp", "customer.customer_token", "session.order_id", "transaction.tid",
		"transaction.currency", "transaction.amount", "transaction.conversion_rate", "transaction.processed_currency", "transaction.processed_amount")
	subscription := members("", "event", "merchant_id", "application_key", "cid", "plan_id", "subscription_id", "subscription_status", "timestamp")
	fields := computes("the values that its documentation lists", func(r Request, c claims) []byte {
		if pick(r.Body, "event") != "" {
			return subscription.append(nil, r, c)
		}
		return payment.append(nil, r, c)
	})
	fields[0].reads = slices.Concat(payment, subscription)
	return &Provider{
		Name:       "praxis",
		Title:      "Praxis",
		Docs:       "https://docs.praxis.tech/docs/authentication",
		Confidence: Documented,
		Note:       "Only some fields of the body are signed, without HMAC. The answer must be 200 with a status of 0, and signed itself.",
		SecretVars: []string{"PRAXIS_MERCHANT_SECRET"},
		RegisterAt: "notification_url of each session",
		SecretAt:   "your Praxis account manager: Merchant Secret",
		Success:    `200 with {"status": 0, "timestamp": …}, signed`,
		Retries:    "not published",
		scheme: &hmacScheme{
			carrier: headers{signature: "Gt-Authentication"},
			digest:  withSHA384().unkeyed(), encoding: inHex(), signs: append(fields, signs("{secret}")...),
			secret: secretForm{alphabet: alphanumeric, length: 40},
		},
		clues: marks("Gt-Authentication"),
		reads: reading{
			event: firstOf(inBody("event"), inBody("transaction.transaction_status")), account: inBody("merchant_id"),
			id: joined(":", firstOf(inBody("transaction.tid"), inBody("subscription_id")),
				firstOf(inBody("event"), inBody("transaction.transaction_status"))),
		},
	}
}

func solidgate() *Provider {
	return &Provider{
		Name:       "solidgate",
		Title:      "Solidgate",
		Docs:       "https://docs.solidgate.com/payments/integrate/webhooks/",
		Confidence: Documented,
		Note:       "To sign, write the secret as wh_pk_…:wh_sk_…: the public key is signed and sent too.",
		SecretVars: []string{"SOLIDGATE_WEBHOOK_SECRET_KEY", "SOLIDGATE_WEBHOOK_SECRET", "SOLIDGATE_WEBHOOK_KEYS"},
		RegisterAt: "Hub → Developers → Channels → the channel → Webhooks",
		SecretAt:   "Hub → Developers → Credentials → Webhook keys",
		Timeout:    30 * time.Second,
		Retries:    "8 times over some 2 days",
		Schedule: []time.Duration{
			15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour, 24 * time.Hour,
		},
		scheme: &solidgateScheme{hmacScheme{
			carrier: headers{signature: "Signature", id: "Merchant"},
			digest:  withSHA512(), encoding: hexInBase64(), signs: signs("{id}{body}{id}"),
			secret: secretForm{derived: &derivation{"of which only what stands behind the colon is the key, if there is one", solidgateKey}},
		}},
		clues: append(marks("Solidgate-Event-Type", "Solidgate-Event-Id"),
			clue{header: "Merchant", prefix: "wh_pk_", also: inHeader("Signature"), weight: certain}),
		reads: reading{event: inHeader("Solidgate-Event-Type"), id: inHeader("Solidgate-Event-Id")},
	}
}

func wechatPay() *Provider {
	return &Provider{
		Name:       "wechat-pay",
		Title:      "WeChat Pay",
		Docs:       "https://pay.weixin.qq.com/doc/global/v3/en/4012357149",
		Confidence: Documented,
		Note:       "The signature covers the encrypted resource: verify first, then decrypt it with the APIv3 key. Wechatpay-Serial names the key.",
		SecretVars: []string{"WECHATPAY_PUBLIC_KEY", "WECHAT_PAY_PUBLIC_KEY", "WECHATPAY_PLATFORM_CERTIFICATE"},
		RegisterAt: "notify_url of each API call",
		SecretAt:   "Merchant Platform → Account Center → API Security → WeChat Pay public key, or GET /v3/certificates",
		Timeout:    5 * time.Second,
		Success:    `200 or 204; with a body {"code": "SUCCESS"}`,
		Retries:    "for 24 hours, after 15 seconds at first, later every 6 hours",
		scheme: &keyScheme{
			carrier:   headers{signature: "Wechatpay-Signature", time: "Wechatpay-Timestamp", id: "Wechatpay-Nonce"},
			algorithm: withRSA(crypto.SHA256, false), encoding: inBase64(), signs: signs("{timestamp}\n{id}\n{body}\n"),
			clock: clock{unit: time.Second, past: 5 * time.Minute, future: 5 * time.Minute}, shows: asPEM,
			names: inHeader("Wechatpay-Serial"),
		},
		clues: marks("Wechatpay-Signature", "Wechatpay-Serial", "Wechatpay-Nonce"),
		reads: reading{event: inBody("event_type"), id: inBody("id")},
	}
}

func worldpay() *Provider {
	scheme := signsBody("Event-Signature", "", withSHA256(), inHex(), secretForm{alphabet: hexDigits, length: 64})
	scheme.carrier = worldpayKeys{}
	return &Provider{
		Name:       "worldpay",
		Title:      "Access Worldpay",
		Docs:       "https://docs.worldpay.com/access/products/events/signature",
		Confidence: Unconfirmed,
		Note:       "Its documentation does not say how the signature is written; hexadecimal digits are assumed.",
		SecretVars: []string{"WORLDPAY_WEBHOOK_SECRET", "WORLDPAY_EVENT_SIGNATURE_SECRET"},
		RegisterAt: "your Worldpay Implementation Manager",
		SecretAt:   "your Worldpay Implementation Manager, who must switch signatures on",
		Timeout:    10 * time.Second,
		Success:    "200",
		Retries:    "for a week, after 15 minutes at first, later every 2 hours",
		scheme:     scheme,
		clues: []clue{
			{header: "Event-Signature", weight: likely},
			shape("the body's eventId and eventDetails", inBody("eventId"), inBody("eventDetails.transactionReference"), inBody("eventDetails.type")),
		},
		reads: reading{event: inBody("eventDetails.type"), id: inBody("eventId")},
	}
}

// members is a template of values of the JSON body, one right behind the other.
func members(prefix string, paths ...string) template {
	return signs("{json:" + prefix + strings.Join(paths, "}{json:"+prefix) + "}")
}
