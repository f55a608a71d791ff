package signature

import (
	"strings"
)

// worldpayKeys is the carrier of "1/SHA256/<signature>,2/SHA256/<signature>": the number names the key. Which key is
// which is not looked at: any signature may match any configured secret.
type worldpayKeys struct{}

const worldpayHash = "/SHA256/"

func (worldpayKeys) label() string          { return "" }
func (worldpayKeys) headers() []string      { return []string{"Event-Signature"} }
func (worldpayKeys) form(sig string) string { return "Event-Signature: <key id>" + worldpayHash + sig }

func (worldpayKeys) read(r Request) (claims, Reason) {
	value, reason := single(r.Header, "Event-Signature")
	c := claims{got: value}
	if reason != ReasonOK {
		return c, reason
	}
	for one := range strings.SplitSeq(value, ",") {
		if _, signature, found := strings.Cut(one, worldpayHash); found {
			c.add(signature)
		}
	}
	if len(c.signatures) == 0 {
		return c, ReasonMalformed
	}
	c.got = c.signatures[0]
	return c, ReasonOK
}

func (worldpayKeys) stamp(*Request, claims) error { return nil }

func (worldpayKeys) put(r *Request, _ claims, signature string) error {
	r.Header["Event-Signature"] = []string{"1" + worldpayHash + signature}
	return nil
}
