package oracles

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// BenchmarkVerify has hook and each library for Go verify the same webhook of about 2 KiB. The libraries may prepare
// themselves for the secret beforehand, hook doesn't. Each takes a fresh webhook: Paddle's are too old after 5 seconds.
func BenchmarkVerify(b *testing.B) {
	for _, j := range goJudges() {
		b.Run(j.provider+"/"+j.name, func(b *testing.B) {
			p := provider(b, j.provider)
			b.Run("hook", func(b *testing.B) {
				d := j.usual(b)
				repeat(b, byHook(p, d.secret), d)
			})
			b.Run("theirs", func(b *testing.B) {
				d := j.usual(b)
				repeat(b, j.mustPrepare(b, d.secret), d)
			})
		})
	}
}

// Verifying allocates no more than the providers' own libraries do, from the secret's text on.
func TestAllocations(t *testing.T) {
	for _, j := range goJudges() {
		t.Run(j.provider+"/"+j.name, func(t *testing.T) {
			d, p := j.usual(t), provider(t, j.provider)
			ours := allocations(t, byHook(p, d.secret), d)
			theirs := allocations(t, func(d delivery) error { return j.mustPrepare(t, d.secret)(d) }, d)
			if ours > theirs {
				t.Errorf("hook allocates %v times, %s %v times", ours, j.name, theirs)
			}
		})
	}
}

func byHook(p *signature.Provider, secret string) asked {
	secrets := []signature.Secret{{Value: secret, Provider: p.Name}}
	return func(d delivery) error { return yes(p.Verify(d.Request, secrets).Verdict == signature.Valid) }
}

func (j judge) mustPrepare(t testing.TB, secret string) asked {
	t.Helper()
	accepts, err := j.prepare(secret)
	if err != nil {
		t.Fatal(err)
	}
	return accepts
}

func repeat(b *testing.B, accepts asked, d delivery) {
	b.ReportAllocs()
	for b.Loop() {
		if err := accepts(d); err != nil {
			b.Fatal(err)
		}
	}
}

func allocations(t *testing.T, accepts asked, d delivery) float64 {
	return testing.AllocsPerRun(100, func() {
		if err := accepts(d); err != nil {
			t.Fatal(err)
		}
	})
}

// usual is a webhook of about 2 KiB, signed now: JSON, and a form where the provider sends those.
func (j judge) usual(t testing.TB) delivery {
	t.Helper()
	p := provider(t, j.provider)
	r := signature.Request{Method: http.MethodPost, URL: usualURL, Header: http.Header{"Content-Type": {"application/json"}}}
	r.Body = []byte(`{"id":"evt_1","signature":{"token":"50c1e1a8f1","timestamp":"1795180000","signature":""},"data":{"object":{"text":"` + strings.Repeat("some text, ", 180) + `"}},"type":"a.b"}`)
	if j.provider == "twilio" {
		form := url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"delivered"}, "To": {"+15551234567"}, "From": {"+15557654321"}}
		form.Set("Body", strings.Repeat("some text, ", 150))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Body = []byte(form.Encode())
	}
	d := signed(t, p, r, p.NewSecret(), 0)
	d.made = d.incoming()
	return d
}
