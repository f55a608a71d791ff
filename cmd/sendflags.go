package cmd

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A rateValue is a flag like 50/s, 600/m or 50, which is a second's.
type rateValue float64

func (v *rateValue) Set(s string) error {
	number, unit, given := strings.Cut(s, "/")
	if !given {
		unit = "s"
	}
	n, err := strconv.ParseFloat(number, 64)
	per, known := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
	if err != nil || !(n > 0) || n > 1e6 || !known {
		return fmt.Errorf("a rate is like 50/s, 600/m or 100/h, not %q", s)
	}
	*v = rateValue(n / per.Seconds())
	return nil
}

func (v *rateValue) String() string {
	if *v == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(*v), 'g', -1, 64) + "/s"
}

// Type is what the flag's value is called in help.
func (v *rateValue) Type() string { return "rate" }
