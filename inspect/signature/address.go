package signature

import (
	"net/netip"
	"slices"
)

// from says whether a request came from an address that the provider publishes; empty if it publishes none, or if the
// sender's address is not known. It is evidence, and no verdict: a proxy in between has another address.
func (p *Provider) from(r Request) string {
	sender, err := netip.ParseAddr(r.Remote)
	if err != nil || len(p.Addresses) == 0 {
		return ""
	}
	sender = sender.Unmap()
	known := slices.ContainsFunc(p.Addresses, func(text string) bool {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return text == sender.String()
		}
		return prefix.Contains(sender)
	})
	if known {
		return " It came from " + sender.String() + ", an address that " + p.Title + " publishes."
	}
	return " It came from " + sender.String() + ", which is none of the addresses that " + p.Title + " publishes."
}
