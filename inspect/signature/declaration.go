package signature

import (
	"crypto"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Declaration describes a provider of one's own, or one that this package does not know; its tags are for those who keep
// it in YAML. All places are written as "header:NAME", "query:NAME", "json:PATH", "form:NAME" or, for a header, just its NAME.
//
//	signature.Declaration{
//		Name: "harbor", Signature: "Harbor-Signature", Prefix: "v1=", Separator: ",", Timestamp: "pair:t",
//		Signs: "{timestamp}.{body}", Event: "json:type", ID: "json:id",
//	}
type Declaration struct {
	Name  string `yaml:"-"`     // lower case, digits and hyphens
	Title string `yaml:"title"` // for people; empty for Name
	Docs  string `yaml:"docs"`  // the page that describes it; may be empty

	Signature string `yaml:"signature"` // the place of the signature
	Prefix    string `yaml:"prefix"`    // what stands before it: "sha256="
	Separator string `yaml:"separator"` // between several signatures: ","; empty if there is only one
	Algorithm string `yaml:"algorithm"` // one of Algorithms; empty for hmac-sha256
	Encoding  string `yaml:"encoding"`  // hex, HEX, base64 or base64url; empty for hex, for keys base64
	Signs     string `yaml:"signs"`     // what is signed, as a template: see Parts; empty for {body}

	Timestamp string        `yaml:"timestamp"`  // the place of the signed time, or "pair:NAME" for a NAME=... in the signature's header; empty for none
	TimeUnit  string        `yaml:"time_unit"`  // s, ms or rfc3339; empty for s
	Tolerance time.Duration `yaml:"tolerance"`  // how old or how far ahead a request may be; 0 for any
	MessageID string        `yaml:"message_id"` // the place of an id that is signed as {id}; empty for none

	Secret       string   `yaml:"secret"`        // how its text becomes the key: text, base64 or hex; empty for text
	SecretPrefix string   `yaml:"secret_prefix"` // that a secret begins with; base64 is decoded without it
	SecretVars   []string `yaml:"variables"`     // environment variables that hold it

	Event   string        `yaml:"event"` // places of the event type, the id and the account; may be empty
	ID      string        `yaml:"id"`
	Account string        `yaml:"account"`
	Detect  string        `yaml:"detect"`  // a header that tells the provider's requests; empty for the signature's
	Timeout time.Duration `yaml:"timeout"` // how long it waits for an answer; 0 if that is not known
}

// Algorithms are those that a Declaration can name. The sha ones without hmac- are plain digests, whose template must name
// {secret}; token compares a secret that is sent in clear.
func Algorithms() []string {
	return []string{
		"hmac-sha1", "hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-md5", "sha1", "sha256", "sha512",
		"ed25519", "rsa-sha256", "rsa-sha512", "rsa-pss-sha256", "ecdsa-sha256", "token",
	}
}

// Parts are what a Declaration's template can sign, in braces. Those that end in a colon take a name or path: {header:Name}.
func Parts() []string {
	return []string{
		"body", "timestamp", "id", "url", "method", "host", "path", "query", "form", "secret", "body_sha256", "body_crc32",
		"header:", "json:", "field:",
	}
}

// Provider makes a provider of the declaration. The error names the field that is wrong, and what it may be.
func (d Declaration) Provider() (*Provider, error) {
	if d.Name == "" || strings.Trim(d.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return nil, fmt.Errorf("name: %q: lower-case letters, digits and hyphens make a name", d.Name)
	}
	s, err := d.scheme()
	if err != nil {
		return nil, err
	}
	p := &Provider{ //nolint:gosec // G101: no credentials, but where they are found
		Name: d.Name, Title: d.Title, Docs: d.Docs, Confidence: Documented, SecretVars: slices.Clone(d.SecretVars), Timeout: d.Timeout,
		RegisterAt: "where the sender has its webhooks", SecretAt: "the sender's settings", scheme: s,
	}
	if p.Title == "" {
		p.Title = d.Name
	}
	for _, read := range []struct {
		field, place string
		to           *source
	}{{"event", d.Event, &p.reads.event}, {"id", d.ID, &p.reads.id}, {"account", d.Account, &p.reads.account}} {
		if *read.to, err = placeSource(read.place); err != nil {
			return nil, fmt.Errorf("%s: %w", read.field, err)
		}
	}
	if d.Detect != "" {
		p.clues = marks(http.CanonicalHeaderKey(d.Detect))
	} else if names := s.headers(); len(names) > 0 {
		p.clues = marks(names[0])
	}
	return p, nil
}

func (d Declaration) scheme() (scheme, error) {
	if d.Signature == "" {
		return nil, errors.New("signature: say where it is, as in header:X-Signature")
	}
	if d.Algorithm == "token" {
		at, err := parsePlace(d.Signature)
		if err != nil {
			return nil, fmt.Errorf("signature: %w", err)
		}
		form, err := d.secretForm()
		return &tokenScheme{at: at, before: d.Prefix, secret: form}, err
	}
	carried, err := d.carrier()
	if err != nil {
		return nil, err
	}
	text := d.Signs
	if text == "" {
		text = "{body}"
	}
	signs, err := parseTemplate(text)
	if err != nil {
		return nil, fmt.Errorf("signs: %w: the parts are {%s}", err, strings.Join(Parts(), "}, {"))
	}
	if signs.has(fieldTimestamp) != (d.Timestamp != "") {
		return nil, errors.New("signs: {timestamp} and timestamp, which says where it is, go together")
	}
	if signs.has(fieldID) != (d.MessageID != "") {
		return nil, errors.New("signs: {id} and message_id, which says where it is, go together")
	}
	k, err := d.clock()
	if err != nil {
		return nil, err
	}
	return d.crypto(carried, signs, k)
}

// crypto puts the scheme together.
func (d Declaration) crypto(carried carrier, signs template, k clock) (scheme, error) {
	form, err := d.secretForm()
	if err != nil {
		return nil, err
	}
	if algorithm, ok := declaredKeys()[d.Algorithm]; ok {
		enc, err := d.encoding("base64")
		return &keyScheme{carrier: carried, algorithm: algorithm, encoding: enc, signs: signs, clock: k, shows: asPEM}, err
	}
	name := d.Algorithm
	if name == "" {
		name = "hmac-sha256"
	}
	sum, ok := declaredDigests()[strings.TrimPrefix(name, "hmac-")]
	if !ok {
		return nil, fmt.Errorf("algorithm: unknown %q: it is one of %s", d.Algorithm, strings.Join(Algorithms(), ", "))
	}
	if sum.plain = !strings.HasPrefix(name, "hmac-"); sum.plain != signs.has(fieldSecret) {
		return nil, errors.New("signs: {secret} belongs to the plain digests, and to nothing else")
	}
	if signs.has(fieldForm) {
		return nil, errors.New("signs: {form} is not for declared schemes")
	}
	enc, err := d.encoding("hex")
	return &hmacScheme{carrier: carried, digest: sum, encoding: enc, signs: signs, clock: k, secret: form}, err
}

func declaredKeys() map[string]keyAlgorithm {
	return map[string]keyAlgorithm{
		"ed25519": withEd25519(), "rsa-sha256": withRSA(crypto.SHA256, false), "rsa-sha512": withRSA(crypto.SHA512, false),
		"rsa-pss-sha256": withRSA(crypto.SHA256, true), "ecdsa-sha256": withECDSA(crypto.SHA256),
	}
}

func declaredDigests() map[string]digest {
	return map[string]digest{"md5": withMD5(), "sha1": withSHA1(), "sha256": withSHA256(), "sha384": withSHA384(), "sha512": withSHA512()}
}

// carrier is where signature, time and id are.
func (d Declaration) carrier() (carrier, error) {
	at, err := parsePlace(d.Signature)
	if err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	if name, paired := strings.CutPrefix(d.Timestamp, "pair:"); paired {
		if at.kind != headerSlot || d.Prefix == "" || d.Separator == "" || d.MessageID != "" {
			return nil, errors.New("timestamp: pair: needs a signature in a header, its prefix and a separator, and no message_id")
		}
		return pairs{name: at.name, separator: d.Separator, time: name + "=", signature: d.Prefix}, nil
	}
	all := slots{signature: at, before: d.Prefix, separator: d.Separator}
	for _, further := range []struct {
		field, place string
		to           *slot
	}{{"timestamp", d.Timestamp, &all.time}, {"message_id", d.MessageID, &all.id}} {
		if further.place == "" {
			continue
		}
		if *further.to, err = parsePlace(further.place); err != nil {
			return nil, fmt.Errorf("%s: %w", further.field, err)
		}
	}
	return all, nil
}

func (d Declaration) clock() (clock, error) {
	if d.Timestamp == "" {
		return clock{}, nil
	}
	k := clock{unit: time.Second, past: d.Tolerance, future: d.Tolerance}
	switch d.TimeUnit {
	case "", "s":
	case "ms":
		k.unit = time.Millisecond
	case "rfc3339":
		k.layout = time.RFC3339
	default:
		return k, fmt.Errorf("time_unit: unknown %q: it is s, ms or rfc3339", d.TimeUnit)
	}
	return k, nil
}

func (d Declaration) encoding(usual string) (encoding, error) {
	name := d.Encoding
	if name == "" {
		name = usual
	}
	switch name {
	case "hex":
		return inHex(), nil
	case "HEX":
		return inUpperHex(), nil
	case "base64":
		return inBase64(), nil
	case "base64url":
		return inBase64URL(), nil
	default:
		return encoding{}, fmt.Errorf("encoding: unknown %q: it is hex, HEX, base64 or base64url", d.Encoding)
	}
}

func (d Declaration) secretForm() (secretForm, error) {
	switch d.Secret {
	case "", "text":
		return secretForm{prefix: d.SecretPrefix, alphabet: alphanumeric, length: 32}, nil
	case "base64":
		return secretForm{prefix: d.SecretPrefix, length: 32, encoded: true}, nil
	case "hex":
		return hexKey(64), nil
	default:
		return secretForm{}, fmt.Errorf("secret: unknown %q: it is text, base64 or hex", d.Secret)
	}
}

// parsePlace reads the place of a value.
func parsePlace(text string) (slot, error) {
	kind, name, named := strings.Cut(text, ":")
	if !named {
		kind, name = "header", text
	}
	if name == "" || strings.ContainsAny(name, " \t\r\n") {
		return slot{}, fmt.Errorf("%q names nothing: a place is header:NAME, query:NAME, json:PATH or form:NAME", text)
	}
	switch kind {
	case "header":
		return headerAt(http.CanonicalHeaderKey(name)), nil
	case "query":
		return queryAt(name), nil
	case "json":
		return memberAt(name), nil
	case "form":
		return fieldAt(name), nil
	default:
		return slot{}, fmt.Errorf("unknown place %q: it is header:NAME, query:NAME, json:PATH or form:NAME", text)
	}
}

// placeSource reads what is at a place; nil for none.
func placeSource(text string) (source, error) {
	if text == "" {
		return nil, nil
	}
	at, err := parsePlace(text)
	return func(r Request) string {
		value, _ := at.get(r)
		return fitting(value)
	}, err
}
