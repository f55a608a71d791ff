package cmd

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// sign signs done.fresh as its provider would now, with the faults that are asked for, and notes with what. Where that
// can't be, or keep is set, the signature stays as it was, which the user is told before the first is sent.
func (r *replayer) sign(done *replayed, keep bool) error {
	p := signature.Lookup(done.original.Provider)
	secret, why, err := r.secretFor(p, done.original, keep)
	switch {
	case err != nil:
		return err
	case why != "":
		done.note = why
		return nil
	}
	g := &signer{provider: p, secret: secret, faults: r.faults}
	if r.faults.wrongSecret {
		g.wrong = p.NewSecret()
	}
	now := time.Now()
	request := done.fresh.Signed()
	request.Truncated = false // a body that was given in place of another is whole
	if r.faults.unsigned {
		own := p.Headers()
		if len(own) == 0 {
			return fail(exitUsage, "--unset takes a field out of the body", "--fault unsigned: %s has its signature in no field of the header", p.Title)
		}
		request.Header = request.Header.Clone()
		request.Header.Del(own[0]) // the signature's
	}
	if err := g.sign(&request, now); err != nil {
		if r.faults.any() {
			return err
		}
		done.note = r.kept(p, "hook can't sign it: "+err.Error(), "--secret "+p.Name+"=SOURCE gives another secret")
		return nil // a replay with the old signature is still worth having
	}
	if done.expected, err = g.spoil(&request, now); err != nil {
		return err
	}
	done.note = "re-signed with " + secret.Source
	if words := r.faults.signing(); words != "" {
		done.note = words
	}
	if request.URL != done.fresh.URL { // signing has added to the query
		_, query, _ := strings.Cut(request.URL, "?")
		done.fresh.URL, done.fresh.Path = request.URL, withQuery(done.fresh.Path, query)
		if done.exact {
			done.to.Path = withQuery(done.to.Path, query)
		}
	}
	done.fresh.Header = request.Header
	if !bytes.Equal(request.Body, done.fresh.Body.Bytes) {
		done.fresh.Body = inspect.CaptureOf(request.Body)
		if p.SignsInBody() {
			done.note += ", which changed the request's body: " + p.Title + " signs in it"
		}
	}
	return nil
}

// secretFor is the secret that a replay is signed with; or why it isn't signed, in words for people.
func (r *replayer) secretFor(p *signature.Provider, original *inspect.Delivery, keep bool) (secret signature.Secret, why string, err error) {
	res := original.Signature
	switch forged := r.faults.forging() != ""; {
	case keep:
		return secret, "signature kept as it was", nil
	case !p.CanSign():
		if forged {
			return secret, "", r.faults.fit(p, orDash(original.Provider))
		}
		return secret, unsignedNote, nil
	case !forged && r.change.any() && r.change.hasHeader(p.Headers()):
		return secret, "signature as -H has it", nil
	case r.cameUnsigned(p, original):
		if !forged {
			return secret, "not signed, as it came without a signature", nil
		}
	}
	if secret, err = r.toSign(p); err != nil {
		return secret, "", err
	}
	if secret.Test && (!res.Test || res.Verdict == signature.Unknown) && r.faults.forging() == "" { // it was signed with another, which hook doesn't have
		return secret, r.kept(p, "no secret of "+p.Title+" is configured", "set "+usualVariable(p)+", or --secret "+p.Name+"=@FILE"), nil
	}
	return secret, "", nil
}

// cameUnsigned says whether original came without a signature. What was masked before it got here was never judged: there its
// fields tell, though they can't match any more.
func (r *replayer) cameUnsigned(p *signature.Provider, original *inspect.Delivery) bool {
	res := original.Signature
	if res.Verdict == "" {
		_, _, res = r.secrets.judge(original.Signed(), p)
	}
	return res.Reason == signature.ReasonMissing || res.Got == "" && res.Verdict != signature.Valid
}

// toSign is the secret that a provider's deliveries are signed with; found once, as looking costs more than signing.
func (r *replayer) toSign(p *signature.Provider) (signature.Secret, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if secret, known := r.signing[p.Name]; known {
		return secret, nil
	}
	secret, err := r.secrets.toSign(p, nil)
	if err == nil && r.signing != nil {
		r.signing[p.Name] = secret
	}
	return secret, err
}

// forget has secrets looked for anew: they may have changed.
func (r *replayer) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.signing)
}

// kept is the note for a signature that stays as it was. Why, and what would change that, is said once for all of a provider.
func (r *replayer) kept(p *signature.Provider, why, next string) string {
	r.warn(p.Name+why, "%s: the signature stays as it was, and an app that checks its age refuses it: %s; %s", p.Name, inspect.Printable(why), next)
	return "signature kept: " + why
}

// warn tells the user something, once for each key.
func (r *replayer) warn(key, format string, args ...any) {
	if r.talk == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.told[key] {
		r.told[key] = true
		_, _ = fmt.Fprintf(r.talk, "hook: warning: "+format+"\n", args...)
	}
}

// unsignedNote is for a delivery of a sender that signs nothing, or that nobody knows.
const unsignedNote = "nothing to sign"

func withQuery(path, query string) string {
	path, _, _ = strings.Cut(path, "?")
	return path + "?" + query
}
