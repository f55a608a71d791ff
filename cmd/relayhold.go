package cmd

import (
	"strconv"

	"github.com/dustin/go-humanize"
	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/relay/state"
)

// relayHold is how much a relay holds for those who are away.
type relayHold struct {
	limits  state.InboxLimits
	maxBody int64
}

func (o *relayHold) flags(f *pflag.FlagSet) {
	o.maxBody = 8 << 20
	o.limits = state.InboxLimits{}.WithDefaults()
	f.IntVar(&o.limits.Count, "inbox-count", o.limits.Count, "hold this `many` deliveries for an endpoint, dead letters included")
	f.Var((*sizeValue)(&o.limits.Bytes), "inbox-bytes", "hold deliveries of this `size` together for an endpoint")
	f.Var((*sizeValue)(&o.limits.Total), "inbox-total", "hold deliveries of this `size` together for all endpoints")
	f.Var((*sizeValue)(&o.maxBody), "inbox-max-body", "the longest body that is held, a `size` of up to 60MiB")
	f.DurationVar(&o.limits.Age, "inbox-age", o.limits.Age, "a delivery that was held for this `duration` becomes a dead letter")
	f.DurationVar(&o.limits.Keep, "inbox-keep", o.limits.Keep, "keep dead letters for this `duration`")
	f.IntVar(&o.limits.Failures, "inbox-failures", o.limits.Failures, "a delivery that the app failed this `many` times becomes a dead letter")
	f.Var((*sizeValue)(&o.limits.Reserve), "inbox-reserve", "hold nothing unless the disk has this `size` left")
}

// maxHeldBody is the longest body that the engine's messages have room for, beside the head.
const maxHeldBody = 60 << 20

// mistakes are what can't be.
func (o *relayHold) mistakes() (all []error) {
	for _, limit := range []struct {
		flag string
		n    int64
	}{
		{"inbox-count", int64(o.limits.Count)}, {"inbox-failures", int64(o.limits.Failures)},
		{"inbox-age", int64(o.limits.Age)}, {"inbox-keep", int64(o.limits.Keep)},
	} {
		if limit.n <= 0 {
			all = append(all, fail(exitUsage, "to hold nothing at all, let endpoints say --when-away fail", "--%s: it must be more than nothing", limit.flag))
		}
	}
	if o.maxBody > maxHeldBody {
		all = append(all, fail(exitUsage, "give at most 60MiB", "--inbox-max-body %s is too long", (*sizeValue)(&o.maxBody)))
	}
	return all
}

// A sizeValue is a flag's value in bytes, written like 10MiB.
type sizeValue int64

// Set is pflag.Value's.
func (v *sizeValue) Set(s string) error {
	n, err := parseSize(s)
	if err == nil {
		*v = sizeValue(n)
	}
	return err
}

// String is pflag.Value's.
func (v *sizeValue) String() string {
	for _, unit := range []string{"TiB", "GiB", "MiB", "KiB"} {
		if one, _ := humanize.ParseBytes("1" + unit); *v != 0 && uint64(*v)%one == 0 {
			return strconv.FormatUint(uint64(*v)/one, 10) + unit
		}
	}
	return strconv.FormatInt(int64(*v), 10)
}

// Type is pflag.Value's.
func (v *sizeValue) Type() string { return "size" }
