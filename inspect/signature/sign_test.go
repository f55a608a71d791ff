package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestSignHeaders(t *testing.T) {
	when := time.Unix(1614265330, 0)
	r := requestOf("Hello, World!", 0)
	if err := Lookup("github").Sign(&r, Secret{Value: "It's a Secret to Everybody"}, when); err != nil {
		t.Fatal(err)
	}
	if got := r.Header.Get("X-Hub-Signature"); !strings.HasPrefix(got, "sha1=") || len(got) != 45 {
		t.Errorf("X-Hub-Signature: %q, want the older signature too", got)
	}

	r = requestOf("{}", 0, "Stripe-Signature", "t=1,v1=old", "Stripe-Signature", "t=2,v1=older")
	if err := Lookup("stripe").Sign(&r, Secret{Value: "whsec_x"}, when); err != nil {
		t.Fatal(err)
	}
	if got := r.Header["Stripe-Signature"]; len(got) != 1 || !strings.HasPrefix(got[0], "t=1614265330,v1=") {
		t.Errorf("Stripe-Signature: %q, want one new value", got)
	}
}

func TestSignKeepsTheID(t *testing.T) {
	v := vectors()[5]
	r := requestOf(string(v.request.Body), 0, "Svix-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	if err := Lookup("svix").Sign(&r, Secret{Value: v.secret}, time.Unix(1614265330, 0)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Svix-Id", "Svix-Timestamp", "Svix-Signature"} {
		if got, want := r.Header.Get(name), v.request.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want the published %q", name, got, want)
		}
	}

	r = requestOf("{}", 0)
	if err := Lookup("svix").Sign(&r, Secret{Value: v.secret}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := r.Header.Get("Svix-Id"); !strings.HasPrefix(got, "msg_") || len(got) < 20 {
		t.Errorf("Svix-Id: %q, want a fresh one", got)
	}

	r = requestOf("{}", 0, "Webhook-Id", "msg_1", "Svix-Timestamp", "1")
	if err := Lookup("standard-webhooks").Sign(&r, Secret{Value: v.secret}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := r.Header.Get("Webhook-Id"); got != "msg_1" {
		t.Errorf("Webhook-Id: got %q, want msg_1", got)
	}
}

func TestSignErrors(t *testing.T) {
	whole, cut := requestOf("{}", 0), requestOf("{}", 0)
	cut.Truncated = true
	for _, tt := range []struct {
		p      *Provider
		r      Request
		secret string
		want   string
	}{
		{nil, whole, "s", "sign: the provider is unknown"},
		{&Provider{Name: "zapier"}, whole, "s", "sign as zapier: it can't be signed for"},
		{Lookup("github"), cut, "s", "sign as github: the body was not kept whole"},
		{Lookup("github"), whole, "", "sign: github secret: it is empty"},
		{Lookup("svix"), whole, "whsec_*", "sign: svix secret: it must be base64 text, with or without whsec_ before it"},
		{Lookup("twilio"), whole, "s", "sign as twilio: the URL is signed, and there is none"},
	} {
		err := tt.p.Sign(&tt.r, Secret{Value: tt.secret}, time.Now())
		if err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
		if len(tt.r.Header) != 0 {
			t.Errorf("%s: headers %v were set", tt.want, tt.r.Header)
		}
	}
	if (*Provider)(nil).CanSign() || (&Provider{}).CanSign() || !Lookup("stripe").CanSign() {
		t.Error("CanSign: want true for stripe only")
	}
}

// What is signed is a header of its own: the given one and its values stay as they are, whoever else has them.
func TestSignLeavesTheHeader(t *testing.T) {
	for _, p := range signing() {
		secret := Secret{Value: secretOf(t, p)}
		r := signed(t, p, secret.Value)
		for name, values := range r.Header { // room behind the values is another's too
			r.Header[name] = append(make([]string, 0, 4), values...)
		}
		given, before := r.Header, r.Header.Clone()
		if err := p.Sign(&r, secret, r.ReceivedAt.Add(time.Hour)); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if !reflect.DeepEqual(given, before) {
			t.Errorf("%s: got %v, want %v", p.Name, given, before)
		}
		for name, values := range given {
			if rest := values[len(values):cap(values)]; strings.Join(rest, "") != "" {
				t.Errorf("%s: %q was written behind the values of %s", p.Name, rest, name)
			}
		}
	}
}

// A hash that was keyed before is not taken for another key.
func TestSignWithKeysByTurns(t *testing.T) {
	p := Lookup("github")
	keys := []string{"one", "two", "one ", "three"}
	var workers sync.WaitGroup
	for i := range 4 {
		workers.Go(func() {
			for j := range 100 {
				key := keys[(i+j)%len(keys)]
				body := strings.Repeat("x", j)
				r := requestOf(body, 0)
				if err := p.Sign(&r, Secret{Value: key}, time.Now()); err != nil {
					t.Error(err)
				}
				mac := hmac.New(sha256.New, []byte(key))
				mac.Write([]byte(body))
				if got, want := r.Header.Get("X-Hub-Signature-256"), "sha256="+hex.EncodeToString(mac.Sum(nil)); got != want {
					t.Errorf("%q with %q: got %s, want %s", body, key, got, want)
				}
			}
		})
	}
	workers.Wait()
}
