package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// The words and names that the questions ask for.
const (
	rareWord     = "needle_in_the_history" // in one of rareEvery deliveries
	rareProvider = "zendesk"               // from whom are as many
	rareEvery    = 10_000
	rareAt       = 17 // which of rareEvery
)

// A source is a provider with its event types, the most frequent first, and how many of a thousand deliveries are its.
type source struct {
	provider, agent, signed string
	share                   int
	events                  []string
}

var sources = []source{
	{"stripe", "Stripe/1.0 (+https://stripe.com/docs/webhooks)", "Stripe-Signature", 480, []string{
		"payment_intent.succeeded", "charge.succeeded", "customer.subscription.updated", "invoice.paid", "invoice.created",
		"customer.created", "checkout.session.completed", "payment_intent.created", "charge.refunded", "invoice.payment_failed",
		"customer.subscription.deleted", "payout.paid", "charge.dispute.created",
	}},
	{"github", "GitHub-Hookshot/044aadd", "X-Hub-Signature-256", 220, []string{
		"push", "pull_request", "check_run", "workflow_run", "issues", "issue_comment", "status", "release", "star", "deployment",
	}},
	{"shopify", "Shopify-Captain-Hook", "X-Shopify-Hmac-Sha256", 140, []string{
		"orders/create", "orders/updated", "products/update", "inventory_levels/update", "customers/create", "refunds/create",
	}},
	{"slack", "Slackbot 1.0 (+https://api.slack.com/robots)", "X-Slack-Signature", 80, []string{"message", "app_mention", "reaction_added"}},
	{"linear", "Linear-Webhook", "Linear-Signature", 50, []string{"Issue.update", "Issue.create", "Comment.create"}},
	{"", "curl/8.5.0", "X-Signature", 30, []string{""}},
}

var rareSource = source{rareProvider, "Zendesk Webhook", "X-Zendesk-Webhook-Signature", 0, []string{"ticket.created"}}

// An eventMaker makes deliveries as they come to projects over thirty days, always the same ones.
type eventMaker struct {
	random *rand.Rand
	from   time.Time
	step   time.Duration // from one to the next
	made   int
	size   int               // of a body, in bytes
	recent [64]ownedDelivery // some of the latest, which their providers may send again
}

// An ownedDelivery is one of a project, which is a number.
type ownedDelivery struct {
	inspect.Delivery
	project int
}

func newEventMaker(n, size int, until time.Time) *eventMaker {
	const span = 30*24*time.Hour - time.Hour // a little less than what hook keeps
	return &eventMaker{random: rand.New(rand.NewPCG(1, uint64(n))), from: until.Add(-span), step: span / time.Duration(n), size: size}
}

// next is the next delivery with its attempt: one of fifty is one that its provider sends once more.
func (m *eventMaker) next() (d ownedDelivery) {
	i := m.made
	m.made++
	at := m.from.Add(time.Duration(i) * m.step).Add(time.Duration(m.random.Int64N(int64(m.step/2) + 1)))
	if old := &m.recent[m.random.IntN(len(m.recent))]; m.random.IntN(50) == 0 && old.ProviderID != "" {
		d = *old
	} else {
		d = ownedDelivery{m.event(i), m.project()}
		m.recent[i%len(m.recent)] = d
	}
	d.ID, d.ReceivedAt = inspect.NewID(), at
	d.Attempts = []inspect.Attempt{m.attempt(at)}
	return d
}

func (m *eventMaker) event(i int) inspect.Delivery {
	from, word := m.source(), "nothing to see"
	if i%rareEvery == rareAt%rareEvery {
		from, word = rareSource, rareWord
	}
	event := from.events[min(m.random.IntN(len(from.events)), m.random.IntN(len(from.events)))]
	d := inspect.Delivery{
		Endpoint: "quiet-otter-k7q2", Remote: "54.187.174." + strconv.Itoa(m.random.IntN(256)), Proto: "HTTP/1.1", Host: "relay.example",
		Method: "POST", Path: "/webhooks/" + from.provider, Provider: from.provider, EventType: event,
	}
	d.URL = "https://relay.example/e/quiet-otter-k7q2" + d.Path
	if from.provider != "" {
		d.ProviderID = "evt_" + m.token(24)
	}
	d.Body = inspect.CaptureOf(m.body(&d, word))
	d.Header = http.Header{
		"Accept": {"*/*"}, "Accept-Encoding": {"gzip"}, "Content-Type": {"application/json"}, "User-Agent": {from.agent},
		"Content-Length": {strconv.Itoa(len(d.Body.Bytes))}, "X-Request-Id": {m.token(32)},
		from.signed: {"t=1767225600,v1=" + m.token(64)},
	}
	d.Signature = m.verdict(from)
	return d
}

