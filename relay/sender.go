package relay

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// sender is the address that a request came from. Behind proxies that are trusted it is what they say, each of which has
// added to X-Forwarded-For whom it had the request from: the last of these that is no such proxy itself.
func (s *Server) sender(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	said := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for i := len(said) - 1; i >= 0 && s.trusts(host); i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(said[i]))
		if err != nil {
			break
		}
		host = addr.Unmap().String()
	}
	return host
}

func (s *Server) trusts(host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, proxies := range s.cfg.TrustedProxies {
		if proxies.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}
