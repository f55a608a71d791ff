package signature

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"time"
)

// jwtScheme is for providers that send a JSON Web Token (RFC 7519): in a header, with the hash of the body among its
// claims, or as the body itself.
type jwtScheme struct {
	at        slot   // where the token is; nowhere: the body is the token
	before    string // "Bearer "
	algorithm jwtAlgorithm
	bodyHash  string                  // the claim that holds the body's SHA-256; empty if the body isn't signed, or is the token
	hashIn    func(sum []byte) string // how it is written
	issuers   []string                // of which "iss" must be one; empty for any
	audience  bool                    // "aud" must be the line before the keys in the secret, or else the URL
	clock     clock                   // judges "iat"
	secret    secretForm              // of an HS256 token
	shows     publicForm              // else
}

type jwtAlgorithm string

const (
	hs256 jwtAlgorithm = "HS256"
	rs256 jwtAlgorithm = "RS256"
	es256 jwtAlgorithm = "ES256"
)

const maxToken = 64 << 10 // bytes of a token that is looked at

func hexSum(sum []byte) string    { return hex.EncodeToString(sum) }
func base64Sum(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) }

// jwtClaims are the registered claims that are judged.
type jwtClaims struct {
	Iss string          `json:"iss"`
	Aud json.RawMessage `json:"aud"`
	Iat float64         `json:"iat"`
	Exp float64         `json:"exp"`
	Nbf float64         `json:"nbf"`
}

// A jwtToken is a token in its parts.
type jwtToken struct {
	signed    string // header and claims, as they are signed
	signature []byte
	alg, kid  string
	payload   []byte
	claims    jwtClaims
}

func readToken(text string) (jwtToken, bool) {
	head, rest, _ := strings.Cut(text, ".")
	payload, sum, three := strings.Cut(rest, ".")
	t := jwtToken{signed: head + "." + payload}
	var h struct{ Alg, Kid string }
	headJSON, err1 := base64.RawURLEncoding.DecodeString(head)
	var err2, err3 error
	t.payload, err2 = base64.RawURLEncoding.DecodeString(payload)
	t.signature, err3 = base64.RawURLEncoding.DecodeString(sum)
	if !three || errors.Join(err1, err2, err3) != nil || json.Unmarshal(headJSON, &h) != nil || json.Unmarshal(t.payload, &t.claims) != nil {
		return t, false
	}
	t.alg, t.kid = h.Alg, h.Kid
	return t, true
}

func (s *jwtScheme) headers() []string {
	if s.at.kind == headerSlot {
		return []string{s.at.name}
	}
	return nil
}

func (s *jwtScheme) form() string {
	if s.at.kind == nowhere {
		return "the body itself is a JSON Web Token"
	}
	return s.at.String() + ": " + s.before + "<JSON Web Token>"
}

func (s *jwtScheme) limits(claims) clock { return s.clock }
func (s *jwtScheme) signsURL() bool      { return false }

func (s *jwtScheme) outlines() []Outline {
	o := Outline{Form: s.form(), Signs: "the token's claims", Algorithm: "JWT " + string(s.algorithm), Key: "the provider's public key", Clock: s.clock.describe()}
	if s.bodyHash != "" {
		o.Signs += ", of which " + s.bodyHash + " is the body's SHA-256"
	} else if s.at.kind != nowhere {
		o.Signs += "; the body is not signed"
	}
	if s.algorithm == hs256 {
		o.Key = s.secret.describe()
	}
	if s.audience {
		o.Key = "a line with the audience, if that is not the URL, then the provider's keys as JWKS or PEM"
	}
	return []Outline{o}
}

// text is the token as r carries it.
func (s *jwtScheme) text(r Request) (string, Reason) {
	if s.at.kind == nowhere {
		if len(r.Body) == 0 {
			return "", ReasonMissing
		}
		if len(r.Body) > maxToken { // what lies behind would not be signed
			return string(r.Body[:maxShown]), ReasonMalformed
		}
		return strings.TrimSpace(string(r.Body)), ReasonOK
	}
	value, reason := s.at.get(r)
	token, labelled := strings.CutPrefix(value, s.before)
	if reason == ReasonOK && !labelled {
		return value, ReasonMalformed
	}
	return token, reason
}

