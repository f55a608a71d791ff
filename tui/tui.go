// Package tui is the screen of hook: a list of deliveries, one of them in detail, and above both whether webhooks can
// get in and whether the app is up. It shows what it is given and asks for the rest through [Fetcher], [Actions] and
// [Breakpoint]; it opens no socket, no file and no database.
//
// Nothing that came from outside reaches the terminal as it came: see inspect.Printable.
package tui

import (
	"context"
	"os/exec"
	"time"

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
	// Older brings what is older than Recent, the newest first, as far back as the screen is to know. It is closed at the
	// end; nil: that is all.
	Older <-chan []inspect.Summary
	// Status brings the state of the connection and of the app. If several wait, the latest counts. It may be closed;
	// senders beware as above.
	Status <-chan Status

	Deliveries Fetcher                           // nil: the detail says that it can't be loaded
	Explain    func(*inspect.Delivery) string    // the text of the signature tab; called concurrently with everything else
	Search     func(text string) (Search, error) // reads what was typed behind /; nil: there is no filter
	Words      []string                          // of what Search reads, fields and flags: for completion
	Do         Actions                           // what can be done
	Breakpoint Breakpoint                        // nil: nothing passes here that could be held
	Trouble    func(inspect.Summary) string      // why a notice is due for it, in a few words; empty if none is. nil: never

	Recent  []inspect.Summary // the deliveries from before, newest first
	Tour    []string          // what to try, one after the other, a line each: for the demo
	Notify  bool              // notices ring the bell from the start
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
	Held      []Held   // what waits at the breakpoint, the oldest first
	Armed     *string  // what the breakpoint waits for, as it was typed; nil: for nothing
}

// A Held is a delivery that waits at the breakpoint. It is in the list too, as pending.
type Held struct {
	ID    string
	Until time.Time // when the provider, or the relay if that is sooner, gives up; zero if nobody knows
	Gives string    // who gives up then: "stripe", "the relay"
}

// A Fetcher knows whole deliveries. Its answer belongs to the screen, which only reads it.
type Fetcher interface {
	Delivery(ctx context.Context, id string) (*inspect.Delivery, error)
}

// A Search is a filter that was typed.
type Search interface {
	// Match says for each of these whether it is to be shown. It may read the history.
	Match(ctx context.Context, all []inspect.Summary) ([]bool, error)
}

// Actions are what the user can do with deliveries. What is nil can't be done here; Why says the reason. They are called
// concurrently, and their contexts end when the screen does. An error names the next step.
type Actions struct {
	Why string // why what is nil can't be done: "this is a session file, which is only read"

	// Replay delivers it again, signed anew unless keep, and returns the new delivery. A bad status is not an error.
	Replay func(ctx context.Context, id string, keep bool) (inspect.Summary, error)
	// Edit prepares the user's editor for it. At its end it is replayed as edited.
	Edit func(ctx context.Context, id string, keep bool) (Editing, error)
	// Samples are the events that Send knows how to send to this endpoint.
	Samples func() []Sample
	Send    func(ctx context.Context, s Sample) (said string, err error)
	// Copy are the forms that a delivery can be copied in, and Clipboard is the system's, which the terminal's own way
	// is tried beside; nil if there is none.
	Copy      []CopyForm
	Clipboard func(ctx context.Context, text string) error
	// Export writes these to a file, in one of the forms that ExportForms names, and says what it wrote.
	Export      func(ctx context.Context, ids []string, form, file string) (said string, err error)
	ExportForms []ExportForm
	// SaveFixture keeps it as a sample of the project by that name.
	SaveFixture func(ctx context.Context, id, name string) (said string, err error)
	// Delete deletes those of ids that can be: what is still under way can't. It returns the ids that are gone.
	Delete func(ctx context.Context, ids []string) (deleted []string, err error)
}

// An Editing is something in the user's editor. The terminal is the editor's while Command runs.
type Editing interface {
	Command() *exec.Cmd
	// Done is called when the editor has ended well, and does with the result what was meant.
	Done(ctx context.Context) (inspect.Summary, error)
	// Close forgets it. It is called once, in any case.
	Close()
}

// A Sample is an event that can be sent.
type Sample struct{ Provider, Event, About string }

// A CopyForm is one way to copy a delivery.
type CopyForm struct {
	Key  string // one character, for the menu
	Name string // "curl"
	Make func(*inspect.Delivery) (string, error)
}

// An ExportForm is one way to export deliveries.
type ExportForm struct {
	Name  string // as --as names it: "har"
	About string // "for browsers' developer tools"
	File  string // the suggested file's name
	One   bool   // it takes one delivery only
}

// A Breakpoint holds deliveries before the app gets them. Its methods may be called concurrently. How it stands comes with
// Status.
type Breakpoint interface {
	// Arm holds the next delivery that matches: a filter as Config.Search reads it, or nothing for any. It replaces what it
	// was armed with.
	Arm(where string) error
	Disarm()
	Release(id string) error
	// Edit prepares the user's editor for one that is held, and releases it as edited.
	Edit(ctx context.Context, id string) (Editing, error)
	// Answer answers in place of the app.
	Answer(id string, status int, body string) error
}
