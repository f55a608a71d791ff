package cmd

import (
	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/relay"
)

// relayLimits are what senders and strangers may do at a relay.
type relayLimits struct {
	limits  relay.Limits // 0: no limit
	warn    bool
	contact string
}

func (o *relayLimits) flags(f *pflag.FlagSet) {
	o.limits = relay.Limits{}.InForce()
	l := &o.limits
	f.IntVar(&l.InFlight, "in-flight", l.InFlight, "take this `many` requests at a time; 0 is no limit, as for the other limits")
	f.IntVar(&l.AddressInFlight, "address-in-flight", l.AddressInFlight, "take this `many` requests at a time from one address, or network of 64 bits of IPv6")
	f.Float64Var(&l.AddressRate, "address-rate", l.AddressRate, "take this `many` requests a second from one address")
	f.IntVar(&l.AddressBurst, "address-burst", 0, "take this `many` requests at once from one address; 0 is five seconds' worth (1000 at --address-rate 200)")
	f.IntVar(&l.EndpointInFlight, "endpoint-in-flight", l.EndpointInFlight, "take this `many` requests at a time for one endpoint")
	f.Float64Var(&l.EndpointRate, "endpoint-rate", l.EndpointRate, "take this `many` requests a second for one endpoint")
	f.IntVar(&l.EndpointBurst, "endpoint-burst", 0, "take this `many` requests at once for one endpoint; 0 is five seconds' worth")
	f.IntVar(&l.WrongTokens, "wrong-tokens", l.WrongTokens, "look at no more tokens from an address after this `many` wrong ones in a minute")
	f.IntVar(&l.WrongProofs, "wrong-credentials", l.WrongProofs, "look at no more credentials for an endpoint from an address after this `many` wrong ones in a minute")
	f.IntVar(&l.NewNames, "new-names", l.NewNames, "with --anonymous, let an address claim this `many` new names an hour")
	f.BoolVar(&o.warn, "warn-browsers", true, "tell people who come to an endpoint with a browser what it is, unless its owner lets browsers through")
	f.StringVar(&o.contact, "contact", "", "the `address` or URL for reports of abuse, shown to people who come with a browser")
}

// check says what can't be.
func (o *relayLimits) check() error {
	for _, limit := range []struct {
		flag string
		n    float64
	}{
		{"in-flight", float64(o.limits.InFlight)}, {"address-in-flight", float64(o.limits.AddressInFlight)}, {"address-rate", o.limits.AddressRate},
		{"address-burst", float64(o.limits.AddressBurst)}, {"endpoint-in-flight", float64(o.limits.EndpointInFlight)},
		{"endpoint-rate", o.limits.EndpointRate}, {"endpoint-burst", float64(o.limits.EndpointBurst)},
		{"wrong-tokens", float64(o.limits.WrongTokens)}, {"wrong-credentials", float64(o.limits.WrongProofs)}, {"new-names", float64(o.limits.NewNames)},
	} {
		if !(limit.n >= 0 && limit.n <= 1e9) { // which no NaN is, either
			return fail(exitUsage, "0 is no limit", "--%s %v: a limit is a number from 0 to a billion", limit.flag, limit.n)
		}
	}
	return nil
}

// configure has a relay keep to them.
func (o *relayLimits) configure(c *relay.Config) {
	c.Limits = o.limits
	for _, n := range []*int{
		&c.Limits.InFlight, &c.Limits.AddressInFlight, &c.Limits.EndpointInFlight, &c.Limits.WrongTokens, &c.Limits.WrongProofs, &c.Limits.NewNames,
	} {
		if *n == 0 {
			*n = -1
		}
	}
	if c.Limits.AddressRate == 0 {
		c.Limits.AddressRate = -1
	}
	c.WarnBrowsers, c.Contact = o.warn, o.contact
}
