package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
)

const maxKeys = 64 // that one secret may hold; further ones are ignored

var (
	// errKeyUnknown is try's error for a request that names a key which is not among those configured.
	errKeyUnknown = errors.New("the key that signed it is not configured")
	errNoKey      = errors.New("it must hold a public key: PEM, a certificate, JWK or JWKS, or what the provider's dashboard shows")
	errEncrypted  = errors.New("its PEM key is encrypted: decrypt it first, with openssl pkey -in FILE")
)

// A key verifies, and, if it is a private one, signs.
type key struct {
	id      string // of a JWK; empty if it has none
	serial  string // of a certificate, in hexadecimal digits; empty for any other key
	public  crypto.PublicKey
	private crypto.Signer // nil for a public key
}

// answersTo says whether a request that names its key so may be signed with k: by the key's id or its certificate's serial
// number, or because it has neither.
func (k key) answersTo(id string) bool {
	switch {
	case k.id != "":
		return k.id == id
	case k.serial != "":
		return strings.EqualFold(strings.TrimLeft(id, "0"), k.serial)
	default:
		return true
	}
}

// A keyring is what a secret of a public-key scheme holds: keys, and the text before them if the scheme needs one, as
// PayPal's webhook id.
type keyring struct {
	text string
	keys []key
}

// readKeyring reads a secret: an optional line of text, then keys in PEM (public, private, certificates), as JWK or JWKS,
// or one key as a dashboard shows it, in hexadecimal digits or base64.
func readKeyring(secret string) (keyring, error) {
	secret = strings.TrimSpace(secret)
	if secret == "" {
		return keyring{}, errEmpty
	}
	var ring keyring
	var err error
	start := strings.Index(secret, "-----BEGIN ")
	if brace := strings.IndexByte(secret, '{'); start < 0 && brace >= 0 {
		ring.text = strings.TrimSpace(secret[:brace])
		ring.keys, err = readJWKS(secret[brace:])
		return ring, err
	}
	if start < 0 {
		if one, ok := readBareKey(secret); ok {
			return keyring{keys: []key{one}}, nil
		}
		return keyring{text: secret}, nil
	}
	ring.text = strings.TrimSpace(secret[:start])
	ring.keys, err = readPEM(secret[start:])
	return ring, err
}

func readPEM(text string) ([]key, error) {
	var keys []key
	for rest := []byte(pemLines(text)); len(keys) < maxKeys; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if strings.Contains(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "" {
			return nil, errEncrypted
		}
		if k, ok := readDER(block.Bytes); ok {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, errNoKey
	}
	return keys, nil
}

// pemLines gives PEM its lines back: .env files hold it in one, with \n in it, and eBay sends it in one without anything.
func pemLines(text string) string {
	text = strings.ReplaceAll(strings.TrimSpace(text), `\n`, "\n")
	if strings.Contains(text, "\n") {
		return text
	}
	return strings.NewReplacer("KEY-----", "KEY-----\n", "CERTIFICATE-----", "CERTIFICATE-----\n", "-----END", "\n-----END").Replace(text)
}

// readDER reads a public key, a certificate or a private key.
func readDER(der []byte) (key, bool) {
	if public, err := x509.ParsePKIXPublicKey(der); err == nil {
		return key{public: public}, true
	}
	if certificate, err := x509.ParseCertificate(der); err == nil {
		return key{public: certificate.PublicKey, serial: certificate.SerialNumber.Text(16)}, true
	}
	if public, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return key{public: public}, true
	}
	var private any
	var err error
	if private, err = x509.ParsePKCS8PrivateKey(der); err != nil {
		if private, err = x509.ParseECPrivateKey(der); err != nil {
			private, err = x509.ParsePKCS1PrivateKey(der)
		}
	}
	signer, ok := private.(crypto.Signer)
	if err != nil || !ok {
		return key{}, false
	}
	return key{public: signer.Public(), private: signer}, true
}

// readBareKey reads a key without PEM around it: 32 bytes of Ed25519, or DER; or those of Standard Webhooks, which are
// whpk_ or whsk_ and base64.
func readBareKey(text string) (key, bool) {
	if seed, is := strings.CutPrefix(text, "whsk_"); is {
		return readSeed(seed)
	}
	text = strings.TrimPrefix(text, "whpk_")
	if public, err := hex.DecodeString(text[:min(len(text), 2*ed25519.PublicKeySize)]); err == nil && len(text) == 2*ed25519.PublicKeySize {
		return key{public: ed25519.PublicKey(public)}, true
	}
	for _, decode := range []func(string) ([]byte, error){
		base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		der, err := decode(text)
		if err != nil || len(der) < ed25519.PublicKeySize {
			continue
		}
		if len(der) == ed25519.PublicKeySize {
			return key{public: ed25519.PublicKey(der)}, true
		}
		if k, ok := readDER(der); ok {
			return k, true
		}
	}
	return key{}, false
}

