package signature

// The codes of the mistakes. The list is published: codes are added, never renamed.
const (
	MistakeOtherSecret        = "other_secret"        // another configured secret verifies it
	MistakeOtherProvider      = "other_provider"      // it is signed as another provider signs
	MistakeTestLive           = "test_live"           // the event is of a test and the secret is a live one, or the reverse
	MistakeTestSecret         = "test_secret"         // only the project's test secret was tried, and it did not match
	MistakeSecretWhitespace   = "secret_whitespace"   // white space around the secret, here or at the sender
	MistakeSecretQuotes       = "secret_quotes"       // quotation marks around the secret, here or at the sender
	MistakeSecretPrefix       = "secret_prefix"       // whsec_ was cut off or left on
	MistakeSecretEncoding     = "secret_encoding"     // the secret was decoded where it must not be, or the reverse
	MistakeSecretPasted       = "secret_pasted"       // more was pasted than the secret: the variable's name, a comment
	MistakeSecretCase         = "secret_case"         // the secret's letters changed their case
	MistakeSecretTruncated    = "secret_truncated"    // the secret is shorter than those that the provider gives out
	MistakeSecretPlaceholder  = "secret_placeholder"  // the secret is the text that stands for one in an example
	MistakeSecretMalformed    = "secret_malformed"    // the secret has not the form that the scheme needs
	MistakeAPIKey             = "api_key"             // the secret is a key for something else: an API key, a token, an id
	MistakePEMLines           = "pem_lines"           // the lines of a key in PEM were joined or escaped
	MistakePrivateKey         = "private_key"         // the key is a private one, which is not the provider's
	MistakeWrongSecret        = "wrong_secret"        // nothing that is configured explains the signature
	MistakeNoSecret           = "no_secret"           // none is configured
	MistakeKeyUnknown         = "key_unknown"         // the key that the request names is not among those configured
	MistakeSchemeUnconfirmed  = "scheme_unconfirmed"  // nothing matches, but the scheme itself may be wrong
	MistakeSignedOtherwise    = "signed_otherwise"    // the secret is right, but something else was signed, or with another digest
	MistakeBodyReserialised   = "body_reserialised"   // the JSON was parsed and written again
	MistakeBodyNewline        = "body_newline"        // line ends were added, removed or converted
	MistakeBodyEmpty          = "body_empty"          // an empty body was signed, or an empty one arrived
	MistakeBodyStringified    = "body_stringified"    // a program's text for the body was signed: "[object Object]"
	MistakeBodyPart           = "body_part"           // a part of the body was signed, or only a part of what was signed arrived
	MistakeBodyCharset        = "body_charset"        // the body's characters were written in another charset
	MistakeBodyCompressed     = "body_compressed"     // the body was compressed or decompressed
	MistakeBodyBase64         = "body_base64"         // the body is base64 of what was signed, or the reverse
	MistakeFormRewritten      = "form_rewritten"      // the form was parsed and written again
	MistakeBodyChanged        = "body_changed"        // the signed hash or the length of the body is another body's
	MistakeBodyTruncated      = "body_truncated"      // the body was not kept whole
	MistakeURL                = "url_mismatch"        // it was signed for another URL
	MistakeMethod             = "method_mismatch"     // it was signed for another method
	MistakeMissingHeader      = "missing_header"      // a header that the scheme needs is not there
	MistakeRenamedHeader      = "renamed_header"      // it is there under another name
	MistakeMalformedHeader    = "malformed_header"    // the signature's header can't be read
	MistakeHeaderForm         = "header_form"         // its label is missing or doubled, or something stands around it
	MistakeHeaderTruncated    = "header_truncated"    // it was cut short
	MistakeRepeatedHeader     = "repeated_header"     // a header came more than once
	MistakeRepeatedPart       = "repeated_part"       // the body has a part that is signed more than once, or its name is written with escapes
	MistakeSignatureEncoding  = "signature_encoding"  // the signature is written in another way: in base64 and not in hexadecimal digits
	MistakeTokenClaim         = "token_claim"         // a claim of the token is not about this request: its issuer, its audience
	MistakeAlgorithm          = "token_algorithm"     // the token is signed with another algorithm than the scheme's
	MistakeTimestampMissing   = "timestamp_missing"   // the time that is signed is not there
	MistakeTimestampMalformed = "timestamp_malformed" // the time that is signed can't be read
	MistakeTimestampUnit      = "timestamp_unit"      // it is in milliseconds in place of seconds, or the reverse
	MistakeTimestampChanged   = "timestamp_changed"   // it was renewed, and the signature was not
	MistakeTimestampExpired   = "timestamp_expired"   // it is older than the tolerance
	MistakeTimestampFuture    = "timestamp_future"    // it is further ahead than the tolerance
	MistakeProviderUnknown    = "provider_unknown"    // nothing tells who sent the request
	MistakeProviderUnsigned   = "provider_unsigned"   // the provider signs nothing
)

// A finder looks for one kind of mistake.
type finder struct {
	find  func(*search) (Explanation, bool)
	share int // percent of the search's work that it may take; what is left over is the next ones'
}

// causes are looked for in this order, from the most frequent to the rarest, where a signature does not match. What they
// find, the signature proves.
func causes() []finder {
	return []finder{
		{(*search).bodyHash, 5},
		{(*search).tokenClaims, 10},
		{(*search).otherSecret, 15},
		{(*search).editedSecret, 15},
		{(*search).repairedHeader, 8},
		{(*search).otherProvider, 8},
		{(*search).newlines, 12},
		{(*search).nothingSigned, 4},
		{(*search).url, 20},
		{(*search).method, 5},
		{(*search).rewritten, 40},
		{(*search).rewrittenForm, 15},
		{(*search).part, 10},
		{(*search).recoded, 10},
		{(*search).decompressed, 10},
		{(*search).stringified, 10},
		{(*search).changedTime, 10},
		{(*search).signedOtherwise, 10},
		{(*search).cutSignature, 5},
	}
}

// symptoms are what tells of a mistake where the signature proves nothing.
func symptoms() []finder {
	return []finder{
		{(*search).testSecret, 0},
		{(*search).otherKind, 0},
		{(*search).lengthOfBody, 0},
		{(*search).damagedBody, 0},
		{(*search).otherMode, 0},
	}
}

// first is what the first finder finds.
func (s *search) first(finders []finder) (Explanation, bool) {
	for _, f := range finders {
		s.floor = max(0, s.left-workBudget/100*f.share)
		if e, found := f.find(s); found {
			return e, true
		}
	}
	return Explanation{}, false
}