func (s *jwtScheme) read(r Request) (claims, Reason) {
	text, reason := s.text(r)
	c := claims{got: text}
	if reason != ReasonOK {
		return c, reason
	}
	token, ok := readToken(text)
	if !ok || token.alg != string(s.algorithm) { // the algorithm is the scheme's to choose, not the sender's
		return c, ReasonMalformed
	}
	c.add(text)
	if s.clock.unit == 0 {
		return c, ReasonOK
	}
	switch iat := token.claims.Iat; {
	case iat == 0:
		return c, ReasonTimestampMissing
	case iat < 0 || iat >= endOfTime:
		return c, ReasonTimestampMalformed
	default:
		c.signed = time.Unix(int64(iat), 0).UTC()
		return c, ReasonOK
	}
}

func (s *jwtScheme) try(r Request, c claims, secret string) (string, bool, error) {
	if err := s.checkSecret(secret); err != nil {
		return "", false, err
	}
	if len(c.signatures) == 0 {
		return "", false, nil
	}
	token, _ := readToken(c.signatures[0])
	if s.algorithm == hs256 {
		mac, err := s.mac(token.signed, secret)
		return "", err == nil && hmac.Equal(mac, token.signature) && s.agrees(r, token, ""), err
	}
	ring, err := readKeyring(secret)
	if err != nil {
		return "", false, err
	}
	known := false
	for _, k := range ring.keys {
		if token.kid != "" && k.id != "" && k.id != token.kid {
			continue
		}
		known = true
		if s.verify(k.public, token) {
			return c.signatures[0], s.agrees(r, token, ring.text), nil
		}
	}
	if !known {
		return "", false, errKeyUnknown
	}
	return "", false, nil
}

func (s *jwtScheme) mac(signed, secret string) ([]byte, error) {
	key, err := s.secret.appendKey(nil, secret)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(signed))
	return mac.Sum(nil), nil
}

func (s *jwtScheme) verify(public crypto.PublicKey, t jwtToken) bool {
	if s.algorithm == rs256 {
		return withRSA(crypto.SHA256, false).verify(public, []byte(t.signed), t.signature)
	}
	k, ok := public.(*ecdsa.PublicKey)
	if !ok || len(t.signature) != 64 {
		return false
	}
	sum := sha256.Sum256([]byte(t.signed))
	return ecdsa.Verify(k, sum[:], new(big.Int).SetBytes(t.signature[:32]), new(big.Int).SetBytes(t.signature[32:]))
}

// agrees says whether the claims are about this request: the body's hash, the issuer, the audience, the times.
func (s *jwtScheme) agrees(r Request, t jwtToken, audience string) bool {
	if s.bodyHash != "" {
		sum := sha256.Sum256(r.Body)
		got := pick(t.payload, s.bodyHash)
		if subtle.ConstantTimeCompare([]byte(got), []byte(s.hashIn(sum[:]))) != 1 {
			return false
		}
	}
	received := r.ReceivedAt
	if received.IsZero() {
		received = time.Now()
	}
	const skew = 5 * 60 // seconds that two clocks may differ
	now := float64(received.Unix())
	if t.claims.Exp != 0 && now > t.claims.Exp+skew || t.claims.Nbf != 0 && now < t.claims.Nbf-skew {
		return false
	}
	return s.fromIssuer(t.claims.Iss) && (!s.audience || hasAudience(t.claims.Aud, cmp.Or(audience, r.URL)))
}

func (s *jwtScheme) fromIssuer(iss string) bool {
	for _, issuer := range s.issuers {
		if iss == issuer {
			return true
		}
	}
	return len(s.issuers) == 0
}

// hasAudience reads "aud", which is a text or a list of them.
func hasAudience(raw json.RawMessage, want string) bool {
	var one string
	var list []string
	if json.Unmarshal(raw, &one) == nil {
		return one == want
	}
	_ = json.Unmarshal(raw, &list) // of what is neither nothing is there
	for _, aud := range list {
		if aud == want {
			return true
		}
	}
	return false
}

