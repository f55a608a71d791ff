package cmd

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/relay"
)

// What no flag says is as the relay has it by itself; 0 is no limit.
func TestRelayLimits(t *testing.T) {
	for args, want := range map[string]relay.Limits{
		"":                  {},
		"--in-flight 0":     {InFlight: -1},
		"--address-rate 0":  {AddressRate: -1},
		"--address-rate .5": {AddressRate: 0.5},
		"--address-rate 7 --address-burst 9 --address-in-flight 3 --endpoint-rate 5 --endpoint-burst 6 --endpoint-in-flight 0": {
			AddressRate: 7, AddressBurst: 9, AddressInFlight: 3, EndpointRate: 5, EndpointBurst: 6, EndpointInFlight: -1,
		},
		"--wrong-tokens 0 --wrong-credentials 0 --new-names 0": {WrongTokens: -1, WrongProofs: -1, NewNames: -1},
	} {
		o, err := parsedLimits(strings.Fields(args)...)
		if err != nil {
			t.Errorf("%s: %v", args, err)
			continue
		}
		var c relay.Config
		o.configure(&c)
		if got := c.Limits.InForce(); got != want.InForce() {
			t.Errorf("%s:\n got %+v\nwant %+v", args, got, want.InForce())
		}
	}
}

func TestRelayLimitsThatCannotBe(t *testing.T) {
	for args, want := range map[string]string{
		"--in-flight -1": "--in-flight", "--address-rate -0.1": "--address-rate", "--endpoint-rate NaN": "--endpoint-rate",
		"--address-rate Inf": "--address-rate", "--new-names -5": "--new-names", "--wrong-tokens 2000000000": "--wrong-tokens",
	} {
		if _, err := parsedLimits(strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", args, err)
		}
	}
}

func TestWhoIsWarnedByDefault(t *testing.T) {
	for args, want := range map[string]relay.Config{
		"":                          {WarnBrowsers: true},
		"--warn-browsers=false":     {},
		"--contact abuse@x.example": {WarnBrowsers: true, Contact: "abuse@x.example"},
	} {
		o, err := parsedLimits(strings.Fields(args)...)
		if err != nil {
			t.Fatal(err)
		}
		var c relay.Config
		if o.configure(&c); c.WarnBrowsers != want.WarnBrowsers || c.Contact != want.Contact {
			t.Errorf("%q: got %v, %q", args, c.WarnBrowsers, c.Contact)
		}
	}
}

func parsedLimits(args ...string) (o relayLimits, err error) {
	f := pflag.NewFlagSet("hook-relay", pflag.ContinueOnError)
	f.SetOutput(io.Discard)
	o.flags(f)
	if err := f.Parse(args); err != nil {
		return o, err
	}
	return o, o.check()
}
