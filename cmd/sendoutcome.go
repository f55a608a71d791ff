package cmd

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// outcome turns what came of one delivery into the exit code and the next step.
func (s *sending) outcome(ctx context.Context, signer *signer, l letter) error {
	if s.o.faults.any() {
		return s.faultOutcome(signer, l)
	}
	a := l.delivery.Last()
	if a.Response == nil || !a.Outcome.Whole() {
		return s.unanswered(a)
	}
	if s.accepted(a) {
		return nil
	}
	code := exitFailed
	switch a.Response.Header.Get("Hook-Error") {
	case "app_refused", "app_unreachable", "tunnel_absent", "tunnel_lost", "endpoint_unknown":
		code = exitUnreachable
	}
	if s.o.json {
		return &fault{errQuiet, "", code}
	}
	return fail(code, s.afterStatus(ctx, l.delivery, a.Response), "%s: answered %d%s", s.what(), a.Response.Status, s.notSuccess(a.Response.Status))
}

func (s *sending) what() string { return "send " + s.o.provider + " " + s.o.event }

// notSuccess explains why an answer that others would take for success is none.
func (s *sending) notSuccess(status int) string {
	if s.provider == nil || s.provider.Success == "" || status >= 400 {
		return ""
	}
	rule, _, _ := strings.Cut(s.provider.Success, ";")
	return ", and " + s.provider.Title + " takes for success " + rule
}

// unanswered is for a delivery that got no answer.
func (s *sending) unanswered(a *inspect.Attempt) error {
	switch {
	case a.Outcome == inspect.OutcomeTimeout && s.o.timeout == 0 && s.patience() > 0:
		return fail(exitUnreachable, "answer first and work later; --timeout 1m waits longer than the provider", "%s: no answer within %s, which is how long %s waits",
			s.what(), s.patience(), s.provider.Title)
	case a.Outcome == inspect.OutcomeTimeout && s.o.timeout > 0:
		return fail(exitUnreachable, "answer first and work later", "%s: no answer within %s", s.what(), s.o.timeout)
	case a.Outcome == inspect.OutcomeTimeout || a.Outcome == inspect.OutcomeClosed:
		return fail(exitUnreachable, "the app's own output may say why", "%s: %s", s.what(), a.Err)
	case s.listener != nil:
		return fail(exitUnreachable, "start the relay again: the listener comes back by itself", "%s: the relay doesn't answer at %s", s.what(), s.listener.URL)
	}
	return fail(exitUnreachable, "start the app, or say where with --to", "%s: %s", s.what(), a.Err)
}

// faultOutcome judges what the app did with a fault: 0 if what a right one does.
func (s *sending) faultOutcome(signer *signer, l letter) error {
	a, faults := l.delivery.Last(), s.o.faults.String()
	did := "closed the connection"
	if a.Response != nil {
		did = fmt.Sprint("answered ", a.Response.Status)
	}
	switch {
	case s.right(a, l.expected) && s.o.json:
		return nil
	case s.right(a, l.expected):
		words := map[expectation]string{
			toAccept: "as is right: a right app accepts it", toDecide: "which is right either way: " + signer.excuse(), toRefuse: "as is right: a right app refuses it, with 400 or 401 for most providers",
			toBreakOff: "as is right: a right app refuses half a body, or closes", toEndSomehow: "as is right: a right app waits for it, or refuses it in time",
		}[l.expected]
		if s.o.faults.duplicate {
			words += " twice, and handles it once"
		}
		_, err := fmt.Fprintf(s.out, "%s %s   %s, %s\n", s.pen.good.Sprint(s.pen.sign("✓", "+")), faults, did, words)
		return err
	case a.Response == nil && a.Outcome != inspect.OutcomeClosed:
		return s.unanswered(a)
	case s.accepted(a) && l.expected == toRefuse:
		return s.wrong(exitWrong, "verify the signature before anything else, and answer 400 or 401 if it isn't good", "the app accepted a forged webhook: it %s to %s", did, faults)
	case s.accepted(a):
		return s.wrong(exitWrong, "compare Content-Length with what came, and answer 400", "the app accepted half a webhook: it %s to %s", did, faults)
	case l.expected == toAccept:
		return s.wrong(exitFailed, "the app's own output may say why", "the app %s to %s, which a right one accepts", did, faults)
	}
	return s.wrong(exitFailed, "answer 400 or 401: to others the provider may send it again", "the app %s to %s, which a right one refuses with 4xx", did, faults)
}

// wrong is fail for what --json has said already.
func (s *sending) wrong(code int, next, format string, args ...any) error {
	if s.o.json {
		return &fault{errQuiet, "", code}
	}
	return fail(code, next, "%s: %s", s.what(), fmt.Sprintf(format, args...))
}

// afterStatus is the next step after an answer that isn't success.
func (s *sending) afterStatus(ctx context.Context, d *inspect.Delivery, r *inspect.Response) string {
	switch code := r.Header.Get("Hook-Error"); {
	case code == "app_refused" && s.listener != nil:
		return "start the app at " + s.listener.Target
	case code == "tunnel_absent":
		return "the listener is not connected: see its screen"
	case r.Status == http.StatusNotFound && code == "":
		return s.afterNotFound(ctx, d)
	case s.listener == nil && s.o.noStore, s.listener != nil && s.listener.NoStore:
		return "without --no-store `hook show last` would tell more"
	case code == "" && (r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden || r.Status == http.StatusBadRequest):
		return "if the app finds the signature wrong: `hook verify last` tells what it may have or do differently"
	}
	return "`hook show last` tells more"
}

// afterNotFound names the path that worked for the provider before, or how to say one.
func (s *sending) afterNotFound(ctx context.Context, d *inspect.Delivery) string {
	if worked := s.worked(ctx, d.Provider); worked != nil {
		return d.Provider + " was answered " + fmt.Sprint(worked.Status) + " at " + inspect.Printable(shownURL(worked.Target)) + " before"
	}
	if s.listener != nil {
		return "the app has nothing at " + s.listener.Target + ": give the path too, as in `hook listen " +
			strings.TrimPrefix(strings.TrimPrefix(s.listener.Target, "http://"), "localhost:") + "/webhooks/" + d.Provider + "`"
	}
	return "the app has nothing at that path: give the path too, as in --to " + d.URL + "/webhooks/" + d.Provider
}

// worked is the last of the provider's deliveries that was answered well; nil if there is none.
func (s *sending) worked(ctx context.Context, provider string) (found *inspect.Summary) {
	look := func(store *history.Store) error {
		all, err := store.List(ctx, history.Query{Providers: []string{provider}, Statuses: []string{"2xx"}, Limit: 1})
		if err == nil && len(all) == 1 {
			found = &all[0]
		}
		return nil
	}
	if s.store != nil {
		_ = look(s.store)
	} else {
		_ = s.withHistory(ctx, look) // that is no more than a hint
	}
	return found
}
