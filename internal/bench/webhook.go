package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// signingSecret is what webhooks are signed with, and what hook is told.
const signingSecret = "whsec_bench_bench_bench_bench_bench"

// minBody is the fewest bytes that a webhook's body can have.
const minBody = 512

// A webhook is a Stripe-like request, prepared as the bytes of HTTP/1.1. Each time it is sent its id, its timestamp and
// its signature are others, and nothing else.
type webhook struct {
	bytes          []byte // head and body
	body           []byte // the parts of bytes that change, and what is signed
	id, time, hmac []byte
	count          int
	mac            hash.Hash
	sum            [sha256.Size]byte
}

const (
	idDigits   = 12
	timeDigits = 10
)

// newWebhook prepares a webhook to target with a body of size bytes. Those of different workers have different ids.
func newWebhook(target *url.URL, size, worker int) *webhook {
	id := fmt.Sprintf("evt_%04d", worker)
	head := strings.Join([]string{
		"POST " + target.RequestURI() + " HTTP/1.1",
		"Host: " + target.Host,
		"User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)",
		"Accept: */*; q=0.5, application/xml",
		"Accept-Encoding: gzip",
		"Cache-Control: no-cache",
		"Content-Type: application/json; charset=utf-8",
		"Content-Length: " + strconv.Itoa(size),
		"X-Request-Id: 0b6f2f5e-6f0e-4d8b-9a5e-3f1d7c2b9e04",
		"Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"Tracestate: vendor=t61rcWkgMzE",
		"Idempotency-Key: 5c1e9a2b7d3f4860",
		"Stripe-Signature: t=" + strings.Repeat("0", timeDigits) + ",v1=" + strings.Repeat("0", 2*sha256.Size),
		"", "",
	}, "\r\n")
	w := &webhook{
		bytes: append([]byte(head), eventBody(id+strings.Repeat("0", idDigits), size)...),
		mac:   hmac.New(sha256.New, []byte(signingSecret)),
	}
	w.body = w.bytes[len(head):]
	w.id = after(w.body, id)[:idDigits]
	w.time = after(w.bytes, "Stripe-Signature: t=")[:timeDigits]
	w.hmac = after(w.bytes, ",v1=")[:2*sha256.Size]
	return w
}

// after is what follows the first mark in b, sharing its memory.
func after(b []byte, mark string) []byte {
	return b[bytes.Index(b, []byte(mark))+len(mark):]
}

// next is the request to send now. It is overwritten by the next call.
func (w *webhook) next() []byte {
	w.count++
	for i, n := len(w.id)-1, w.count; i >= 0; i, n = i-1, n/10 {
		w.id[i] = '0' + byte(n%10)
	}
	strconv.AppendInt(w.time[:0], time.Now().Unix(), 10)
	w.mac.Reset()
	w.mac.Write(w.time)
	w.mac.Write([]byte{'.'})
	w.mac.Write(w.body)
	hex.Encode(w.hmac, w.mac.Sum(w.sum[:0]))
	return w.bytes
}

// eventBody is an event in JSON, size bytes long, with the keys in Stripe's order.
func eventBody(id string, size int) []byte {
	const tail = `"}},"previous_attributes":null},"livemode":false,"pending_webhooks":1,` +
		`"request":{"id":"req_9uQmX2","idempotency_key":"5c1e9a2b7d3f4860"},"type":"payment_intent.succeeded"}`
	b := []byte(`{"id":"` + id + `","object":"event","api_version":"2025-03-31.basil","created":1767225600,` +
		`"data":{"object":{"id":"pi_3Pq8","object":"payment_intent","amount":4200,"currency":"eur",` +
		`"status":"succeeded","metadata":{`)
	const last = `"rest":"`
	for n := 0; ; n++ {
		entry := fmt.Sprintf(`"key_%03d":"one of the values that shops keep",`, n)
		if len(b)+len(entry)+len(last)+len(tail) > size {
			break
		}
		b = append(b, entry...)
	}
	b = append(b, last...)
	for len(b)+len(tail) < size {
		b = append(b, '.')
	}
	return append(b, tail...)
}
