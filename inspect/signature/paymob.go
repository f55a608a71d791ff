package signature

import "strings"

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
			signs: members("obj.", "amount_cents", "created_at", "currency", "error_occured", "has_parent_transaction", "id",
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

// members is a template of values of the JSON body, one right behind the other.
func members(prefix string, paths ...string) template {
	return signs("{json:" + prefix + strings.Join(paths, "}{json:"+prefix) + "}")
}
