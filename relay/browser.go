package relay

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// warn answers a browser that goes to an endpoint with a page that says what this is, and says whether it did. contact is
// where abuse of the relay can be reported; it may be empty.
func warn(v *visit, contact string) bool {
	if !navigates(v.r) {
		return false
	}
	report := ""
	if contact != "" {
		report = "<p>Whoever runs this relay wants to hear of abuse: " + html.EscapeString(contact) + ".</p>\n"
	}
	page := warningBegins + report + warningEnds
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(page)))
	h.Set("Content-Security-Policy", warningPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Hook-Error", "browser_warning")
	v.Status, v.Code, v.Outcome, v.Out = http.StatusForbidden, "browser_warning", Refused, int64(len(page))
	v.s.hurry(v.w, v.r)
	v.w.WriteHeader(v.Status)
	_, _ = io.WriteString(v.w, page)
	return true
}

// navigates says whether somebody goes there with a browser: https://www.w3.org/TR/fetch-metadata/ says so; older browsers, and
// all of them over plain http to another machine, only look like it. Whoever sends webhooks wants no HTML.
func navigates(r *http.Request) bool {
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate"
	}
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		strings.HasPrefix(r.Header.Get("User-Agent"), "Mozilla/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

const (
	warningStyle = `body{font:1rem/1.5 system-ui,sans-serif;max-width:38em;margin:4em auto;padding:0 1em}code{font-family:ui-monospace,monospace}` +
		`@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}}`
	warningBegins = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>An address for webhooks</title>
<style>` + warningStyle + `</style>
</head>
<body>
<h1>This is no website</h1>
<p>This address receives webhooks for a developer: messages that programs send to programs. What would be shown here comes from
somebody's own computer, and the relay in between knows nothing of it.</p>
<p><strong>Enter no password, card number or other secret here.</strong> If a message led you here and asks for one, somebody wants to
deceive you: close this page.</p>
<p>Is the address yours? <code>hook listen --allow-browsers</code> lets browsers through.</p>
`
	warningEnds = "</body>\n</html>\n"
)

// warningPolicy lets the page have its own style, and nothing else.
var warningPolicy = func() string {
	sum := sha256.Sum256([]byte(warningStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()
