// Package tui is the screen of hook: a list of deliveries, one of them in detail, and above both whether webhooks can
// get in and whether the app is up. It shows what it is given and asks for the rest through [Fetcher] and [Replayer];
// it opens no socket, no file and no database.
//
// Nothing that came from outside reaches the terminal as it came: see inspect.Printable.
package tui

import (
	"context"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A Config is what the screen shows and whom it asks. Everything but URL may be left out.
type Config struct {
	URL      string   // where webhooks go to; c copies it. Empty: Recorded
	Recorded string   // in place of URL and Status: whose past is shown
	Public   bool     // providers can reach URL
	Target   string   // the app's URL
	Version  string   // of hook, for the help
	Secrets  []string // what signatures are verified with, a line each; no secret that isn't meant to be seen
	Tips     []string // how providers get here and where to register, a line each; for the empty screen

	// News brings deliveries that are new, or known ones (by their ID) that changed. It may be closed at the end. The
	// screen takes whatever comes, at most 30 times a second, until Run returns: a sender must not wait for it then.
	News <-chan []inspect.Summary
	// Status brings the state of the connection and of the app. If several wait, the latest counts. It may be closed;
	// senders beware as above.
	Status <-chan Status

	Deliveries Fetcher                        // nil: the detail says that it can't be loaded
	Replayer   Replayer                       // nil: there is no replaying
	Explain    func(*inspect.Delivery) string // the text of the signature tab; called concurrently with everything else

	Recent  []inspect.Summary // the deliveries from before, newest first
	ASCII   bool              // the terminal's charset is not UTF-8
	NoColor bool              // no colours; bold and faint stay
}

// A Status is the state of the way in and of the app, in words.
type Status struct {
	Connected bool
	Relay     string // "connected 12 ms", "reconnecting in 3 s: connection refused"
	AppKnown  bool   // AppUp and App say something
	AppUp     bool
	App       string   // "app :3000"; when it is down what to do, up to a semicolon fit for one line of a header
	Warning   string   // what the user must know: "history: disk full"; empty if there is nothing
	URL       string   // the new Config.URL; empty if it did not change, and then Public and Tips did not either
	Public    bool     // the new Config.Public
	Tips      []string // the new Config.Tips
}

// A Fetcher knows whole deliveries. Its answer belongs to the screen, which only reads it.
type Fetcher interface {
	Delivery(ctx context.Context, id string) (*inspect.Delivery, error)
}

// A Replayer delivers the delivery with that id again and returns the new delivery. An answer of the app with a bad
// status is not an error.
type Replayer interface {
	Replay(ctx context.Context, id string) (inspect.Summary, error)
}
