package relay

import (
	"fmt"
	"strings"
	"time"
)

// A Policy is what becomes of webhooks while an endpoint's client is away.
type Policy string

// The policies.
const (
	Auto Policy = "auto" // hold what its provider would never send again, fail the rest
	Fail Policy = "fail" // answer 502, so that the provider sends it again
	Hold Policy = "hold" // answer 202 once it is stored, and deliver it when the client is back
	Wait Policy = "wait" // keep the request open for the client to come back
)

// MaxWait is the longest time for which Wait may keep requests open.
const MaxWait = 5 * time.Minute

// ParseAway reads what `--when-away` takes: auto, fail, hold, or wait with a time, as in wait:30s. Empty is auto.
func ParseAway(s string) (p Policy, patience time.Duration, err error) {
	name, after, timed := strings.Cut(s, ":")
	switch p = Policy(name); p {
	case "":
		p = Auto
	case Auto, Fail, Hold:
	case Wait:
		if patience, err = time.ParseDuration(after); err != nil || patience <= 0 || patience > MaxWait {
			return p, 0, fmt.Errorf("%q: wait takes a time of up to %s, as in wait:30s", s, MaxWait)
		}
		return p, patience, nil
	default:
		return p, 0, fmt.Errorf("%q is not one of auto, fail, hold, wait:TIME", s)
	}
	if timed {
		return p, 0, fmt.Errorf("%q: only wait takes a time", s)
	}
	return p, 0, nil
}