// readSeed reads a private Ed25519 key in base64: its seed, or seed and public key.
func readSeed(text string) (key, bool) {
	seed, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(seed) != ed25519.SeedSize && len(seed) != ed25519.PrivateKeySize {
		return key{}, false
	}
	private := ed25519.NewKeyFromSeed(seed[:ed25519.SeedSize])
	return key{public: private.Public(), private: private}, true
}

// A jwk is a JSON Web Key (RFC 7517) of one of the kinds that webhooks are signed with.
type jwk struct {
	Kty, Kid, Crv, N, E, X, Y string
}

// readJWKS reads a JWK, or the set of them that most providers publish, or Google's map of ids to certificates.
func readJWKS(text string) ([]key, error) {
	var set struct {
		Keys []jwk
		Key  *jwk // as Plaid answers
	}
	var single jwk
	if json.Unmarshal([]byte(text), &set) != nil || json.Unmarshal([]byte(text), &single) != nil {
		return nil, errors.New("it must be one JSON object, a JWK or a JWKS")
	}
	if set.Key != nil {
		set.Keys = append(set.Keys, *set.Key)
	}
	if single.Kty != "" {
		set.Keys = append(set.Keys, single)
	}
	var keys []key
	for _, j := range set.Keys[:min(len(set.Keys), maxKeys)] {
		if public := j.public(); public != nil {
			keys = append(keys, key{id: j.Kid, public: public})
		}
	}
	var certificates map[string]string
	if len(keys) == 0 && json.Unmarshal([]byte(text), &certificates) == nil {
		for id, text := range certificates {
			if found, err := readPEM(text); err == nil && len(keys) < maxKeys {
				keys = append(keys, key{id: id, public: found[0].public})
			}
		}
	}
	if len(keys) == 0 {
		return nil, errNoKey
	}
	return keys, nil
}

// public is the key, nil if it is of another kind or not a sound one.
func (j jwk) public() crypto.PublicKey {
	number := func(text string) *big.Int {
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
		if err != nil || len(b) > 1024 {
			return new(big.Int)
		}
		return new(big.Int).SetBytes(b)
	}
	switch {
	case j.Kty == "RSA":
		n, e := number(j.N), number(j.E)
		if n.BitLen() < 1024 || !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 {
			return nil
		}
		return &rsa.PublicKey{N: n, E: int(e.Int64())}
	case j.Kty == "EC" && curves[j.Crv] != nil:
		size := (curves[j.Crv].Params().BitSize + 7) / 8
		x, y := number(j.X), number(j.Y)
		if max(x.BitLen(), y.BitLen()) > 8*size {
			return nil
		}
		point := append([]byte{4}, make([]byte, 2*size)...) // uncompressed
		x.FillBytes(point[1 : 1+size])
		y.FillBytes(point[1+size:])
		if public, err := ecdsa.ParseUncompressedPublicKey(curves[j.Crv], point); err == nil {
			return public
		}
	case j.Kty == "OKP" && j.Crv == "Ed25519":
		if b, err := base64.RawURLEncoding.DecodeString(j.X); err == nil && len(b) == ed25519.PublicKeySize {
			return ed25519.PublicKey(b)
		}
	}
	return nil
}

var curves = map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}

// privatePEM is a private key as NewSecret gives it out.
func privatePEM(private crypto.Signer) string {
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		panic(err) // it can write every kind that this package makes
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// A publicForm is how a provider's dashboard shows a public key.
type publicForm func(crypto.PublicKey) string

func asPEM(public crypto.PublicKey) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki(public)}))
}

// asSPKI is the base64 of the key's DER: PEM without its frame.
func asSPKI(public crypto.PublicKey) string { return base64.StdEncoding.EncodeToString(spki(public)) }

func spki(public crypto.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil // of another kind than the scheme's: there is nothing to show
	}
	return der
}

// asHex and asBase64 are the 32 bytes of an Ed25519 key.
func asHex(public crypto.PublicKey) string    { return hex.EncodeToString(bare(public)) }
func asBase64(public crypto.PublicKey) string { return base64.StdEncoding.EncodeToString(bare(public)) }

func bare(public crypto.PublicKey) []byte {
	k, _ := public.(ed25519.PublicKey)
	return k
}
