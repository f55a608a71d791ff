package signature

import (
	"strconv"
	"time"
)

// A clock is how a scheme signs time. Its zero value signs none.
type clock struct {
	unit   time.Duration // of the timestamp: time.Second or time.Millisecond; 0 if none is signed
	layout string        // of a timestamp that is text: time.RFC3339; empty for a number of units since 1970
	past   time.Duration // how old it may be; 0: any age
	future time.Duration // how far ahead it may be; 0: any distance
}

// endOfTime is the first second of the year 10000: what lies beyond can't be written in RFC 3339.
const endOfTime = 253402300800

// parse reads a timestamp: decimal digits and nothing else, not beyond the year 9999, or text in the layout or in RFC 3339.
func (k clock) parse(text string) (time.Time, Reason) {
	if text == "" {
		return time.Time{}, ReasonTimestampMissing
	}
	if k.layout != "" {
		at, err := time.Parse(k.layout, text)
		if err != nil {
			at, err = time.Parse(time.RFC3339, text)
		}
		if err != nil || at.Year() < 1970 || at.Unix() >= endOfTime {
			return time.Time{}, ReasonTimestampMalformed
		}
		return at.UTC(), ReasonOK
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return time.Time{}, ReasonTimestampMalformed
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if perSecond := int64(time.Second / k.unit); err != nil || n >= endOfTime*perSecond {
		return time.Time{}, ReasonTimestampMalformed
	}
	if k.unit == time.Millisecond {
		return time.UnixMilli(n).UTC(), ReasonOK
	}
	return time.Unix(n, 0).UTC(), ReasonOK
}

// format writes at as a timestamp.
func (k clock) format(at time.Time) string {
	switch {
	case k.unit == 0:
		return ""
	case k.layout != "":
		return at.UTC().Format(k.layout)
	case k.unit == time.Millisecond:
		return strconv.FormatInt(at.UnixMilli(), 10)
	default:
		return strconv.FormatInt(at.Unix(), 10)
	}
}

// describe is the clock for people: "in seconds, at most 5m0s old".
func (k clock) describe() string {
	text := "in seconds"
	switch {
	case k.unit == 0:
		return ""
	case k.layout != "":
		text = "as " + time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC).Format(k.layout)
	case k.unit == time.Millisecond:
		text = "in milliseconds"
	}
	if k.past > 0 {
		text += ", at most " + ageText(k.past) + " old"
	}
	if k.future > 0 {
		text += ", at most " + ageText(k.future) + " ahead"
	}
	return text
}

// judge says whether a request that was signed at one time may arrive at another. The arrival is cut to the
// timestamp's unit, as the providers' own libraries do: a limit of 5 minutes still holds at 300.9 seconds.
func (k clock) judge(signed, received time.Time) Reason {
	if k.unit == 0 {
		return ReasonOK
	}
	age := received.Truncate(k.unit).Sub(signed)
	switch {
	case k.past > 0 && age > k.past:
		return ReasonTimestampExpired
	case k.future > 0 && -age > k.future:
		return ReasonTimestampFuture
	default:
		return ReasonOK
	}
}
