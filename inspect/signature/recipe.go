package signature

import (
	"net/http"
	"slices"
)

// A Recipe says how a request is signed, so that a program in another language can do it: make the content, digest it,
// encode the sum, and set the places. It is plain data. Where a place is not named, the request stays as it is.
type Recipe struct {
	Content  []Ingredient // what is signed, in its order
	Digest   string       // MD5, SHA1, SHA256, SHA384 or SHA512; empty if the content itself is sent, as a token is
	Keyed    bool         // the digest is an HMAC with the key; else the content names the secret
	Key      KeyForm      // how the secret's text becomes the key
	Prefix   string       // of the secret's text, which is no part of a decoded key; it may be absent
	Encoding Encoding     // of the sum, or of the content if there is no digest
	Time     TimeForm     // of the timestamp; empty if none is sent

	Headers []Place  // that are set: the signature's, and the time's
	Query   []Place  // parameters that are set in the URL, escaped, in place of those of that name
	Body    []byte   // the body with MarkTimestamp or MarkSignature where these stand in it, in JSON inside a string; nil if they do not
	Stale   []string // headers of the request that are not to be sent with it: other signatures, of another time

	Sample string   // a secret of the right form that nobody uses, for tests
	Other  string   // another one
	Also   []Recipe // older signatures that the provider sends too, of the same time and secret
}

// What stands in a Recipe's Body for what is put there.
const (
	MarkTimestamp = "{{timestamp}}"
	MarkSignature = "{{signature}}"
)

// An Ingredient is one part of what is signed, or of what is put somewhere.
type Ingredient struct {
	Kind IngredientKind
	Text string // of an IngredientText; the name of an IngredientHeader
}

// An IngredientKind is where an Ingredient comes from.
type IngredientKind string

// The kinds of ingredients.
const (
	IngredientText      IngredientKind = "text"        // a constant
	IngredientBody      IngredientKind = "body"        // its bytes, as they are sent
	IngredientBodyHash  IngredientKind = "body_sha256" // its SHA-256 in hexadecimal digits
	IngredientForm      IngredientKind = "form"        // the body's parameters, decoded, each name and value, sorted by both, repeats left out
	IngredientTimestamp IngredientKind = "timestamp"   // in the recipe's TimeForm
	IngredientSecret    IngredientKind = "secret"      // its text
	IngredientMethod    IngredientKind = "method"
	IngredientURL       IngredientKind = "url"       // as the app takes it to be, with its query
	IngredientPath      IngredientKind = "path"      // of the URL, escaped as there
	IngredientHeader    IngredientKind = "header"    // the value of the header of that name
	IngredientSignature IngredientKind = "signature" // the encoded sum; only in places
)

// A Place is a header or a parameter with what is put there.
type Place struct {
	Name  string
	Value []Ingredient
}

// A KeyForm is how a secret's text becomes a key.
type KeyForm string

// The forms of keys.
const (
	KeyText         KeyForm = "text"             // as it is
	KeyBase64       KeyForm = "base64"           // decoded, without the prefix
	KeyBase64Prefix KeyForm = "base64_if_prefix" // decoded if it has the prefix, else as it is
	KeyHex          KeyForm = "hex"              // decoded
	KeyEntities     KeyForm = "entities"         // its HTML entities decoded: &amp; &lt; &gt; &quot; &#039;
)

// An Encoding is how a sum is written.
type Encoding string

// The encodings.
const (
	EncodingText      Encoding = "text" // as it is
	EncodingHex       Encoding = "hex"
	EncodingUpperHex  Encoding = "HEX"
	EncodingBase64    Encoding = "base64"
	EncodingBase64URL Encoding = "base64url"  // without padding
	EncodingHexBase64 Encoding = "hex_base64" // base64 of the hexadecimal digits
)

// A TimeForm is how a timestamp is written, in UTC.
type TimeForm string

// The forms of timestamps.
const (
	TimeNone     TimeForm = ""
	TimeSeconds  TimeForm = "s"         // since 1970
	TimeMillis   TimeForm = "ms"        // since 1970
	TimeISO      TimeForm = "iso"       // 2006-01-02T15:04:05Z
	TimeISOPlain TimeForm = "iso_plain" // 2006-01-02T15:04:05
	TimeHTTP     TimeForm = "http"      // Mon, 02 Jan 2006 15:04:05 GMT
)

// Recipe is how a request such as r is signed anew: where a provider has several ways, in the one that r uses. It is false
// where data can't say it: public keys, tokens that hold claims, and what is signed in a way of the provider's own.
//
// Ids that are signed are taken from r's headers; the recipe names them.
func (p *Provider) Recipe(r Request) (Recipe, bool) {
	if p == nil || p.scheme == nil || r.Truncated {
		return Recipe{}, false
	}
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	made, ok := recipeOf(p.scheme, r)
	if !ok || p.CheckSecret(made.Sample) != nil || p.CheckSecret(made.Other) != nil {
		return Recipe{}, false
	}
	set := make(map[string]bool)
	for _, one := range append([]Recipe{made}, made.Also...) {
		for _, at := range one.Headers {
			set[at.Name] = true
		}
	}
	for _, name := range p.scheme.headers() {
		if !set[name] && !slices.Contains(made.Stale, name) {
			made.Stale = append(made.Stale, name)
		}
	}
	return made, true
}
