package cmd

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A paceValue is a flag: "original", "2x" the original, "max", or a rate like "10/s".
type paceValue struct {
	word  string
	speed float64 // of the original pauses; 0 without them
	rate  float64 // a second; 0 without
}

// Set reads the flag.
func (v *paceValue) Set(s string) error {
	*v = paceValue{word: s}
	switch number, isSpeed := strings.CutSuffix(s, "x"); {
	case s == "max":
		return nil
	case s == "original":
		v.speed = 1
		return nil
	case isSpeed:
		speed, err := strconv.ParseFloat(number, 64)
		if err != nil || !(speed > 0) || speed > 1e6 {
			return fmt.Errorf("a speed is like 2x or 0.5x, not %q", s)
		}
		v.speed = speed
		return nil
	case !strings.Contains(s, "/"):
		return fmt.Errorf("a pace is original, 2x, max or 10/s, not %q", s)
	}
	return (*rateValue)(&v.rate).Set(s)
}

func (v *paceValue) String() string { return v.word }

// Type is what the flag's value is called in help.
func (v *paceValue) Type() string { return "pace" }

func (v *paceValue) original() bool { return v.speed > 0 }

// A pacing tells when each delivery is due.
type pacing struct {
	paceValue
	began time.Time
	n     int
	first time.Time // received
}

func (v paceValue) start(now time.Time) *pacing { return &pacing{paceValue: v, began: now} }

// wait waits until the next is due, which was received at that time; its error is ctx's.
func (p *pacing) wait(ctx context.Context, received time.Time) error {
	return pauseFor(ctx, time.Until(p.due(received)))
}

// due is when the next one is, which was received at that time.
func (p *pacing) due(received time.Time) time.Time {
	n := p.n
	if p.n++; n == 0 {
		p.first = received
	}
	switch {
	case p.rate > 0:
		return p.began.Add(time.Duration(float64(n) / p.rate * float64(time.Second)))
	case p.speed > 0:
		return p.began.Add(time.Duration(float64(max(0, received.Sub(p.first))) / p.speed))
	}
	return p.began
}
