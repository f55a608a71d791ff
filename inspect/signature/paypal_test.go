package signature

import (
	"crypto"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
	"time"
)

// What PayPal documents is signed here by hand, so that the template is held to it.
func TestPayPal(t *testing.T) {
	p := Lookup("paypal")
	secret := secretOf(t, p)
	id, private, _ := strings.Cut(secret, "\n")
	public, err := p.PublicKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	public = strings.TrimPrefix(public, id+"\n")
	ring, err := readKeyring(private)
	if err != nil {
		t.Fatal(err)
	}
	const transmission, stamp = "69cd13f0-d67a-11e5-baa3-778b53f4ae55", "2016-02-18T20:01:35Z"
	body := `{"id":"WH-2WR32451HC0233532-67976317FL4543714","event_type":"PAYMENT.CAPTURE.COMPLETED"}`
	message := fmt.Sprintf("%s|%s|%s|%d", transmission, stamp, id, crc32.ChecksumIEEE([]byte(body)))
	sum, err := ring.keys[0].private.Sign(nil, sumOf(crypto.SHA256, []byte(message)), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	r := requestOf(body, 1455825700, "Paypal-Transmission-Id", transmission, "Paypal-Transmission-Time", stamp,
		"Paypal-Transmission-Sig", base64.StdEncoding.EncodeToString(sum), "Paypal-Auth-Algo", "SHA256withRSA",
		"Paypal-Cert-Url", "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270")
	wantResult(t, p.Verify(r, secretsOf(id+"\n"+public)), Valid, ReasonOK)
	wantResult(t, p.Verify(r, secretsOf("WEBHOOK_ID\n"+public)), Invalid, ReasonMismatch)
	wantResult(t, p.Verify(r, secretsOf(id)), Unknown, ReasonKeyUnknown) // the certificate is still to be fetched
	wantResult(t, p.Verify(r, secretsOf(public)), Unknown, ReasonSecretMalformed)
	for _, name := range []string{"Paypal-Transmission-Id", "Paypal-Transmission-Time"} {
		changed := r
		changed.Header = r.Header.Clone()
		changed.Header.Set(name, strings.Replace(r.Header.Get(name), "3", "4", 1))
		wantResult(t, p.Verify(changed, secretsOf(id+"\n"+public)), Invalid, ReasonMismatch)
	}

	if err := p.Sign(&r, Secret{Value: secret}, time.Unix(1_700_000_000, 0)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Paypal-Transmission-Id": transmission, "Paypal-Transmission-Time": "2023-11-14T22:13:20Z", "Paypal-Auth-Algo": "SHA256withRSA",
		"Paypal-Cert-Url": "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestPayPalKeysAt(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://api.paypal.com/v1/notifications/certs/CERT-1":         true,
		"https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1": true,
		"https://API.PayPal.com/v1/notifications/certs/CERT-1":         true,
		"https://paypal.com/cert":                                      true,
		"http://api.paypal.com/v1/notifications/certs/CERT-1":          false,
		"https://paypal.com.evil.example/cert":                         false,
		"https://evilpaypal.com/cert":                                  false,
		"https://api.paypal.com@evil.example/cert":                     false,
		"https://evil.example/?api.paypal.com":                         false,
		"https://api.paypal.com:8443/cert":                             false,
		"file:///etc/passwd":                                           false,
		"":                                                             false,
	} {
		got := Lookup("paypal").KeysAt(requestOf("{}", 0, "Paypal-Cert-Url", address))
		if (got != "") != ok || ok && got != address {
			t.Errorf("%s: got %q", address, got)
		}
	}
}
