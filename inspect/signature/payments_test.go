package signature

import (
	"encoding/base64"
	"net/url"
	"strings"
)

func init() {
	plain := `<notification><kind>subscription_went_active</kind><timestamp type="datetime">2026-03-01T10:00:00Z</timestamp>` +
		strings.Repeat("<padding>of a subscription</padding>", 8) + `</notification>`
	bodies["braintree"] = body{formType, "bt_payload=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(plain))+"\n")}
	bodies["ecwid"] = body{jsonType, `{"eventId":"80aece08-40e8-4145-8764-6c2f0d38678","eventCreated":1234567,"storeId":1003,"eventType":"order.created"}`}
	bodies["paddle-classic"] = body{formType, "alert_name=payment_succeeded&alert_id=1&balance_currency=EUR&email=a%40b.example&p_signature=&quantity=1&receipt_url=https%3A%2F%2Fa"}
	bodies["paymob"] = body{jsonType, paymobBody}
	bodies["paypro-global"] = body{formType, "IPN_TYPE_NAME=OrderCharged&ORDER_ID=7&ORDER_STATUS=Processed&ORDER_TOTAL_AMOUNT=10.00&TEST_MODE=0&CUSTOMER_EMAIL=somebody%40shop.example"}
	bodies["praxis"] = body{jsonType, praxisBody}
	tolerated["coinbase"] = []string{"half of the signature"} // the header's first half holds one of its two signatures
	tolerated["mollie"] = []string{"repeated header"}
	bodyUnsigned = append(bodyUnsigned, "chargebee", "ecwid", "shipstation")
}

const (
	paymobBody = `{"type":"TRANSACTION","obj":{"id":2556706,"pending":false,"amount_cents":100,"success":true,"is_auth":false,"is_capture":false,` +
		`"is_standalone_payment":true,"is_voided":false,"is_refunded":false,"is_3d_secure":true,"integration_id":6741,"has_parent_transaction":false,` +
		`"order":{"id":4778239},"created_at":"2020-03-25T18:39:44.719228","currency":"EGP","source_data":{"pan":"2346","type":"card","sub_type":"MasterCard"},` +
		`"error_occured":false,"owner":4705}}` //nolint:misspell // Paymob writes it so
	praxisBody = `{"merchant_id":"API-Tester","application_key":"Sample","timestamp":1585126003,"customer":{"customer_token":"13b5"},` +
		`"session":{"order_id":"test-1560610955"},"transaction":{"tid":756850,"transaction_status":"approved","currency":"EUR","amount":"10.00",` +
		`"conversion_rate":1.0,"processed_currency":"EUR","processed_amount":"10.00"}}`
)
