package cmd

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
)

// check is the first of the mistakes, or nil.
func (o *relayOptions) check() error { return firstOf(o.mistakes()) }

// mistakes are what is wrong with the settings, as far as it shows before anything is opened. Each names its flag, so that
// relaySettings.locate finds where it was set. What follows from other settings is filled in first.
func (o *relayOptions) mistakes() []error {
	o.settle()
	var all []error
	add := func(err error) {
		if err != nil {
			all = append(all, err)
		}
	}
	add(checkAddr("addr", o.addr))
	if o.publicURL != "" {
		_, err := relay.New(relay.Config{PublicURL: o.publicURL})
		add(hinted(err, "give the base that senders use, as in --public-url https://relay.example", "--public-url"))
	}
	add(checkDomain(o.domain))
	if o.timeout <= 0 {
		add(fail(exitUsage, "a duration is like 70s or 5m", "--timeout %v: it must be more than nothing", o.timeout))
	}
	_, err := parseNetworks(o.proxies)
	add(err)
	add(checkSize("max-body", o.maxBody))
	if o.tokenFile != "" {
		_, err := relay.ReadTokenFile(o.tokenFile)
		add(tokenFileFault(o.tokenFile, err))
	}
	add(o.checkTLS())
	all = append(all, o.hold.mistakes()...)
	add(o.edge.check())
	all = append(all, o.admin.mistakes()...)
	return append(all, o.sharedPorts()...)
}

// sharedPorts are the addresses that can't be listened on at the same time.
func (o *relayOptions) sharedPorts() []error {
	all := [][2]string{{"--addr", o.addr}, {"--tls-addr", o.tls.addr}, {"--admin-addr", o.admin.addr}}
	var shared []error
	for i, one := range all {
		for _, other := range all[:i] {
			if samePort(other[1], one[1]) {
				shared = append(shared, fail(exitUsage, "give each a port of its own", "%s %s and %s %s are the same port", other[0], other[1], one[0], one[1]))
			}
		}
	}
	return shared
}

// samePort says whether two addresses are the same, or on Linux one of them is all of the machine's, the other's too: elsewhere both can be had.
func samePort(one, other string) bool {
	a, err := net.ResolveTCPAddr("tcp", one)
	b, err2 := net.ResolveTCPAddr("tcp", other)
	if err != nil || err2 != nil || a.Port != b.Port || a.Port == 0 {
		return false
	}
	aAll, bAll := a.IP == nil || a.IP.IsUnspecified(), b.IP == nil || b.IP.IsUnspecified()
	if aAll != bAll {
		return runtime.GOOS == "linux"
	}
	return aAll || a.IP.Equal(b.IP) && a.Zone == b.Zone
}

// hinted is an error of a flag's value, with the next step; nil for nil.
func hinted(err error, next, flag string) error {
	if err == nil {
		return nil
	}
	return fail(exitUsage, next, "%s: %w", flag, err)
}

// tokenFileFault shows each mistake of a file of tokens in a line of its own.
func tokenFileFault(file string, err error) error {
	if all, ok := errors.AsType[relay.TokenErrors](err); ok && len(all) > 1 {
		shown := &pointed{fmt.Errorf("%s has mistakes", file), nil}
		for _, one := range all {
			shown.lines = append(shown.lines, inspect.Printable(one.Error()))
		}
		err = shown
	}
	return hinted(err, "each line is NAME TOKEN [PATTERN]", "--token-file")
}

// checkSize refuses what is no size.
func checkSize(flag, text string) error {
	if _, err := parseSize(text); err != nil {
		return fmt.Errorf("--%s: %w", flag, err)
	}
	return nil
}

// checkAddr refuses what can't be listened on, whatever the machine.
func checkAddr(flag, addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err == nil {
		return nil
	}
	if bad, ok := errors.AsType[*net.AddrError](err); ok {
		err = errors.New(bad.Err)
	}
	return fail(exitUsage, "write HOST:PORT, or :PORT for all of the machine's addresses", "--%s %q: %w", flag, addr, err)
}

// checkDomain refuses what is no DNS name, with or without the star of a wildcard.
func checkDomain(domain string) error {
	name := bareDomain(domain)
	for label := range strings.SplitSeq(name, ".") {
		bad := strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != ""
		if domain != "" && (bad || label == "" || len(label) > 63 || len(name) > 253) {
			return fail(exitUsage, "as in --domain '*.relay.example'", "--domain %q is no name of the DNS", domain)
		}
	}
	return nil
}
