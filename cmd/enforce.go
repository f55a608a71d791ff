package cmd

import (
	"fmt"
	"net/http"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// An enforcement is which deliveries the app doesn't get.
type enforcement string

const (
	enforceOn     enforcement = "on"     // those whose signature is invalid
	enforceStrict enforcement = "strict" // those whose signature isn't valid
)

// enforcement is the one in force; a demo shows what an app sees without.
func (l *listener) enforcement() (enforcement, error) {
	if l.o.local {
		return "", nil
	}
	switch mode := l.settings.first(l.o.enforce, "HOOK_ENFORCE", func(c config) string { return c.Enforce }); mode {
	case "", "off", "false", "0":
		return "", nil
	case "on", "true", "1":
		return enforceOn, nil
	case "strict":
		return enforceStrict, nil
	default:
		return "", fail(exitUsage, "--enforce, --enforce=strict or --enforce=off; in hook.yaml on, strict or off", "listen: %q is no way to enforce", mode)
	}
}

// words say what doesn't pass.
func (e enforcement) words() string {
	if e == enforceStrict {
		return "enforced: whatever has no valid signature is answered 401 before the app sees it"
	}
	return "enforced: whatever has an invalid signature is answered 401 before the app sees it"
}

// refuse is a replay.Forwarder's. A delivery that was not judged, as its body is longer than what is kept, is unknown.
func (e enforcement) refuse(d *inspect.Delivery) *inspect.Failure {
	verdict, reason := d.Signature.Verdict, d.Signature.Reason
	if verdict == "" {
		verdict, reason = signature.Unknown, signature.ReasonTruncated
	}
	code := "signature_invalid"
	switch {
	case verdict == signature.Valid, verdict != signature.Invalid && e != enforceStrict:
		return nil
	case verdict != signature.Invalid:
		code = "signature_unproven"
	}
	return &inspect.Failure{
		Status: http.StatusUnauthorized, Code: code,
		Message: fmt.Sprintf("rejected by --enforce: the signature is %s (%s)", verdict, reason),
	}
}
