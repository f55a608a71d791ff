package cmd

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// retryRules are what a provider's further attempts say of themselves, and what ends them before their time.
type retryRules struct {
	number string            // the header with the number of the retry, 1 for the first one
	zero   bool              // the first attempt has it, too: with 0
	count  string            // the header with the number of the attempt: 1 at once
	reason string            // the header with what became of the attempt before
	words  map[string]string // what the provider calls that: "timeout", "refused", "tls", "status"; "" is any other
	since  string            // the header with the time of the first attempt, in RFC 3339
	body   map[string]string // fields of the body: a path, and ${retry}, ${attempt} or a value
	stops  map[int]string    // statuses after which it never sends again, and what it does then
	only   []int             // statuses after which it sends again, where it doesn't after others; 5 stands for 5xx
	header string            // a field of the answer that ends it
	end    string            // what it does when all has failed
}

const unsubscribes = "takes that as the wish not to be sent anything more"

// allRules are the rules of the providers that have any, by name.
func allRules() map[string]retryRules {
	gone := map[int]string{http.StatusGone: unsubscribes}
	reasons := map[string]string{"timeout": "http_timeout", "refused": "connection_failed", "tls": "ssl_error", "status": "http_error"}
	square := map[string]string{"timeout": "http_timeout", "tls": "ssl_error", "status": "http_error", "": "other"}
	return map[string]retryRules{
		"slack": {
			number: "X-Slack-Retry-Num", reason: "X-Slack-Retry-Reason", words: reasons, header: "X-Slack-No-Retry",
			end: "turns an app's events off when too many fail",
		},
		"square": {
			number: "Square-Retry-Number", reason: "Square-Retry-Reason", words: square, since: "Square-Initial-Delivery-Timestamp",
			end: "disables a webhook that fails for long",
		},
		"bitbucket":  {count: "X-Attempt-Number", only: []int{5}},
		"jira":       {number: "X-Atlassian-Webhook-Retry", only: []int{408, 409, 425, 429, 5}},
		"twitch":     {number: "Twitch-Eventsub-Message-Retry", zero: true, end: "revokes the subscription after too many failures"},
		"contentful": {count: "X-Contentful-Webhook-Request-Attempt"},
		"hubspot":    {body: map[string]string{"0.attemptNumber": "${retry}"}},
		"intercom": {
			body:  map[string]string{"delivery_attempts": "${attempt}"},
			stops: map[int]string{http.StatusGone: "disables the subscription"}, end: "pauses, and then suspends, a subscription that goes on failing",
		},
		"line":              {body: map[string]string{"events.0.deliveryContext.isRedelivery": "true"}},
		"standard-webhooks": {stops: map[int]string{http.StatusGone: "disables the endpoint, if it follows the specification"}},
		"trello":            {stops: map[int]string{http.StatusGone: "deletes the webhook"}},
		"typeform":          {stops: map[int]string{http.StatusGone: "disables the webhook", http.StatusNotFound: "disables the webhook"}},
		"zapier":            {stops: gone},
		"pagerduty":         {stops: map[int]string{400: "sends it no more", 403: "sends it no more"}},
		"mailgun":           {stops: map[int]string{http.StatusNotAcceptable: "takes that as a refusal, and sends it no more"}},
		"postmark":          {stops: map[int]string{403: "sends it no more"}},
		"sanity":            {only: []int{429, 5}},
		"aws-sns":           {only: []int{5}},
		"svix":              {end: "disables an endpoint that fails for 5 days"},
		"shopify":           {end: "deletes a subscription that was made by its API"},
		"polar":             {end: "disables the endpoint"},
	}
}

// rulesOf are a provider's.
func rulesOf(p *signature.Provider) retryRules {
	rules := allRules()[p.Name]
	if rules.end == "" {
		_, rules.end, _ = strings.Cut(p.Retries, "; then ")
	}
	return rules
}

// mark makes a sample the provider's attempt of that number, 1 for the first. before is what became of the one before.
func (r retryRules) mark(sample *fixtures.Sample, attempt int, before *inspect.Attempt, since time.Time) {
	retry := strconv.Itoa(attempt - 1)
	set := func(name, value string) {
		if name != "" && value != "" {
			sample.Header[http.CanonicalHeaderKey(name)] = []string{value}
		}
	}
	set(r.count, strconv.Itoa(attempt))
	if attempt == 1 {
		if r.zero {
			set(r.number, retry)
		}
		return
	}
	set(r.number, retry)
	set(r.since, since.UTC().Format(time.RFC3339))
	set(r.reason, r.why(before))
	fill := strings.NewReplacer("${retry}", retry, "${attempt}", strconv.Itoa(attempt))
	for path, value := range r.body {
		_ = sample.Set(path, fill.Replace(value)) // a sample that has no such field stays without
	}
}

// why is what the provider calls the failure of an attempt.
func (r retryRules) why(a *inspect.Attempt) string {
	kind := ""
	switch {
	case a.Response != nil:
		kind = "status"
	case a.Outcome == inspect.OutcomeTimeout:
		kind = "timeout"
	case strings.Contains(a.Err, "certificate") || strings.Contains(a.Err, "TLS"):
		kind = "tls"
	case a.Outcome == inspect.OutcomeRefused || a.Outcome == inspect.OutcomeUnreachable || a.Outcome == inspect.OutcomeClosed:
		kind = "refused"
	}
	if word, ok := r.words[kind]; ok {
		return word
	}
	return r.words[""]
}

// final says why a provider sends no more after an attempt that failed; empty if it does.
func (r retryRules) final(a *inspect.Attempt) string {
	if a.Response == nil {
		return ""
	}
	status := a.Response.Status
	switch {
	case r.header != "" && a.Response.Header.Get(r.header) == "1":
		return "takes " + r.header + ": 1 as the wish not to be sent it again"
	case r.stops[status] != "":
		return r.stops[status]
	case len(r.only) > 0 && !slices.Contains(r.only, status) && !slices.Contains(r.only, status/100):
		return "sends nothing again after " + strconv.Itoa(status)
	}
	return ""
}

// retryAfter is how long an answer of 429 or 503 asks to wait; 0 if it doesn't. It says so in seconds, or by a date.
func retryAfter(r *inspect.Response, now time.Time) time.Duration {
	if r == nil || r.Status != http.StatusTooManyRequests && r.Status != http.StatusServiceUnavailable {
		return 0
	}
	said := strings.TrimSpace(r.Header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(said, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(said); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
