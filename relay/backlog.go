package relay

import (
	"fmt"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// waiting is how many deliveries are held for an endpoint.
func (s *Server) waiting(name string) int {
	if s.cfg.Inbox == nil {
		return 0
	}
	return s.cfg.Inbox.Waiting(name)
}

// dead is how many dead letters an endpoint has.
func (s *Server) dead(name string) int {
	if s.cfg.Inbox == nil {
		return 0
	}
	return s.cfg.Inbox.Dead(name)
}

// floods says why a client must not come yet: more deliveries wait for it than it wants at once.
func (s *Server) floods(h wire.Hello) *wire.GoAway {
	n := s.waiting(h.Name)
	if h.MaxBacklog == nil || n <= *h.MaxBacklog {
		return nil
	}
	return &wire.GoAway{Code: wire.CodeBacklog, Message: fmt.Sprintf("%d deliveries are held for %s", n, h.Name), Backlog: n}
}

// validSettings says whether this relay understands what a client has chosen.
func validSettings(set wire.Settings) bool {
	_, _, err := ParseAway(set.WhenAway)
	return err == nil && len(set.Provider) <= maxSetting && len(set.ChallengeSecret) <= maxSetting && validAccess(set.Access)
}

// maxSetting is how long a text in the settings may be, and how many proofs or networks there may be.
const maxSetting = 1024

func validAccess(a *wire.Access) bool {
	return a == nil || len(a.Basic)+len(a.Bearer)+len(a.URLSecret)+len(a.Networks) <= maxSetting
}

// public are settings as the client is told them: without what nobody needs to read again.
func public(set wire.Settings) wire.Settings {
	set.ChallengeSecret = ""
	return set
}
