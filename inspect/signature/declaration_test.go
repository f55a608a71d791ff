package signature

import (
	"strings"
	"testing"
	"time"
)

// Every algorithm, encoding and place that can be declared signs what it then verifies.
func TestDeclaredSchemes(t *testing.T) {
	var all []Declaration
	for _, algorithm := range Algorithms() {
		d := Declaration{Name: "x-" + algorithm, Signature: "X-Harbor-Signature", Prefix: "v=", Algorithm: algorithm}
		if strings.HasPrefix(algorithm, "sha") {
			d.Signs = "{body}{secret}"
		}
		all = append(all, d)
	}
	all = append(all,
		Declaration{
			Name: "stripe-like", Signature: "header:x-harbor", Prefix: "v1=", Separator: ",", Timestamp: "pair:t",
			Signs: "{timestamp}.{body}", Tolerance: time.Minute,
		},
		Declaration{
			Name: "standard-like", Signature: "harbor-signature", Prefix: "v1,", Separator: " ", Timestamp: "harbor-timestamp",
			MessageID: "harbor-id", Signs: "{id}.{timestamp}.{body}", Encoding: "base64", Secret: "base64", SecretPrefix: "whsec_",
		},
		Declaration{Name: "in-the-url", Signature: "query:sig", Signs: "{method} {path}\n{body_sha256}", Encoding: "base64url"},
		Declaration{
			Name: "in-the-body", Signature: "json:auth.mac", Timestamp: "json:auth.at", TimeUnit: "ms",
			Signs: "{timestamp}{json:type}", Encoding: "HEX", Secret: "hex",
		},
		Declaration{Name: "rfc3339", Signature: "X-S", Timestamp: "X-T", TimeUnit: "rfc3339", Signs: "{timestamp}|{header:X-Part}|{body_crc32}"},
	)
	for _, d := range all {
		t.Run(d.Name, func(t *testing.T) {
			d.Event, d.ID = "json:type", "json:id"
			p, err := d.Provider()
			if err != nil {
				t.Fatal(err)
			}
			secret := p.NewSecret()
			at := time.Unix(1_700_000_000, 0)
			r := requestOf(`{"id":"e_1","type":"boat.arrived","auth":{"mac":"","at":0}}`, at.Unix(), "X-Part", "p", "Content-Type", jsonType)
			r.URL = "https://a.example/hooks?x=1"
			if err := p.Sign(&r, Secret{Value: secret}, at); err != nil {
				t.Fatal(err)
			}
			wantResult(t, p.Verify(r, secretsOf(secret)), Valid, ReasonOK)
			wantResult(t, p.Verify(r, secretsOf(p.NewSecret())), Invalid, ReasonMismatch)
			if m := p.Meta(r); m.EventType != "boat.arrived" || m.ID != "e_1" {
				t.Errorf("got %+v", m)
			}
			if o := p.Outlines(); len(o) != 1 || o[0].Form == "" {
				t.Errorf("got %+v", o)
			}
			if d.Tolerance > 0 {
				r.ReceivedAt = at.Add(2 * d.Tolerance)
				wantResult(t, p.Verify(r, secretsOf(secret)), Invalid, ReasonTimestampExpired)
			}
		})
	}
}

func TestDeclarationErrors(t *testing.T) {
	good := Declaration{Name: "harbor", Signature: "X-Harbor"}
	for _, tt := range []struct {
		want   string
		change func(*Declaration)
	}{
		{"name: ", func(d *Declaration) { d.Name = "Harbor Inc." }},
		{"signature: say where", func(d *Declaration) { d.Signature = "" }},
		{"signature: unknown place", func(d *Declaration) { d.Signature = "cookie:x" }},
		{"algorithm: unknown \"crc\"", func(d *Declaration) { d.Algorithm = "crc" }},
		{"encoding: unknown", func(d *Declaration) { d.Encoding = "octal" }},
		{"signs: template", func(d *Declaration) { d.Signs = "{bdoy}" }},
		{"signs: {timestamp} and timestamp", func(d *Declaration) { d.Signs = "{timestamp}{body}" }},
		{"signs: {timestamp} and timestamp", func(d *Declaration) { d.Timestamp = "X-T" }},
		{"signs: {id} and message_id", func(d *Declaration) { d.MessageID = "X-Id" }},
		{"signs: {secret} belongs", func(d *Declaration) { d.Algorithm = "sha256" }},
		{"time_unit: unknown", func(d *Declaration) { d.Timestamp, d.Signs, d.TimeUnit = "X-T", "{timestamp}", "h" }},
		{"timestamp: pair:", func(d *Declaration) { d.Timestamp, d.Signs = "pair:t", "{timestamp}" }},
		{"secret: unknown", func(d *Declaration) { d.Secret = "rot13" }},
		{"event: ", func(d *Declaration) { d.Event = "json:" }},
	} {
		d := good
		tt.change(&d)
		if _, err := d.Provider(); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("got %v, want %s…", err, tt.want)
		}
	}
}

func TestRegister(t *testing.T) {
	defer known.Store(known.Load())
	p, err := Declaration{Name: "harbor", Signature: "Harbor-Signature"}.Provider()
	if err != nil {
		t.Fatal(err)
	}
	Register(p)
	if Lookup("harbor") != p || Detect(requestOf("", 0, "Harbor-Signature", "x")).Provider != p || Lookup("stripe") == nil {
		t.Error("it is not found, or others are lost")
	}
	Register(p)
	n := 0
	for _, other := range Providers() {
		if other.Name == "harbor" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("registered twice, it is there %d times", n)
	}
}
