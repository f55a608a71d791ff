package replay

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Explain tells what a Client's error on the way to to's app means, nil too: in a word, and in words for people.
func Explain(ctx context.Context, err error, to Target) (inspect.Outcome, string) {
	if err == nil {
		return inspect.OutcomeAnswered, ""
	}
	outcome, message, _ := (&Forwarder{Target: to}).explain(ctx, err)
	return outcome, message
}

// explain tells what an error on the way to the app means: in a word, in words for people, and for the sender.
func (f *Forwarder) explain(ctx context.Context, err error) (inspect.Outcome, string, inspect.Failure) {
	_, dialing := errors.AsType[*dialError](err)
	timeout, isNet := errors.AsType[net.Error](err)
	_, unsendable := errors.AsType[requestError](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	host := f.Target.Host
	if f.Target.Socket != "" {
		host = f.Target.Place()
	}
	fail := func(o inspect.Outcome, status int, code, format string, args ...any) (inspect.Outcome, string, inspect.Failure) {
		message := fmt.Sprintf(format, args...)
		return o, message, inspect.Failure{Status: status, Code: code, Message: message}
	}
	switch {
	case ctx.Err() != nil:
		return fail(inspect.OutcomeCanceled, http.StatusBadGateway, "canceled", "the sender hung up, or the tunnel was lost")
	case unsendable:
		return fail(inspect.OutcomeClosed, http.StatusBadGateway, "app_closed", "the request can't be sent to the app: %s", root(err))
	case dialing && nobody(err):
		return fail(inspect.OutcomeRefused, http.StatusBadGateway, "app_refused", "the app refused: nothing listens on %s", f.Target.Place())
	case untrusted:
		return fail(inspect.OutcomeUnreachable, http.StatusBadGateway, "app_unreachable",
			"the certificate of %s is not trusted (%s): --insecure takes any", host, root(err))
	case plain:
		return fail(inspect.OutcomeUnreachable, http.StatusBadGateway, "app_unreachable", "%s doesn't speak TLS: give the target as http://", host)
	case dialing && isNet && timeout.Timeout():
		return fail(inspect.OutcomeUnreachable, http.StatusGatewayTimeout, "app_unreachable", "no connection to %s in time", host)
	case dialing:
		return fail(inspect.OutcomeUnreachable, http.StatusBadGateway, "app_unreachable", "no connection to %s: %s", host, root(err))
	case isNet && timeout.Timeout():
		return fail(inspect.OutcomeTimeout, http.StatusGatewayTimeout, "app_timeout", "the app at %s gave no answer in time", host)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fail(inspect.OutcomeClosed, http.StatusBadGateway, "app_closed", "the app closed the connection before its answer was whole")
	}
	return fail(inspect.OutcomeClosed, http.StatusBadGateway, "app_closed", "the app's answer can't be used: %s", root(err))
}

// root is the innermost error's text: what is around it says what we say ourselves.
func root(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
