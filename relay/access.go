package relay

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// URLSecret is the parameter of an endpoint's URL that proves who may use it, where Access wants one. It goes on to the app with
// the rest, as some schemes sign the URL; what hook shows of a delivery has it masked.
const URLSecret = inspect.AccessSecret

// demand says why a sender may not use an endpoint with that access; nil: they may.
func (s *Server) demand(v *visit, a *wire.Access) *inspect.Failure {
	if a == nil {
		return nil
	}
	if len(a.Networks) > 0 && !within(a.Networks, v.Remote) {
		f := fail(http.StatusForbidden, "network_denied", "this endpoint takes requests from other networks only")
		return &f
	}
	if len(a.Basic)+len(a.Bearer)+len(a.URLSecret) == 0 {
		return nil
	}
	who := guesser{s.source(v.r, v.Remote).key, v.Endpoint}
	if wait := s.guessing(who); wait > 0 {
		return v.tooMany(wait, "too many wrong credentials for this endpoint came from your address")
	}
	shown, right := proves(v.r, a)
	if right {
		return nil
	}
	if shown { // else they guess nothing
		s.guessed(who)
	}
	v.w.Header()["WWW-Authenticate"] = challenges(v.Endpoint, a)
	f := fail(http.StatusUnauthorized, "access_denied", "this endpoint takes requests with credentials that it knows only")
	return &f
}

func within(networks []netip.Prefix, host string) bool {
	addr, err := netip.ParseAddr(host)
	addr = addr.Unmap().WithZone("")
	return err == nil && slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// proves says whether a request has any proof with it, and whether that is one that the endpoint takes.
func proves(r *http.Request, a *wire.Access) (shown, right bool) {
	said := r.Header.Get("Authorization")
	if user, password, ok := r.BasicAuth(); ok {
		right = isOneOf(a.Basic, user+":"+password)
	}
	if scheme, token, _ := strings.Cut(said, " "); strings.EqualFold(scheme, "Bearer") {
		right = isOneOf(a.Bearer, strings.TrimSpace(token)) || right
	}
	secret := ""
	if len(a.URLSecret) > 0 {
		if secret = r.URL.Query().Get(URLSecret); secret != "" {
			right = isOneOf(a.URLSecret, secret) || right
		}
	}
	return said != "" || secret != "", right
}

// isOneOf compares in a time that tells nothing of the proofs.
func isOneOf(proofs []string, shown string) bool {
	sum := sha256.Sum256([]byte(shown))
	var hash [2 * sha256.Size]byte
	hex.Encode(hash[:], sum[:])
	same := 0
	for _, proof := range proofs {
		same |= subtle.ConstantTimeCompare([]byte(proof), hash[:])
	}
	return same == 1
}

// challenges say how a sender can prove that they may use the endpoint: RFC 9110 section 11.6.1.
func challenges(endpoint string, a *wire.Access) (all []string) {
	for _, c := range []struct {
		proofs []string
		scheme string
	}{{a.Basic, "Basic"}, {a.Bearer, "Bearer"}, {a.URLSecret, "URL-Secret"}} {
		if len(c.proofs) > 0 {
			all = append(all, c.scheme+` realm="`+endpoint+`"`)
		}
	}
	return all
}
