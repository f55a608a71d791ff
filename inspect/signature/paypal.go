package signature

import "strings"

// paypalHeaders is PayPal's carrier: three headers, and one that names the algorithm. PayPal's old one, SHA1withRSA, is not
// accepted: it was replaced long ago.
type paypalHeaders struct{ three headers }

func (k paypalHeaders) label() string                { return k.three.label() }
func (k paypalHeaders) headers() []string            { return k.three.headers() }
func (k paypalHeaders) form(signature string) string { return k.three.form(signature) }
func (k paypalHeaders) put(r *Request, c claims, signature string) error {
	return k.three.put(r, c, signature)
}

func (k paypalHeaders) read(r Request) (claims, Reason) {
	c, reason := k.three.read(r)
	if algorithm, _ := single(r.Header, "Paypal-Auth-Algo"); reason == ReasonOK && algorithm != "SHA256withRSA" {
		reason = ReasonMalformed
	}
	return c, reason
}

func (k paypalHeaders) stamp(r *Request, c claims) error {
	r.Header["Paypal-Auth-Algo"] = []string{"SHA256withRSA"}
	return k.three.stamp(r, c)
}

// isPaypal says whether a certificate's host is PayPal's.
func isPaypal(host, _ string) bool {
	return host == "paypal.com" || strings.HasSuffix(host, ".paypal.com")
}

// paypalMode is known by the host that the certificate is at.
func paypalMode(r Request) string {
	switch u := splitURL(headerValue(r, "Paypal-Cert-Url")); {
	case u.host == "":
		return ""
	case strings.Contains(u.host, "sandbox"):
		return ModeTest
	default:
		return ModeLive
	}
}
