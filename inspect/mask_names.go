package inspect

import "strings"

// A wordSet is words, or some in a row with underscores between, with which names end.
type wordSet map[string]bool

func wordsOf(s string) wordSet {
	set := make(wordSet)
	for _, word := range strings.Fields(s) {
		set[word] = true
	}
	return set
}

// ends says whether the last one, two or three words of a name in snake case are in the set.
func (w wordSet) ends(snake string) bool {
	at := len(snake)
	for range 3 {
		at = strings.LastIndexByte(snake[:at], '_')
		if w[snake[at+1:]] {
			return true
		}
		if at < 0 {
			return false
		}
	}
	return false
}

var (
	// secretNames are those with which the names of fields end that hold what grants access or must not get around.
	secretNames = wordsOf(`token secret secrets password passwd pwd passphrase passcode apikey api_key app_key access_key private_key signing_key
		secret_key encryption_key auth_key license_key shared_key subscription_key session_key credential credentials authorization cookie cookies
		password_hash password_digest password_salt connection_string
		accesstoken authtoken refreshtoken sessiontoken securitytoken clienttoken bottoken verifytoken bearertoken idtoken csrftoken xsrftoken webhooktoken`)

	// numberNames are the same, of which secrets are mostly digits: what has none there is a word about them.
	numberNames = wordsOf(`cvc cvc2 cvv cvv2 csc security_code verification_code pin otp otp_code ssn social_security_number iban account_number`)

	// harmlessNames end like those, and hold nothing secret: where a list goes on, what is of one request or one version.
	harmlessNames = wordsOf(`page_token sync_token delta_token next_token prev_token previous_token continuation_token pagination_token cursor_token
		start_token stop_token resume_token plain_token encrypted_token idempotency_token reference_token version_token quote_token pagetoken nexttoken synctoken`)

	// questions are what the names of fields begin with that say something about a secret.
	questions = wordsOf(`has is was no needs requires require use with show reset sort`)
)

// IsSecretName says whether a field of that name, in JSON, in a form or in a URL, mostly holds a secret: a token, a
// password, a key, the code on a card, an account's number. Signatures don't: each is for one request.
func IsSecretName(name string) bool {
	if len(name) < 3 || len(name) > 128 {
		return false
	}
	return isSecretName(SnakeCase(name))
}

func isSecretName(snake string) bool {
	if !secretNames.ends(snake) && !numberNames.ends(snake) && !strings.HasSuffix(snake, "password") && !strings.HasSuffix(snake, "secret") {
		return false
	}
	first, _, several := strings.Cut(snake, "_")
	return !harmlessNames.ends(snake) && first != "signed" && !(several && questions[first])
}

// SnakeCase is a field's name in lower case with underscores: "customerId" is customer_id, "X-Api-Key" is x_api_key.
func SnakeCase(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		switch {
		case 'A' <= c && c <= 'Z':
			if i > 0 && (name[i-1] >= 'a' && name[i-1] <= 'z' || i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z' && isAlnum(name[i-1])) {
				b.WriteByte('_')
			}
			b.WriteByte(c + 'a' - 'A')
		case isAlnum(c):
			b.WriteByte(c)
		default:
			b.WriteByte('_')
		}
	}
	return strings.Trim(b.String(), "_")
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// A nameKind is what the name of a field says of its value.
type nameKind byte

const (
	nameHarmless  nameKind = iota
	nameSecret             // its text is one
	nameSecrets            // the texts within are some
	nameDigits             // its text or number is one, if it has digits
	nameSigned             // it says what somebody signed, or a signature, of which nothing is a secret
	nameID                 // it tells things apart
	nameCard               // it is about a card
	nameSignature          // the fields within are of one request
)

var (
	idNames = wordsOf(`id ids uid uuid guid at ts time timestamp nonce phone msisdn sku gtin ean upc barcode imei tracking_number order_number reference
		from to ref`)
	cardNames   = wordsOf(`card pan cc cardnumber card_number card_no credit_card debit_card cc_number`)
	signedNames = wordsOf(`jws signature signatures hmac`)
)

// kindOf is what name says, remembered.
func (m *masker) kindOf(name string) nameKind {
	if kind, known := m.names[name]; known {
		return kind
	}
	kind := nameKindOf(name)
	if m.names == nil {
		m.names = make(map[string]nameKind)
	}
	if len(m.names) < 1000 && len(name) < 200 {
		m.names[name] = kind
	}
	return kind
}

func nameKindOf(name string) nameKind {
	if len(name) > 128 {
		return nameHarmless
	}
	if _, local, ok := strings.Cut(name, ":"); ok { // of XML
		name = local
	}
	if i := strings.LastIndexByte(name, '['); i >= 0 && strings.HasSuffix(name, "]") { // user[password], of a form
		name = strings.TrimSuffix(name[i+1:], "]")
	}
	snake := SnakeCase(name)
	secret := isSecretName(snake)
	switch {
	case snake == "signature":
		return nameSignature
	case signedNames.ends(snake), strings.HasPrefix(snake, "signed_"):
		return nameSigned
	case secret && numberNames.ends(snake):
		return nameDigits
	case secret && (strings.HasSuffix(snake, "secrets") || strings.HasSuffix(snake, "credentials")):
		return nameSecrets
	case secret:
		return nameSecret
	case cardNames.ends(snake):
		return nameCard
	case idNames.ends(snake), strings.HasSuffix(name, "id"):
		return nameID
	}
	return nameHarmless
}

// isSecretValue says whether the text of a field with the name of a secret can be one.
func isSecretValue(kind nameKind, value string) bool {
	const digits = "0123456789"
	switch {
	case len(value) < 3 || value == MaskedText || strings.Trim(value, "*xX•.- ") == "":
		return false
	case strings.HasPrefix(value, "re_"), strings.HasPrefix(value, "ch_"), strings.HasPrefix(value, "pi_") && !strings.Contains(value, "_secret_"):
		return false // ids, as in Shopify's field authorization
	case kind == nameDigits:
		return strings.ContainsAny(value, digits) && len(value) <= 40
	}
	switch value {
	case "true", "false", "null", "none", "None", "undefined", "bearer", "Bearer", "REDACTED", "[REDACTED]", "[FILTERED]", "redacted", "masked", "hidden":
		return false
	}
	symbol := len(value) < 8 && strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" // a currency's
	address := len(value) == 42 && strings.HasPrefix(value, "0x")                       // on a chain
	return !symbol && !address
}
