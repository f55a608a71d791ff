package cmd

import (
	"net"
	"strings"
	"time"
)

// certified has the certificates of a relay's front looked at too.
func (w *relayWatch) certified(f *relayFront) {
	if f.pair != nil || f.acme != nil {
		w.api.Certificate = f.soonest
	}
	w.pair = f.pair
	if f.acme != nil {
		w.health.certified = f.certified
	}
}

// soonest is until when that of the certificates is good that ends first; zero: there is none.
func (f *relayFront) soonest() time.Time {
	var first time.Time
	add := func(until time.Time) {
		if !until.IsZero() && (first.IsZero() || until.Before(first)) {
			first = until
		}
	}
	if f.pair != nil {
		if pair, err := f.pair.get(nil); err == nil {
			add(pair.Leaf.NotAfter)
		}
	}
	if f.acme != nil {
		f.acme.Each(func(_ string, until time.Time, _ error) { add(until) })
	}
	return first
}

// certified says whether there is a certificate for the public URL.
func (f *relayFront) certified() bool {
	host := f.public
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if f.pair.covers(host) {
		return true
	}
	_, parent, _ := strings.Cut(host, ".")
	is := false
	f.acme.Each(func(name string, until time.Time, _ error) {
		if (strings.EqualFold(name, host) || strings.EqualFold(name, "*."+parent)) && time.Now().Before(until) {
			is = true
		}
	})
	return is
}
