package signature

import (
	"net/http"
	"strings"
)

// wooKey is the HMAC key of a secret as WooCommerce makes it: its HTML entities are decoded.
func wooKey(secret string) ([]byte, error) {
	if !strings.Contains(secret, "&") {
		return []byte(secret), nil
	}
	key := make([]byte, 0, len(secret))
	for rest := secret; rest != ""; {
		if char, length := wooEntity(rest); length > 0 {
			key, rest = append(key, char), rest[length:]
			continue
		}
		key, rest = append(key, rest[0]), rest[1:]
	}
	return key, nil
}

// wooEntity is the character and the length of the entity that text begins with, 0 if it is none. WordPress decodes these
// and no others, once: wp_specialchars_decode with ENT_QUOTES.
func wooEntity(text string) (char byte, length int) {
	if text[0] != '&' {
		return 0, 0
	}
	end := strings.IndexByte(text, ';')
	if end < 0 {
		return 0, 0
	}
	name := text[1:end]
	switch name {
	case "amp":
		return '&', end + 1
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "quot":
		return '"', end + 1
	}
	number, numeric := strings.CutPrefix(name, "#")
	decimal := strings.TrimLeft(number, "0")
	hexadecimal := ""
	if numeric && number != "" && (number[0] == 'x' || number[0] == 'X') {
		hexadecimal = strings.TrimLeft(number[1:], "0")
	}
	switch {
	case !numeric:
		return 0, 0
	case decimal == "39" || hexadecimal == "27":
		return '\'', end + 1
	case decimal == "34" || hexadecimal == "22":
		return '"', end + 1
	case decimal == "38" || hexadecimal == "26":
		return '&', end + 1
	case decimal == "60":
		return '<', end + 1
	case decimal == "62":
		return '>', end + 1
	default:
		return 0, 0
	}
}

// wooPing accepts what WooCommerce posts when a webhook is saved: a form with its id, which is not signed.
func wooPing(r Request, _ []Secret) (Answer, bool) {
	ping := strings.EqualFold(r.Method, http.MethodPost) && header(r.Header, "X-Wc-Webhook-Signature") == "" &&
		formValue(r.Body, "webhook_id") != ""
	return Answer{Status: http.StatusOK, Asks: "WooCommerce's ping"}, ping
}
