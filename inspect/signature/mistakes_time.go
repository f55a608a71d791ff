package signature

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// late explains a good signature of a time that is too far from its arrival.
func (s *search) late() Explanation {
	c, _ := s.p.scheme.read(s.r)
	age, limits := ageOf(s.r, s.res), s.p.scheme.limits(c)
	if limits.unit == time.Millisecond && limits.layout == "" && s.res.Signed.Year() < 1980 {
		return s.wrongUnit(c.timestamp, "The signature is good.")
	}
	if s.res.Reason == ReasonTimestampFuture {
		return Explanation{
			Mistake: MistakeTimestampFuture, Headline: "the signature is good, but it is from the future",
			Text: fmt.Sprintf("It was signed at %s, %s after it arrived; %s allows %s. One of the two clocks is wrong.%s%s",
				s.res.Signed.Format(time.RFC3339), ageText(-age), s.p.Title, ageText(limits.future), s.dated(), wholeHours(-age)),
			Next: "set this machine's clock by NTP",
		}
	}
	return Explanation{
		Mistake: MistakeTimestampExpired, Headline: "the signature is good, but too old",
		Text: fmt.Sprintf("It was signed at %s, %s before it arrived; %s allows %s. Either the request was sent again "+
			"with its old headers, or it was held up on the way, or one of the two clocks is wrong.%s%s",
			s.res.Signed.Format(time.RFC3339), ageText(age), s.p.Title, ageText(limits.past), s.dated(), wholeHours(age)),
		Next: "sign the request anew to send it again; for fresh requests, set this machine's clock by NTP",
	}
}

// dated says what the header Date tells: by it one can know which clock is wrong.
func (s *search) dated() string {
	sent, err := http.ParseTime(header(s.r.Header, "Date"))
	if err != nil {
		return ""
	}
	received := s.r.ReceivedAt
	if received.IsZero() {
		received = time.Now()
	}
	const near = 90 * time.Second
	switch {
	case received.Sub(sent).Abs() < near:
		return " By its Date it was sent just before it arrived, so the clocks agree: its signature is older than the request."
	case s.res.Signed.Sub(sent).Abs() < near:
		return " By its Date it was sent when it was signed: it was on its way for long, or the sender's clock and this one disagree."
	default:
		return ""
	}
}

// wholeHours notices a difference that is a time zone's.
func wholeHours(d time.Duration) string {
	hours := d.Round(time.Hour)
	if hours == 0 || hours > 14*time.Hour || (d-hours).Abs() > 20*time.Second {
		return ""
	}
	return fmt.Sprintf(" The difference is %d whole hours: a local time may have been taken for UTC.", int(hours/time.Hour))
}

// timestampMalformed explains a time that can't be read.
func (s *search) timestampMalformed() Explanation {
	for _, find := range []func() (Explanation, bool){s.repeated, s.repairedHeader} {
		if e, found := find(); found {
			return e
		}
	}
	c, _ := s.p.scheme.read(s.r)
	good := ""
	for _, secret := range s.edited() {
		if s.verifiesClaims(s.r, c, secret.Value) {
			good = "The signature over it is good."
			break
		}
	}
	if _, err := strconv.ParseInt(c.timestamp, 10, 64); err == nil && s.p.scheme.limits(c).layout == "" && len(c.timestamp) > 10 {
		return s.wrongUnit(c.timestamp, good)
	}
	text := fmt.Sprintf("Expected %s; got %s", s.p.scheme.form(), printable(s.res.Got))
	if c.timestamp != "" {
		text += " with the time " + printable(c.timestamp[:min(len(c.timestamp), 64)]) + kindOfTime(c.timestamp)
	}
	return Explanation{
		Mistake: MistakeTimestampMalformed, Headline: "the signed time can't be read", Text: strings.TrimSpace(text + ". " + good),
		Next: "compare what sent this with " + s.p.Docs,
	}
}

