package signature

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"  // a few providers' older headers
	"crypto/sha1" // Twilio, Intercom, Vercel and others are HMAC-SHA1
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"
	"sync"
)

// A digest is a hash function with the size of its sums in bytes.
type digest struct {
	name  string
	new   func() hash.Hash
	size  int
	plain bool       // no HMAC: what is signed names the secret
	begun *sync.Pool // of HMACs that were used: *keyedHash
}

func withMD5() digest    { return newDigest("MD5", md5.New, md5.Size) }
func withSHA1() digest   { return newDigest("SHA1", sha1.New, sha1.Size) }
func withSHA256() digest { return newDigest("SHA256", sha256.New, sha256.Size) }
func withSHA384() digest { return newDigest("SHA384", sha512.New384, sha512.Size384) }
func withSHA512() digest { return newDigest("SHA512", sha512.New, sha512.Size) }

func newDigest(name string, hash func() hash.Hash, size int) digest {
	return digest{name: name, new: hash, size: size, begun: new(sync.Pool)}
}

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

// A keyedHash is an HMAC that can begin anew with its key, which takes less than to begin with a key.
type keyedHash struct {
	hash.Hash
	key []byte
}

// sum appends to dst the HMAC of what write writes, or its plain digest.
func (d digest) sum(dst, key []byte, write func(hash.Hash)) []byte {
	if d.plain {
		h := d.new()
		write(h)
		return h.Sum(dst)
	}
	h, _ := d.begun.Get().(*keyedHash)
	if h != nil && hmac.Equal(h.key, key) {
		h.Reset()
	} else {
		h = &keyedHash{d.keyed(key), bytes.Clone(key)}
	}
	defer d.begun.Put(h)
	write(h)
	return h.Sum(dst)
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
