package signature

import (
	"encoding/hex"
	"net/http"
	"time"
)

// secrets makes two secrets that no provider gives out.
func (m *Recipe) secrets(form secretForm) {
	of := func(text string) string {
		switch m.Key {
		case KeyHex:
			return hex.EncodeToString([]byte(text))
		case KeyBase64, KeyBase64Prefix:
			return form.prefix + string(inBase64().append(nil, []byte(text)))
		default:
			return form.prefix + text
		}
	}
	m.Prefix = form.prefix
	m.Sample, m.Other = of("hook-test-signing-secret"), of("hook-other-secret-unused")
}

// keyForm is false for what a derivation of the provider's own makes.
func (f secretForm) keyForm() (KeyForm, bool) {
	switch {
	case f.derived == nil && f.encoded:
		return KeyBase64, true
	case f.derived == nil:
		return KeyText, true
	}
	switch f.derived.words {
	case "decoded from hexadecimal digits":
		return KeyHex, true
	case "base64-decoded if it begins so, else its text":
		return KeyBase64Prefix, f.prefix != ""
	case "its HTML entities decoded":
		return KeyEntities, true
	case "which must be ASCII":
		return KeyText, true
	default:
		return "", false
	}
}

func encodingOf(e encoding) Encoding {
	switch e.name {
	case inHex().name:
		return EncodingHex
	case inUpperHex().name:
		return EncodingUpperHex
	case inBase64().name:
		return EncodingBase64
	case inBase64URL().name:
		return EncodingBase64URL
	case hexInBase64().name:
		return EncodingHexBase64
	default:
		return ""
	}
}

// form is false for a layout that has no name.
func (k clock) form() (TimeForm, bool) {
	at := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	switch {
	case k.unit == 0:
		return TimeNone, true
	case k.layout == "" && k.unit == time.Millisecond:
		return TimeMillis, true
	case k.layout == "" && k.unit == time.Second:
		return TimeSeconds, true
	}
	switch k.format(at) {
	case at.Format(time.RFC3339):
		return TimeISO, true
	case at.Format("2006-01-02T15:04:05"):
		return TimeISOPlain, true
	case at.Format(http.TimeFormat):
		return TimeHTTP, true
	default:
		return "", false
	}
}
