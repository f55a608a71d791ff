package cmd

import (
	"crypto/tls"
	"errors"
	"fmt"

	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// refused turns what ended the tunnel for good into words and an exit code.
func (l *listener) refused(err error) error {
	if err == nil {
		return nil
	}
	next, code := "", exitFailed
	if r, ok := errors.AsType[*tunnel.RefusedError](err); ok {
		code = exitUnauthorized
		if next = "ask whoever runs " + l.client.Relay + " for a token, and give it with --token @FILE or HOOK_TOKEN"; l.client.Token != "" {
			next = "the token may have been revoked, be out of date or have a typing mistake: ask whoever runs " + l.client.Relay
		}
		return &fault{r, next, code}
	}
	if n, ok := errors.AsType[*tunnel.NotRelayError](err); ok {
		return &fault{n, "check --relay: it is the URL that hook-relay printed when it started", exitUnreachable}
	}
	if c, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fail(exitUnreachable, "check --relay; --ca FILE or HOOK_CA gives a private CA's certificate", "the certificate of %s is not trusted: %w", l.client.Relay, c.Err)
	}
	if g, ok := errors.AsType[*wire.GoAway](err); ok {
		switch g.Code {
		case wire.CodeInUse:
			next = "stop the other one, use --take-over, or --name for another name"
		case wire.CodeNameTaken, wire.CodeNameInvalid:
			next = "choose another with --name"
		case wire.CodeForbidden:
			next, code = "ask whoever runs the relay, or choose another name with --name if only this one is refused", exitUnauthorized
		case wire.CodeBacklog:
			return fail(exitFailed, fmt.Sprintf("`hook relay inbox list %s` shows what waits, `hook relay inbox drop %[1]s --all` lets go of it, --max-backlog %[2]d takes it", l.client.Name, g.Backlog),
				"listen: %s waiting for %s, more than --max-backlog %d", plural(g.Backlog, "delivery is", "deliveries are"), l.client.Name, *l.client.Backlog)
		case wire.CodeBadSettings:
			next = "leave out what this relay doesn't know: --when-away, --basic-auth and the like"
		case wire.CodeReplaced:
			next = "start it again with --take-over to take the name back"
		}
		return fail(code, next, "listen: %s", g.Message)
	}
	return err
}
