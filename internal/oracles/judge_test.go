package oracles

import (
	"bytes"
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A judge is a provider's own library, which says whether it accepts a webhook.
type judge struct {
	name      string // the library's
	provider  string // whose webhooks it judges
	prepare   func(secret string) (asked, error)
	tolerance time.Duration // how old it lets a webhook be; 0 if it doesn't look
	deeds     deeds
}

// An asked library says what is wrong with a delivery, or nil.
type asked func(delivery) error

// Deeds are what a judge needs to be different from the usual.
type deeds struct {
	method string                   // of the request; POST if it is empty
	url    string                   // of the request
	header map[string]string        // fields that the library insists on, beside the sample's
	bodies []string                 // in place of the samples, where the library reads a certain shape
	before string                   // what a secret begins with, where a text of one's own belongs to it
	change func(*signature.Request) // what it must notice, where that isn't a letter of the body
}

// A delivery is a webhook as an app gets it.
type delivery struct {
	signature.Request
	secret string // what the app is configured with: the signing secret, or the provider's public key
	made   *incoming
}

// Incoming is a delivery as net/http gives it to the app. It can be read again and again.
type incoming struct {
	request *http.Request
	body    *bytes.Reader
}

func (d delivery) incoming() *incoming {
	body := bytes.NewReader(nil)
	r, err := http.NewRequest(d.Method, d.URL, body)
	if err != nil {
		panic(err) // the tables' URLs can be parsed
	}
	r.Header = d.Header
	return &incoming{r, body}
}

// request is d as net/http gives it to the app.
func (d delivery) request() *http.Request {
	made := d.made
	if made == nil {
		made = d.incoming()
	}
	made.body.Reset(d.Body)
	made.request.Body = made
	return made.request
}

func (i *incoming) Read(p []byte) (int, error) { return i.body.Read(p) }
func (i *incoming) Close() error               { return nil }

// shortest is the least tolerance of which half is time enough for a slow machine.
const shortest = 30 * time.Second

// hold tries a judge with everything that it must accept and refuse. Where it and hook judge by the same clock, hook
// must agree.
func (j judge) hold(t *testing.T) {
	p := provider(t, j.provider)
	for name, unsigned := range j.requests(t) {
		t.Run(name, func(t *testing.T) {
			secret, other := j.deeds.before+p.NewSecret(), j.deeds.before+p.NewSecret()
			good := signed(t, p, unsigned, secret, 0)
			j.expect(t, p, good, true, "what hook signed")

			changed := clone(good)
			j.change(&changed.Request)
			j.expect(t, p, changed, false, "a changed request")

			stranger := clone(good)
			stranger.secret = configured(t, p, other)
			j.expect(t, p, stranger, false, "another secret's signature")

			if j.tolerance >= shortest {
				j.expect(t, p, signed(t, p, unsigned, secret, j.tolerance/2), true, "an aging request")
			}
			if j.tolerance > 0 {
				j.expect(t, p, signed(t, p, unsigned, secret, j.tolerance+shortest), false, "an old request")
			}
		})
	}
}

func (j judge) expect(t *testing.T, p *signature.Provider, d delivery, want bool, what string) {
	t.Helper()
	accepts, err := j.prepare(d.secret)
	if err != nil {
		t.Fatalf("%s: the secret: %v", j.name, err)
	}
	if err := accepts(d); (err == nil) != want {
		t.Errorf("%s on %s: accepted: %t, want %t (%v)\n%s %s\n%v\n%s", j.name, what, err == nil, want, err, d.Method, d.URL, d.Header, d.Body)
	}
	res := p.Verify(d.Request, []signature.Secret{{Value: d.secret, Provider: p.Name}})
	if got := res.Verdict == signature.Valid; got != want {
		t.Errorf("hook on %s: %s (%s), want valid: %t", what, res.Verdict, res.Reason, want)
	}
}

// usualURL is where requests go.
const usualURL = "https://app.example.com/hooks?a=1"

// requests are the unsigned requests that a judge is asked about: the provider's samples, else plain JSON.
func (j judge) requests(t *testing.T) map[string]signature.Request {
	t.Helper()
	requests := make(map[string]signature.Request)
	for i, body := range j.deeds.bodies {
		requests["body "+strconv.Itoa(i)] = signature.Request{Body: []byte(body)}
	}
	if len(requests) == 0 {
		requests = samples(t, j.provider)
	}
	for name, r := range requests {
		r.Method = cmp.Or(j.deeds.method, r.Method, http.MethodPost)
		r.URL = cmp.Or(j.deeds.url, usualURL)
		if r.Header == nil {
			r.Header = make(http.Header)
		}
		for field, value := range j.deeds.header {
			r.Header.Set(field, value)
		}
		requests[name] = r
	}
	return requests
}

// samples are hook's samples of a provider. If it has none yet, some JSON stands in.
func samples(t testing.TB, provider string) map[string]signature.Request {
	t.Helper()
	events, err := fixtures.Events(provider)
	if err != nil || len(events) == 0 {
		const plain = `{"id":"evt_1","type":"thing.made","data":{"text":"Grüße \u0026 🪝","amount":1999,"on":true}}`
		return map[string]signature.Request{"plain": {
			Header: http.Header{"Content-Type": {"application/json"}},
			Body:   []byte(plain),
		}}
	}
	requests := make(map[string]signature.Request)
	for _, event := range events {
		s, err := fixtures.Make(provider, event, fixtures.Options{})
		if err != nil {
			t.Fatal(err)
		}
		requests[event] = signature.Request{Method: s.Method, Header: s.Header, Body: s.Body}
	}
	return requests
}

// signed is r as the provider would have sent it some time ago.
func signed(t testing.TB, p *signature.Provider, r signature.Request, secret string, ago time.Duration) delivery {
	t.Helper()
	d := clone(delivery{Request: r, secret: configured(t, p, secret)})
	if err := p.Sign(&d.Request, signature.Secret{Value: secret, Provider: p.Name}, time.Now().Add(-ago)); err != nil {
		t.Fatal(err)
	}
	return d
}

// change does to a request what a judge must notice.
func (j judge) change(r *signature.Request) {
	if j.deeds.change != nil {
		j.deeds.change(r)
		return
	}
	r.Body = changed(r.Body)
}

// lastText is the last letter of each text in JSON.
var lastText = regexp.MustCompile(`[a-z]"[\s,}\]]`)

// changed is body with one other letter at the end of its last text, so that it can be read as before.
func changed(body []byte) []byte {
	at := bytes.LastIndexFunc(body, func(r rune) bool { return r >= 'a' && r <= 'z' })
	if found := lastText.FindAllIndex(body, -1); len(found) > 0 {
		at = found[len(found)-1][0]
	}
	body = bytes.Clone(body)
	body[at] ^= 1 // 'a' becomes '`'
	return body
}

func clone(d delivery) delivery {
	d.Header = maps.Clone(d.Header)
	d.Body = bytes.Clone(d.Body)
	return d
}

// provider finds one by its name.
func provider(t testing.TB, name string) *signature.Provider {
	t.Helper()
	p := signature.Lookup(name)
	if p == nil {
		t.Fatalf("there is no provider %s", name)
	}
	return p
}

// configured is what an app is given to verify with: the public key, where the provider signs with a private one.
func configured(t testing.TB, p *signature.Provider, secret string) string {
	t.Helper()
	key, err := p.PublicKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
