package relay

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// Where names need no token, anyone can come; so one address gets its share, of connections and of names.

// calls is how often clients without a token may connect from one address.
var calls = pace{rate: 10, burst: 60}

// mayCall says whether a client without a token may connect, or answers it.
func (s *Server) mayCall(w http.ResponseWriter, from source) bool {
	if from.local {
		return true
	}
	s.callers.mu.Lock()
	wait := s.callers.at(from.key).take(time.Now(), calls)
	s.callers.mu.Unlock()
	if wait > 0 {
		tooMany(w, wait, "too many listeners connect from your address").Answer(w, "")
	}
	return wait == 0
}

// mayClaimNew says why a client without a token may not have a name that is nobody's yet; if it may, it has used one of those
// that its address may have.
func (s *Server) mayClaimNew(ctx context.Context, h wire.Hello, from source) *wire.GoAway {
	p := pace{float64(s.limits.NewNames) / time.Hour.Seconds(), float64(s.limits.NewNames)}
	if s.cfg.Tokens != nil || from.local || p.rate == 0 {
		return nil
	}
	if _, known, err := s.cfg.Names.Settings(ctx, h.Name); known || err != nil { // of an error the claim will speak
		return nil
	}
	s.newNames.mu.Lock()
	wait := s.newNames.at(from.key).take(time.Now(), p)
	s.newNames.mu.Unlock()
	if wait == 0 {
		return nil
	}
	return &wire.GoAway{Code: wire.CodeForbidden, Message: fmt.Sprintf(
		"%d names were claimed from your address within an hour: use one of these again, or try in %v", s.limits.NewNames, wait.Round(time.Second))}
}
