package signature

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// ebaySignature is what the header says, decoded.
type ebaySignature struct {
	Alg       string `json:"alg"`
	Kid       string `json:"kid"`
	Signature string `json:"signature"`
	Digest    string `json:"digest"`
}

func ebayEncoding() encoding {
	return encoding{
		name: "base64 of JSON with the signature in base64",
		append: func(dst, src []byte) []byte {
			text, _ := json.Marshal(ebaySignature{"ecdsa", "hook", base64.StdEncoding.EncodeToString(src), "SHA1"}) // texts can always be written
			return base64.StdEncoding.AppendEncode(dst, text)
		},
		decode: func(text string) ([]byte, error) {
			s, err := readEbay(text)
			if err != nil {
				return nil, err
			}
			return base64.StdEncoding.DecodeString(s.Signature)
		},
	}
}

func readEbay(text string) (s ebaySignature, err error) {
	plain, err := base64.StdEncoding.DecodeString(text)
	return s, errors.Join(err, json.Unmarshal(plain, &s))
}

// ebayKey is the id of the key that signed.
func ebayKey(r Request) string {
	s, _ := readEbay(header(r.Header, "X-Ebay-Signature"))
	return s.Kid
}

// ebayChallenge answers the code that eBay sends when an endpoint is saved, and again from time to time, with the SHA-256 of
// the code, the verification token and the endpoint.
func ebayChallenge(r Request, secrets []Secret) (Answer, bool) {
	code := inQuery("challenge_code")(r)
	endpoint, _, _ := strings.Cut(r.URL, "?")
	if r.Method != http.MethodGet || code == "" || endpoint == "" {
		return Answer{}, false
	}
	for _, s := range secrets {
		ring, err := readKeyring(s.Value)
		if err != nil || ring.text == "" {
			continue
		}
		sum := sha256.Sum256([]byte(code + ring.text + endpoint))
		return jsonAnswer(`{"challengeResponse":"` + hex.EncodeToString(sum[:]) + `"}`), true
	}
	return Answer{}, false
}