func (s *jwtScheme) checkSecret(value string) error {
	if s.algorithm == hs256 {
		return s.secret.check(value)
	}
	ring, err := readKeyring(value)
	if err == nil && len(ring.keys) == 0 && !s.audience {
		return errNoKey
	}
	return err
}

func (s *jwtScheme) newSecret() string {
	switch s.algorithm {
	case hs256:
		return s.secret.random()
	case es256:
		return (&keyScheme{algorithm: withECDSA(crypto.SHA256)}).newSecret()
	default:
		return (&keyScheme{algorithm: withRSA(crypto.SHA256, false)}).newSecret()
	}
}

func (s *jwtScheme) publicKey(secret string) (string, error) {
	if s.algorithm == hs256 {
		return secret, nil
	}
	return (&keyScheme{shows: s.shows}).publicKey(secret)
}

// sign makes a token of the request's body, or of the claims that the body's token has.
func (s *jwtScheme) sign(r *Request, secret string, at time.Time) error {
	claims := map[string]any{"iat": at.Unix(), "exp": at.Add(time.Hour).Unix()}
	if s.at.kind == nowhere {
		claims = map[string]any{}
		if old, ok := readToken(strings.TrimSpace(string(r.Body))); ok {
			r.Body = old.payload
		}
		if json.Unmarshal(r.Body, &claims) != nil {
			return errors.New("the body is neither a JSON Web Token nor a JSON object to make one of")
		}
		claims["iat"] = at.Unix()
		delete(claims, "exp")
	}
	if len(s.issuers) > 0 {
		claims["iss"] = s.issuers[0]
	}
	if s.bodyHash != "" {
		sum := sha256.Sum256(r.Body)
		claims[s.bodyHash] = s.hashIn(sum[:])
	}
	if s.audience { // the URL unless the secret says another
		claims["aud"] = r.URL
	}
	token, err := s.token(claims, secret)
	if err != nil {
		return err
	}
	if s.at.kind == nowhere {
		r.Body = []byte(token)
		return nil
	}
	return s.at.set(r, s.before+token)
}

func (s *jwtScheme) token(claims map[string]any, secret string) (string, error) {
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"` + string(s.algorithm) + `","typ":"JWT"}`))
	finish := func(sum []byte, signed string) string {
		return signed + "." + base64.RawURLEncoding.EncodeToString(sum)
	}
	body := func() (string, error) {
		payload, err := json.Marshal(claims)
		return head + "." + base64.RawURLEncoding.EncodeToString(payload), err
	}
	if s.algorithm == hs256 {
		signed, err := body()
		if err != nil {
			return "", err
		}
		sum, err := s.mac(signed, secret)
		return finish(sum, signed), err
	}
	ring, err := readKeyring(secret)
	if err != nil {
		return "", err
	}
	if len(ring.keys) == 0 || ring.keys[0].private == nil {
		return "", errPublicOnly
	}
	if s.audience && ring.text != "" {
		claims["aud"] = ring.text
	}
	signed, err := body()
	if err != nil {
		return "", err
	}
	sum, err := s.signWith(ring.keys[0].private, signed)
	return finish(sum, signed), err
}

func (s *jwtScheme) signWith(private crypto.Signer, signed string) ([]byte, error) {
	if s.algorithm == rs256 {
		return withRSA(crypto.SHA256, false).sign(private, []byte(signed))
	}
	k, ok := private.(*ecdsa.PrivateKey)
	if !ok || k.Curve != elliptic.P256() {
		return nil, errOtherKey
	}
	sum := sha256.Sum256([]byte(signed))
	x, y, err := ecdsa.Sign(rand.Reader, k, sum[:])
	if err != nil {
		return nil, err
	}
	both := make([]byte, 64)
	x.FillBytes(both[:32])
	y.FillBytes(both[32:])
	return both, nil
}

func (s *jwtScheme) inBody() bool { return s.at.kind == nowhere }
