package signature

import (
	"crypto/hmac"
	"crypto/md5"  // a few providers' older headers
	"crypto/sha1" // Twilio, Intercom, Vercel and others are HMAC-SHA1
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"
)

// A digest is a hash function with the size of its sums in bytes.
type digest struct {
	name  string
	new   func() hash.Hash
	size  int
	plain bool // no HMAC: what is signed names the secret
}

func withMD5() digest    { return digest{name: "MD5", new: md5.New, size: md5.Size} }
func withSHA1() digest   { return digest{name: "SHA1", new: sha1.New, size: sha1.Size} }
func withSHA256() digest { return digest{name: "SHA256", new: sha256.New, size: sha256.Size} }
func withSHA384() digest { return digest{name: "SHA384", new: sha512.New384, size: sha512.Size384} }
func withSHA512() digest { return digest{name: "SHA512", new: sha512.New, size: sha512.Size} }

// unkeyed is the digest without HMAC.
func (d digest) unkeyed() digest {
	d.plain = true
	return d
}

// keyed begins an HMAC, or the plain digest.
func (d digest) keyed(key []byte) hash.Hash {
	if d.plain {
		return d.new()
	}
	return hmac.New(d.new, key)
}

// An encoding is how a signature is written.
type encoding struct {
	name   string
	length func(n int) int
	append func(dst, src []byte) []byte
	decode func(text string) ([]byte, error)
}

func inHex() encoding {
	return encoding{"hexadecimal digits", hex.EncodedLen, hex.AppendEncode, hex.DecodeString}
}

func inUpperHex() encoding {
	upper := func(dst, src []byte) []byte {
		return append(dst, strings.ToUpper(hex.EncodeToString(src))...)
	}
	return encoding{"upper-case hexadecimal digits", hex.EncodedLen, upper, hex.DecodeString}
}

func inBase64() encoding { return base64With("base64 characters", base64.StdEncoding) }

func inBase64URL() encoding { return base64With("base64url characters", base64.RawURLEncoding) }

func base64With(name string, e *base64.Encoding) encoding {
	return encoding{name, e.EncodedLen, e.AppendEncode, e.DecodeString}
}

// hexInBase64 is base64 of the hexadecimal digits.
func hexInBase64() encoding {
	return encoding{
		"characters, base64 of hexadecimal digits",
		func(n int) int { return base64.StdEncoding.EncodedLen(hex.EncodedLen(n)) },
		func(dst, src []byte) []byte { return base64.StdEncoding.AppendEncode(dst, hex.AppendEncode(nil, src)) },
		func(text string) ([]byte, error) {
			digits, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return nil, err
			}
			return hex.DecodeString(string(digits))
		},
	}
}
