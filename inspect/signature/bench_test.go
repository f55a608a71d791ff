package signature

import (
	"strings"
	"testing"
)

// usual is a webhook of about 2 KiB, as p sends it.
func usual(b *testing.B, p *Provider, secret string) Request {
	b.Helper()
	r := signed(b, p, secret)
	if _, special := bodies[p.Name]; special {
		return r
	}
	r.Body = []byte(`{"id":"evt_1","data":{"object":{"text":"` + strings.Repeat("some text, ", 180) + `"}},"type":"a.b"}`)
	if p.Name == "twilio" {
		r.Body = []byte("MessageSid=SM1&MessageStatus=delivered&To=%2B1&From=%2B2&AccountSid=AC1&ApiVersion=2010-04-01")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.URL = "https://relay.example/e/quiet-otter/hooks"
	}
	if err := p.Sign(&r, Secret{Value: secret}, r.ReceivedAt); err != nil {
		b.Fatal(err)
	}
	return r
}

func BenchmarkVerify(b *testing.B) {
	for _, p := range signing() {
		secrets := secretsOf(p.NewSecret())
		r := usual(b, p, secrets[0].Value)
		b.Run(p.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p.Verify(r, secrets).Verdict != Valid {
					b.Fatal("not valid")
				}
			}
		})
	}
}

func BenchmarkSign(b *testing.B) {
	for _, p := range signing() {
		secret := Secret{Value: p.NewSecret()}
		r := usual(b, p, secret.Value)
		b.Run(p.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				again := r
				if err := p.Sign(&again, secret, r.ReceivedAt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDetectAndMeta(b *testing.B) {
	for _, p := range signing() {
		r := usual(b, p, p.NewSecret())
		if Detect(r).Provider != p {
			continue // what tells it is not in the signature
		}
		b.Run(p.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Detect(r).Provider.Meta(r)
			}
		})
	}
}

func BenchmarkExplain1MiB(b *testing.B) {
	r, p, res, secrets := hardest(b)
	b.ReportAllocs()
	for b.Loop() {
		if Explain(r, p, res, secrets, Hints{}).Mistake != MistakeWrongSecret {
			b.Fatal("explained")
		}
	}
}
