package diff

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Headers compares two headers, field by field in the order of their names. A field's value is a JSON string, or an array
// of them where it came more than once.
func Headers(a, b http.Header) []Change {
	changes := headers(a, b)
	finish(changes)
	return changes
}

// headers is Headers without a judgement on what isn't known by its name.
func headers(a, b http.Header) []Change {
	all := maps.Clone(a)
	if all == nil {
		all = make(http.Header)
	}
	maps.Copy(all, b)
	var changes []Change
	for _, name := range slices.Sorted(maps.Keys(all)) {
		before, after := a[name], b[name]
		if slices.Equal(before, after) {
			continue
		}
		ch := Change{Path: name, Kind: Changed, Before: fieldValue(before), After: fieldValue(after), Secret: inspect.IsCredential(name)}
		switch {
		case len(before) == 0:
			ch.Kind = Added
		case len(after) == 0:
			ch.Kind = Removed
		case strings.EqualFold(name, "Content-Type") && sameType(before, after):
			continue
		}
		ch.Why = transport(name, ch.Kind)
		ch.Volatile = ch.Why != ""
		changes = append(changes, ch)
	}
	return changes
}

func fieldValue(values []string) string {
	switch len(values) {
	case 0:
		return ""
	case 1:
		return quote(values[0])
	}
	b := []byte{'['}
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, v)
	}
	return string(append(b, ']'))
}

// sameType says whether two content types mean the same: the boundary of multipart and the case of names make no difference.
func sameType(a, b []string) bool {
	return len(a) == 1 && len(b) == 1 && typeOf(a[0]) == typeOf(b[0])
}

func typeOf(contentType string) string {
	media, parameters, err := parseMedia(contentType)
	if err != nil {
		return contentType
	}
	delete(parameters, "boundary")
	if charset, ok := parameters["charset"]; ok {
		parameters["charset"] = strings.ToLower(charset)
	}
	text, _ := json.Marshal(parameters) // sorts them
	return media + string(text)
}

// transport is why a field differs by its name alone: the way there, the signature, or the id of this one delivery makes it.
func transport(name string, kind Kind) (why string) {
	lower := strings.ToLower(name)
	switch lower {
	case "content-length", "date", "age", "via", "server-timing", "traceparent", "tracestate", "baggage", "x-amzn-trace-id", "x-cloud-trace-context",
		"cf-ray", "cf-connecting-ip", "cf-ipcountry", "cf-visitor", "cdn-loop", "x-real-ip", "forwarded", "x-runtime", "x-response-time", "b3",
		"report-to", "nel", "x-served-by", "x-timer", "x-cache-hits", "expires", "last-modified", "x-datadog-trace-id", "x-datadog-parent-id", "sentry-trace",
		"newrelic", "uber-trace-id", "x-envoy-attempt-count", "x-envoy-expected-rq-timeout-ms":
		return WhyTransport
	}
	if strings.HasPrefix(lower, "x-forwarded-") || strings.HasPrefix(lower, "x-b3-") || strings.HasPrefix(lower, "hook-") {
		return WhyTransport
	}
	if kind != Changed {
		return ""
	}
	words := wordsOf(lower)
	for _, w := range words {
		switch w {
		case "signature", "hmac", "nonce", "sig":
			return WhySignature
		case "timestamp":
			return WhyTime
		}
	}
	switch lower {
	case "x-request-id", "request-id", "x-correlation-id", "correlation-id", "x-github-delivery", "idempotency-key", "x-idempotency-key", "svix-id",
		"webhook-id", "etag", "x-github-request-id":
		return WhyID
	}
	return ""
}
