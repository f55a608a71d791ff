package inspect

import (
	"fmt"
	"time"
)

// notLate is the longest time between a delivery's receipt and an attempt that may have other reasons than a relay that held
// it: the relay's clock is not ours, and older relays don't tell how far it is from that.
const notLate = time.Minute

// LateBy is how long a delivery was held before an attempt at it began, by the relay or at a breakpoint; 0 if it can't be told
// from nothing. The attempt's clock was skew ahead of the one by which it was received.
func LateBy(received time.Time, skew time.Duration, begun time.Time) time.Duration {
	if by := begun.Sub(received.Add(skew)); by >= notLate && !received.IsZero() {
		return by
	}
	return 0
}

// Late is how long the delivery was held before the app was first asked; 0 if it can't be told from nothing.
func (d *Delivery) Late() time.Duration {
	if len(d.Attempts) == 0 || d.Endpoint == "" || d.ReplayOf != "" {
		return 0
	}
	return LateBy(d.ReceivedAt, d.Skew, d.Attempts[0].Started)
}

// LateWords say that a delivery was held that long, in one unit: "held 9 h". Not at all is "".
func LateWords(by time.Duration) string {
	switch {
	case by < notLate:
		return ""
	case by < 2*time.Hour:
		return fmt.Sprintf("held %d min", int(by.Minutes()))
	case by < 48*time.Hour:
		return fmt.Sprintf("held %d h", int(by.Hours()))
	}
	return fmt.Sprintf("held %d days", int(by.Hours()/24))
}