// kindOfTime says what a timestamp is that is not what the scheme has.
func kindOfTime(text string) string {
	if _, err := time.Parse(time.RFC3339, text); err == nil {
		return ", which is a date as text and not a number"
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil && strings.ContainsAny(text, ".eE") {
		return ", which has a fraction"
	}
	if strings.TrimSpace(text) != text || unquote(text) != text {
		return ", which has white space or quotation marks around it"
	}
	return ""
}

// wrongUnit explains a time in milliseconds where seconds are expected, or the reverse.
func (s *search) wrongUnit(timestamp, good string) Explanation {
	want, got := "seconds (10 digits)", "milliseconds"
	if c, _ := s.p.scheme.read(s.r); s.p.scheme.limits(c).unit == time.Millisecond {
		want, got = "milliseconds (13 digits)", "seconds"
	}
	switch n := len(timestamp); {
	case n >= 18:
		got = "nanoseconds"
	case n >= 15:
		got = "microseconds"
	}
	return Explanation{
		Mistake: MistakeTimestampUnit, Headline: "the signed time is in " + got,
		Text: strings.TrimSpace(fmt.Sprintf("%s signs the time in %s; %s has %d digits and would be %s. %s",
			s.p.Title, want, printable(timestamp[:min(len(timestamp), 40)]), len(timestamp), got, good)),
		Next: "let the sender write the time in " + strings.Fields(want)[0],
	}
}

const nearSeconds = 15 // around a time at which a request may have been signed

// changedTime tries other times: in another unit, and those at which the request may have been signed before its time was
// renewed.
func (s *search) changedTime() (Explanation, bool) {
	c, reason := s.p.scheme.read(s.r)
	if reason != ReasonOK || c.timestamp == "" {
		return Explanation{}, false
	}
	limits := s.p.scheme.limits(c)
	for _, at := range s.otherTimes(c.signed, limits) {
		if at == c.timestamp {
			continue
		}
		other := c
		other.timestamp = at
		for _, secret := range s.edited() {
			if s.verifiesClaims(s.r, other, secret.Value) {
				return s.signedAt(c.timestamp, at, limits), true
			}
		}
	}
	return Explanation{}, false
}

func (s *search) signedAt(sent, signed string, limits clock) Explanation {
	if limits.layout == "" && len(sent) != len(signed) {
		return Explanation{
			Mistake: MistakeTimestampUnit, Headline: "another unit of time was signed than was sent",
			Text: fmt.Sprintf("%s It verifies for the time %s; the request carries %s.", s.facts(), signed, printable(sent)),
			Next: "sign exactly the text of the time that is sent",
		}
	}
	return Explanation{
		Mistake: MistakeTimestampChanged, Headline: "the time was renewed, and the signature was not",
		Text: fmt.Sprintf("%s It verifies for the time %s; the request carries %s. The time is signed, so whoever changes it must sign anew.",
			s.facts(), signed, printable(sent)),
		Next: "keep the time with its signature, or sign the request anew",
	}
}

// otherTimes are the times that may have been signed in place of the one that came, as the scheme writes them.
func (s *search) otherTimes(sent time.Time, limits clock) []string {
	var all []string
	if limits.layout == "" {
		all = append(all, strconv.FormatInt(sent.Unix(), 10), strconv.FormatInt(sent.UnixMilli(), 10))
	}
	if limits.unit != time.Second {
		return all // each of a second's thousand would have to be tried
	}
	for _, near := range append(timesIn(s.r), sent) {
		for second := range nearSeconds * 2 {
			at := near.Add(time.Duration(second-nearSeconds) * time.Second)
			all = append(all, limits.format(at))
		}
	}
	for hour := range 14 { // a time zone's difference
		d := time.Duration(hour+1) * time.Hour
		all = append(all, limits.format(sent.Add(d)), limits.format(sent.Add(-d)))
	}
	return all
}

// timesIn are the times that a request speaks of: when it was sent, when its event was made.
func timesIn(r Request) []time.Time {
	var all []time.Time
	if at, err := http.ParseTime(header(r.Header, "Date")); err == nil {
		all = append(all, at)
	}
	for _, name := range []string{"created", "created_at", "timestamp", "time", "event_time", "date"} {
		text := pick(r.Body[:min(len(r.Body), 1<<16)], name)
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			all = append(all, at)
		}
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 1e9 && n < 1e13 {
			if n > 1e11 {
				n /= 1000
			}
			all = append(all, time.Unix(n, 0))
		}
	}
	if !r.ReceivedAt.IsZero() {
		all = append(all, r.ReceivedAt)
	}
	return all
}
