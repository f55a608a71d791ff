package relay

import (
	"encoding/binary"
	"net"
	"net/http"
	"net/netip"
)

// A source is where a request came from.
type source struct {
	host  string // the address
	key   uint64 // what it is counted as: an IPv4 address, or a network of 64 bits, which is what one customer gets of IPv6
	local bool   // this machine itself, and not for others: a proxy says for whom it asks
}

// source gives that of a request from host, which is the sender.
func (s *Server) source(r *http.Request, host string) source {
	from := source{host: host}
	addr, err := netip.ParseAddr(host)
	if err != nil { // a socket of this machine has none
		from.local = !passedOn(r.Header)
		return from
	}
	addr = addr.Unmap()
	if addr.Is4() {
		b := addr.As4()
		from.key = uint64(binary.BigEndian.Uint32(b[:]))
	} else {
		b := addr.As16()
		from.key = binary.BigEndian.Uint64(b[:])
	}
	switch {
	case !passedOn(r.Header):
		from.local = addr.IsLoopback()
	case addr.IsLoopback(), addr.IsPrivate():
		s.spot(r)
	}
	return from
}

// spot says once that a proxy nearby isn't trusted, if that is where the request comes from.
func (s *Server) spot(r *http.Request) {
	peer, _, _ := net.SplitHostPort(r.RemoteAddr)
	if peer != "" && !s.trusts(peer) {
		s.strangeProxy.Do(func() {
			s.log.Warn("a proxy that isn't trusted passes requests on, so all its senders count as one; --trusted-proxy has it believed", "proxy", peer)
		})
	}
}

// passedOn says whether a proxy had the request before.
func passedOn(h http.Header) bool {
	return h["X-Forwarded-For"] != nil || h["Forwarded"] != nil || h["X-Real-Ip"] != nil
}
