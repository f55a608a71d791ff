package cert

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/mholt/acmez/v3/acme"
	"github.com/miekg/dns"
)

// records are TXT records that can be made and taken out. Names have no dot at their end.
type records interface {
	add(ctx context.Context, fqdn, value string) error
	remove(ctx context.Context, fqdn, value string) error
	// servers are the addresses of those that answer for the name, as far as they can be found.
	servers(ctx context.Context, fqdn string) []string
}

// A dnsSolver proves a name by a record.
type dnsSolver struct {
	records  records
	stopping <-chan struct{} // closed when the relay stops; nil: it doesn't run yet
}

const (
	changeFor = time.Minute     // how long a change of a record may take
	stopFor   = 5 * time.Second // how long one may take when the relay stops
	findFor   = 5 * time.Second // how long the domain's servers are looked for
	spreadFor = 2 * time.Minute // how long they may take to have the record
	spreadAsk = 2 * time.Second // how often they are asked
)

// Present makes the record.
func (d *dnsSolver) Present(ctx context.Context, c acme.Challenge) error {
	ctx, cancel := context.WithTimeout(ctx, changeFor)
	defer cancel()
	return d.records.add(ctx, c.DNS01TXTRecordName(), c.DNS01KeyAuthorization())
}

// Wait is back when all of the domain's servers that can be asked have the record, or had time enough.
func (d *dnsSolver) Wait(ctx context.Context, c acme.Challenge) error {
	find, cancel := context.WithTimeout(ctx, findFor)
	servers := d.records.servers(find, c.DNS01TXTRecordName())
	cancel()
	return spread(ctx, servers, c.DNS01TXTRecordName(), c.DNS01KeyAuthorization())
}

// CleanUp takes the record out.
func (d *dnsSolver) CleanUp(ctx context.Context, c acme.Challenge) error {
	limit := changeFor
	select {
	case <-d.stopping:
		limit = stopFor
	default:
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	return d.records.remove(ctx, c.DNS01TXTRecordName(), c.DNS01KeyAuthorization())
}

// spread waits for a record at the servers.
func spread(ctx context.Context, servers []string, fqdn, value string) error {
	late := time.NewTimer(spreadFor)
	defer late.Stop()
	for {
		var without []string
		for _, server := range servers {
			if has, err := hasRecord(ctx, server, fqdn, value); err == nil && !has { // who can't be asked can't be waited for
				without = append(without, server)
			}
		}
		if servers = without; len(servers) == 0 {
			return ctx.Err()
		}
		again := time.NewTimer(spreadAsk)
		select {
		case <-again.C:
		case <-late.C:
			again.Stop()
			return nil
		case <-ctx.Done():
			again.Stop()
			return ctx.Err()
		}
	}
}

// hasRecord asks one server.
func hasRecord(ctx context.Context, server, fqdn, value string) (bool, error) {
	answer, err := ask(ctx, server, fqdn, dns.TypeTXT)
	if err != nil {
		return false, err
	}
	for _, rr := range answer.Answer {
		if txt, ok := rr.(*dns.TXT); ok && strings.Join(txt.Txt, "") == value {
			return true, nil
		}
		if _, ok := rr.(*dns.CNAME); ok { // it leads to where the server may know nothing of
			return true, nil
		}
	}
	return false, nil
}

// ask asks a server without recursion: by UDP, and by TCP where that fails or is too short for the answer.
func ask(ctx context.Context, server, fqdn string, kind uint16) (*dns.Msg, error) {
	m := new(dns.Msg)
	m.SetQuestion(dns.Fqdn(fqdn), kind)
	m.SetEdns0(1232, false)
	m.RecursionDesired = false
	c := &dns.Client{Timeout: 3 * time.Second}
	answer, _, err := c.ExchangeContext(ctx, m, server)
	if err != nil || answer.Truncated {
		c.Net = "tcp"
		answer, _, err = c.ExchangeContext(ctx, m, server)
	}
	return answer, err
}

// A command makes and takes out records as the user says.
type command func(ctx context.Context, do, fqdn, value string) error

func (c command) add(ctx context.Context, fqdn, value string) error {
	return c.run(ctx, "add", fqdn, value)
}

func (c command) remove(ctx context.Context, fqdn, value string) error {
	return c.run(ctx, "remove", fqdn, value)
}

func (c command) run(ctx context.Context, do, fqdn, value string) error {
	err := c(ctx, do, fqdn, value)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = errors.Join(errors.New("it was ended after "+changeFor.String()), err)
	}
	if err != nil {
		return &Error{
			Why: "--dns-command " + do + " " + fqdn + ": " + err.Error(), err: err,
			Next: "try it by hand: CMD " + do + " " + fqdn + " " + value + " must " + do + " that TXT record, be back once it is so, and end with 0",
		}
	}
	return nil
}

// servers asks the DNS of this machine.
func (c command) servers(ctx context.Context, fqdn string) []string {
	for name := fqdn; strings.Contains(name, "."); _, name, _ = strings.Cut(name, ".") {
		if all, err := net.DefaultResolver.LookupNS(ctx, name); err == nil && len(all) > 0 {
			var addresses []string
			for _, ns := range all {
				addresses = append(addresses, lookup(ctx, ns.Host)...)
			}
			return addresses
		}
	}
	return nil
}

// lookup gives a name server's addresses.
func lookup(ctx context.Context, host string) []string {
	all, _ := net.DefaultResolver.LookupHost(ctx, host)
	for i, addr := range all {
		all[i] = net.JoinHostPort(addr, "53")
	}
	return all
}
