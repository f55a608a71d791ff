package signature

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"
)

// NewSecret makes a random secret in the form that the provider gives out; for one that signs with a private key that is
// such a key in PEM, which only Sign can use: give the app its [Provider.PublicKey]. It is empty if the provider signs
// nothing.
func (p *Provider) NewSecret() string {
	if p == nil || p.scheme == nil {
		return ""
	}
	return p.scheme.newSecret()
}

// CheckSecret says whether the provider's scheme can use value: nil, or what form it needs. It can't say whether value
// is the right one.
func (p *Provider) CheckSecret(value string) error {
	if p == nil || p.scheme == nil {
		return errors.New("nothing is signed, so there is no secret to use")
	}
	if err := p.scheme.checkSecret(value); err != nil {
		return fmt.Errorf("%s secret: %w", p.Name, err)
	}
	return nil
}

// Mask is a secret as it may be shown: its first 4 and last 2 characters and its length, "whse…Qf (38 characters)". Of
// one with fewer than 12 characters only the length is shown.
func Mask(secret string) string {
	characters := []rune(secret)
	length := fmt.Sprintf("(%d characters)", len(characters))
	if len(characters) < 12 {
		return length
	}
	for i, r := range characters {
		if !unicode.IsPrint(r) {
			characters[i] = utf8.RuneError
		}
	}
	return string(characters[:4]) + "…" + string(characters[len(characters)-2:]) + " " + length
}

const (
	hexDigits    = "0123456789abcdef"
	alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// A secretForm is what secrets look like and how they become HMAC keys.
type secretForm struct {
	prefix   string // of a new secret: "whsec_"
	alphabet string // of the rest
	length   int    // characters of the rest; or, if encoded, bytes
	encoded  bool   // the key is the base64-decoded text behind the prefix, which may be absent; else the whole text
	derived  *derivation
}

// A derivation makes the key of a secret's text in a way of its own.
type derivation struct {
	words string // for people: "decoded from hexadecimal digits"
	key   func(text string) ([]byte, error)
}

var errEmpty = errors.New("it is empty")

// hexKey is the form of a secret that is decoded from hexadecimal digits.
func hexKey(length int) secretForm {
	return secretForm{alphabet: hexDigits, length: length, derived: &derivation{"decoded from hexadecimal digits", hexOf}}
}

func hexOf(text string) ([]byte, error) {
	key, err := hex.DecodeString(text)
	if err != nil {
		return nil, errors.New("it must be hexadecimal digits")
	}
	return key, nil
}

// describe says for people what a secret becomes.
func (f secretForm) describe() string {
	start := ""
	if f.prefix != "" {
		start = ", beginning with " + f.prefix
	}
	switch {
	case f.derived != nil:
		return "the secret" + start + ", " + f.derived.words
	case f.encoded && f.prefix == "":
		return "the secret base64-decoded"
	case f.encoded:
		return "the secret base64-decoded, without " + f.prefix
	default:
		return "the secret's text as it is" + start
	}
}

// appendKey appends the HMAC key of a secret to dst.
func (f secretForm) appendKey(dst []byte, secret string) ([]byte, error) {
	if secret == "" {
		return nil, errEmpty
	}
	if f.derived != nil {
		return f.derived.key(secret)
	}
	if !f.encoded {
		return append(dst, secret...), nil
	}
	text := strings.TrimPrefix(secret, f.prefix)
	if text == "" {
		return nil, errEmpty
	}
	key, err := base64.StdEncoding.AppendDecode(dst, []byte(text))
	if err != nil || strings.ContainsAny(text, "\r\n") {
		if f.prefix == "" {
			return nil, errors.New("it must be base64 text")
		}
		return nil, fmt.Errorf("it must be base64 text, with or without %s before it", f.prefix)
	}
	return key, nil
}

func (f secretForm) check(value string) error {
	scratch := scratches.Get().(*[]byte)
	defer putScratch(scratch)
	_, err := f.appendKey((*scratch)[:0], value)
	return err
}

// random is a new secret of this form.
func (f secretForm) random() string {
	if f.encoded {
		key := make([]byte, f.length)
		_, _ = rand.Read(key) // never fails: crypto/rand ends the program instead
		return f.prefix + base64.StdEncoding.EncodeToString(key)
	}
	if f.alphabet == hexDigits {
		key := make([]byte, f.length/2)
		_, _ = rand.Read(key)
		return f.prefix + hex.EncodeToString(key)
	}
	text := []byte(f.prefix)
	for range f.length {
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(f.alphabet)))) // fails only if its reader does
		text = append(text, f.alphabet[n.Int64()])
	}
	return string(text)
}
