package diff

import (
	"slices"
	"strings"
	"unicode"
)

const maxName = 256 // bytes of a field's name that are read

// wordsOf are the words of a field's name, in lower case: webhookEventId, webhook_event_id and Webhook-Event-Id are three
// words each.
func wordsOf(name string) []string {
	var words []string
	start, runes := 0, []rune(name[:min(len(name), maxName)])
	cut := func(end int) {
		if end > start {
			words = append(words, strings.ToLower(string(runes[start:end])))
		}
		start = end
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			cut(i)
			start = i + 1
		case i > start && unicode.IsUpper(r) && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]) && !pluralID(runes[i:])):
			cut(i)
		}
	}
	cut(len(runes))
	return words
}

// pluralID says whether a name goes on with the last letter of "IDs".
func pluralID(rest []rune) bool { return len(rest) == 2 && rest[0] == 'D' && rest[1] == 's' }

// A meaning is what a field's name says about its values.
type meaning struct {
	id        bool // they name something
	time      bool
	signature bool
	code      bool // they are codes: an id if nobody can pronounce them
	block     bool // they may be the height of a block in a chain, which is an id
	measure   bool // they say how much, what state, which version: a difference is never for nothing
}

// meaningOf reads the name of a field. The last word says most: price_id is an id, total_price a price.
func meaningOf(name string) meaning {
	words := wordsOf(name)
	if len(words) == 0 {
		return meaning{}
	}
	last := words[len(words)-1]
	is := func(list []string) bool {
		return slices.Contains(list, last) || slices.Contains(list, strings.TrimSuffix(last, "s"))
	}
	m := meaning{id: is(idWords()), block: last == "height", time: is(timeWords()), signature: slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains(signatureWords(), w)
	})}
	for _, suffix := range []string{"id", "uuid", "sid", "sha"} { // userid, messageids
		if strings.HasSuffix(strings.TrimSuffix(last, "s"), suffix) && !slices.Contains(notIDs(), last) {
			m.id = true
		}
	}
	m.code = last == "code"
	m.id = m.id || m.code && slices.ContainsFunc(words, func(w string) bool { return slices.Contains(codeWords(), w) })
	m.measure = !m.id && (is(measureWords()) || slices.ContainsFunc(words, func(w string) bool {
		return w == "version" || w == "amount" || w == "price" || w == "total"
	}))
	return m
}

func idWords() []string {
	return []string{"id", "uuid", "guid", "sid", "uid", "oid", "gid", "iid", "mid", "sha", "reference", "number", "num", "key",
		"sku", "slug", "handle", "login", "username", "cursor", "trace", "span", "identifier", "prefix", "fingerprint"}
}

// codeWords make an id of a code, which is otherwise what went wrong, say.
func codeWords() []string {
	return []string{"auth", "authorization", "tracking", "confirmation", "verification", "coupon", "voucher", "booking"}
}

// notIDs end like an id and are none.
func notIDs() []string {
	return []string{"paid", "valid", "invalid", "void", "unpaid", "prepaid", "bid", "said", "grid", "solid", "fluid", "hybrid", "kid", "mid", "covid", "android"}
}

func timeWords() []string {
	return []string{"at", "on", "time", "date", "datetime", "timestamp", "ts", "created", "updated", "modified", "expires", "expiry", "exp",
		"iat", "nbf", "start", "end", "since", "until", "due", "when", "published", "issued", "now", "seen", "sent", "anchor", "gmt", "attempt"}
}

func signatureWords() []string {
	return []string{"signature", "sig", "sign", "hmac", "mac", "nonce", "token", "secret", "hash", "etag", "challenge", "digest", "checksum", "md5",
		"sha1", "sha256", "crc", "crc32c", "idempotency", "csrf"}
}

func measureWords() []string {
	return []string{"amount", "price", "total", "subtotal", "tax", "fee", "balance", "count", "quantity", "qty", "size", "byte", "length", "limit",
		"rate", "percent", "version", "status", "phone", "zip", "postal", "currency", "cost", "duration", "weight", "width", "score", "year", "month", "day",
		"last4", "value", "level", "attempts", "retries", "age", "net", "gross", "discount", "seats", "type", "event", "topic", "action", "mode", "state",
		"country", "ms", "second", "minute", "hour", "reason"}
}
