package cmd

import (
	"net/http"
	"slices"
	"sync"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/relay/wire"
	"github.com/seed-4575fdc3/hook/replay"
)

// A challenger answers what the endpoint's provider asks when a URL is registered, if the app doesn't. It is a
// replay.Challenger. While hook is away the relay does the same; see relaySenders.
type challenger struct {
	*listener
	given wire.Settings // in which what is empty is as the relay has it

	mu    sync.Mutex
	notes []note
}

// A note is what somebody has to do besides, of a question that the app answered itself.
type note struct{ delivery, text string }

const maxNotes = 100 // that nobody has read

// setting is the provider's name and the secret for its questions; the first is empty if there is none.
func (c *challenger) setting() (provider, secret string) {
	if c.given.Provider != "" {
		return c.given.Provider, c.given.ChallengeSecret
	}
	s, _ := c.client.State()
	return s.Settings.Provider, c.given.ChallengeSecret // which the relay keeps to itself
}

// Armed is the first of replay.Challenger.
func (c *challenger) Armed() bool {
	name, _ := c.setting()
	return signature.Lookup(name).HasHandshake()
}

// Challenge is the second. With --enforce, a signature that is wrong is refused as ever.
func (c *challenger) Challenge(d *inspect.Delivery) *replay.Challenge {
	name, secret := c.setting()
	p, r := signature.Lookup(name), d.Signed()
	if res := d.Signature; c.enforce != "" && res.Verdict == signature.Invalid && res.Reason != signature.ReasonMissing {
		return nil
	}
	a, ok := p.Challenge(r, c.secrets.withKeys(p, r, c.secrets.judging(p)), secret)
	if !ok {
		return nil
	}
	return &replay.Challenge{
		Asked: a.Asks, Note: a.Note, Answer: &inspect.Response{Status: a.Status, Header: a.Header, Body: inspect.CaptureOf([]byte(a.Body))},
		Fits: func(status int, h http.Header, body []byte) bool {
			fits := a.Fits(status, h, body)
			if fits && a.Note != "" {
				c.keep(note{d.ID, a.Note})
			}
			return fits
		},
	}
}

func (c *challenger) keep(n note) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.notes) == maxNotes {
		c.notes = slices.Delete(c.notes, 0, 1)
	}
	c.notes = append(c.notes, n)
}

// note is what somebody has to do about a delivery, once; empty for nothing.
func (c *challenger) note(delivery string) string {
	if c == nil {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.notes, func(n note) bool { return n.delivery == delivery })
	if i < 0 {
		return ""
	}
	text := c.notes[i].text
	c.notes = slices.Delete(c.notes, i, i+1)
	return text
}
