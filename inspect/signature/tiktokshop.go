package signature

import (
	"errors"
	"strings"
)

// tiktokShopSecret is the form of an app's key and secret in one, "key:secret", as the key is signed and no request names it.
func tiktokShopSecret() secretForm {
	return secretForm{prefix: "hook:", alphabet: hexDigits, length: 40, derived: &derivation{
		"what stands behind the colon in app key:app secret",
		func(text string) ([]byte, error) {
			key, secret, both := strings.Cut(text, ":")
			if !both || key == "" || secret == "" {
				return nil, errors.New("it must be the app's key and its secret with a colon between them")
			}
			return []byte(secret), nil
		},
	}}
}

func tiktokShopKey(_ Request, c claims) []byte {
	key, _, _ := strings.Cut(c.secret, ":")
	return []byte(key)
}
