package relay

import (
	"net/http"
	"strings"
	"time"
)

// A guesser is who shows proofs that are wrong.
type guesser struct {
	address  uint64
	endpoint string // that the proofs are for; empty for tokens
}

// guessing is how long who asked must wait before what they show is looked at, as too much that they showed was wrong; 0: not at all.
func (s *Server) guessing(g guesser) time.Duration {
	s.guesses.mu.Lock()
	defer s.guesses.mu.Unlock()
	if p := s.guessPace(g); p.rate > 0 && s.guesses.entries[g] != nil {
		return s.guesses.at(g).wait(time.Now(), p)
	}
	return 0
}

// guessed counts a proof that was wrong.
func (s *Server) guessed(g guesser) {
	s.guesses.mu.Lock()
	defer s.guesses.mu.Unlock()
	if p := s.guessPace(g); p.rate > 0 {
		s.guesses.at(g).take(time.Now(), p)
	}
}

func (s *Server) guessPace(g guesser) pace {
	if g.endpoint == "" {
		return perMinute(s.limits.WrongTokens)
	}
	return perMinute(s.limits.WrongProofs)
}

// granted gives what a client's token allows, or answers why it has none. Whoever shows no token at all guesses nothing.
func (s *Server) granted(w http.ResponseWriter, r *http.Request, from source) (grant Grant, ok bool) {
	who := guesser{address: from.key}
	if wait := s.guessing(who); wait > 0 {
		tooManyGuesses(w, wait)
		return grant, false
	}
	token := bearer(r)
	grant, known := s.cfg.Tokens.Grant(token)
	if file, ok := s.cfg.Tokens.(interface{ Stale() error }); ok && file.Stale() != nil {
		s.log.Error("the tokens that were read before stay in force", "error", file.Stale())
	}
	if known {
		return grant, true
	}
	if r.Header.Get("Authorization") != "" {
		s.guessed(who)
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="hook-relay"`)
	fail(http.StatusUnauthorized, "unauthorized", "this relay wants a token that it knows").Answer(w, "")
	return grant, false
}

// bearer is the token that a request shows; empty if it shows none.
func bearer(r *http.Request) string {
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		return token
	}
	return ""
}

func tooManyGuesses(w http.ResponseWriter, wait time.Duration) {
	tooMany(w, wait, "too many wrong tokens came from your address").Answer(w, "")
}

// Guard has h answer, unless too many wrong tokens came from where the request comes from. An answer 401 of h means that the
// token was wrong.
func (s *Server) Guard(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := guesser{address: s.source(r, s.sender(r)).key}
		if wait := s.guessing(who); wait > 0 {
			tooManyGuesses(w, wait)
			return
		}
		said := &statusKeeper{ResponseWriter: w}
		guess := r.Header.Get("Authorization") != ""
		h.ServeHTTP(said, r)
		if guess && said.status == http.StatusUnauthorized {
			s.guessed(who)
		}
	})
}

// A statusKeeper remembers the status of an answer.
type statusKeeper struct {
	http.ResponseWriter
	status int
}

// WriteHeader is http.ResponseWriter's.
func (k *statusKeeper) WriteHeader(status int) {
	k.status = status
	k.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (k *statusKeeper) Unwrap() http.ResponseWriter { return k.ResponseWriter }