func (m *eventMaker) source() source {
	n := m.random.IntN(1000)
	for _, s := range sources {
		if n -= s.share; n < 0 {
			return s
		}
	}
	return sources[0]
}

func (m *eventMaker) verdict(from source) signature.Result {
	r := signature.Result{Provider: from.provider, Verdict: signature.Valid, Secret: ".env (WEBHOOK_SECRET)"}
	switch n := m.random.IntN(100); {
	case from.provider == "":
		r = signature.Result{Verdict: signature.Unknown}
	case n < 2:
		r.Verdict, r.Reason = signature.Invalid, signature.ReasonMismatch
	}
	return r
}

// attempt fails one time of twenty.
func (m *eventMaker) attempt(at time.Time) inspect.Attempt {
	took := time.Duration(m.random.IntN(80)+1) * time.Millisecond
	a := inspect.Attempt{
		Number: 1, Target: "http://127.0.0.1:3000/webhooks", Started: at.Add(time.Millisecond), Outcome: inspect.OutcomeAnswered,
		Stages: inspect.Stages{Wait: took, Total: took + time.Millisecond},
	}
	status := 200
	switch n := m.random.IntN(1000); {
	case n < 20:
		status = 500
	case n < 30:
		status = 404
	case n < 40:
		status = 422
	case n < 43:
		status = 503
	case n < 50:
		a.Outcome, a.Err = inspect.OutcomeRefused, "dial tcp 127.0.0.1:3000: connect: connection refused"
		return a
	case n < 100:
		status = 204
	}
	a.Response = &inspect.Response{
		Status: status, Header: http.Header{"Content-Type": {"application/json"}, "Date": {"Thu, 01 Jan 2026 00:00:00 GMT"}},
		Body: inspect.CaptureOf(fmt.Appendf(nil, `{"received":%t}`, status < 300)),
	}
	return a
}

// body is JSON of that many bytes: ids that no other has, names that many have, and numbers.
func (m *eventMaker) body(d *inspect.Delivery, word string) []byte {
	b := fmt.Appendf(make([]byte, 0, m.size+128), `{"id":%q,"object":"event","type":%q,"note":%q,"data":{"object":{"id":"obj_%s","items":[`,
		d.ProviderID, d.EventType, word, m.token(24))
	const tail = `{}]}},"livemode":false,"pending_webhooks":1,"rest":"`
	for len(b)+len(tail) < m.size-180 {
		b = fmt.Appendf(b, `{"id":"it_%s","amount":%d,"currency":"eur","quantity":%d,"name":"%s %s","email":"%s@example.com"},`,
			m.token(16), m.random.IntN(1_000_000), m.random.IntN(9)+1, m.name(), m.name(), m.name())
	}
	b = append(b, tail...)
	for len(b)+2 < m.size {
		b = append(b, '.')
	}
	return append(b, `"}`...)
}

var names = []string{
	"amber", "basalt", "cedar", "delta", "ember", "falcon", "garnet", "harbor", "indigo", "juniper", "kestrel", "lumen", "maple",
	"nimbus", "onyx", "poplar", "quartz", "raven", "saffron", "thistle", "umber", "violet", "willow", "xenon", "yarrow", "zephyr",
}

func (m *eventMaker) name() string {
	return names[m.random.IntN(len(names))] + strconv.Itoa(m.random.IntN(400))
}

// token is a text of n characters that is not made twice.
func (m *eventMaker) token(n int) string {
	const digits = "0123456789abcdefghijklmnopqrstuv"
	b := make([]byte, n)
	var bits uint64
	for i := range b {
		if i%12 == 0 {
			bits = m.random.Uint64()
		}
		b[i] = digits[bits&31]
		bits >>= 5
	}
	return string(b)
}
