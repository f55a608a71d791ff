package cmd

import (
	"context"
	"fmt"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/dustin/go-humanize"
)

const (
	lookoutAfter = 300 * time.Millisecond // of looking before it is shown
	lookoutEvery = 100 * time.Millisecond // how often what is shown changes
	lookoutCheck = 64                     // deliveries after which the clock is looked at
)

// A lookout shows on the terminal how far a long search is, in one line that is gone in the end.
type lookout struct {
	*listing
	ctx   context.Context
	began time.Time
	drawn time.Time // when it was last; zero if never
	total int       // deliveries to look at; 0 if unknown
	count int       // that were looked at
	found int
	pause func() error // what may be done between two deliveries; nil is nothing
	line  bool         // there is one on the terminal
}

func (l *listing) lookout(ctx context.Context) *lookout {
	return &lookout{listing: l, ctx: ctx, began: time.Now()}
}

// looked is told of each delivery that was looked at.
func (o *lookout) looked() {
	if o.count++; o.count%lookoutCheck != 0 || time.Since(o.began) < lookoutAfter {
		return
	}
	if o.pause != nil {
		_ = o.pause() // what can't be written now can't be written in the end either, and is said then
	}
	if time.Since(o.drawn) < lookoutEvery || !o.drawsBeside() {
		return
	}
	if o.drawn.IsZero() {
		all := o.sel.query
		all.Words = nil                        // they are what takes so long
		o.total, _ = o.store.Count(o.ctx, all) // without it less is said
	}
	o.drawn, o.line = time.Now(), true
	_, _ = fmt.Fprint(o.err, "\r"+ansi.Truncate(o.words(), terminalWidth(o.err)-1, "…")+"\x1b[K")
}

// words say how far it was when it was drawn.
func (o *lookout) words() string {
	of := ""
	if o.total > 0 {
		of = " of " + humanize.Comma(int64(o.total))
	}
	return fmt.Sprintf("looked at %s%s · %s · %s found · Ctrl-C stops", humanize.Comma(int64(o.count)), of,
		rateWords(perSecond(o.count, o.drawn.Sub(o.began))), humanize.Comma(int64(o.found)))
}

func (o *lookout) clear() {
	if o.line {
		_, _ = fmt.Fprint(o.err, "\r\x1b[K")
		o.line = false
	}
}

func (o *lookout) end() { o.clear() }

// stopped says how far it came, if it was the user who stopped it.
func (o *lookout) stopped(ctx context.Context) {
	o.clear()
	if ctx.Err() == nil {
		return
	}
	of := ""
	if o.total > 0 {
		of = " of " + humanize.Comma(int64(o.total))
	}
	_, _ = fmt.Fprintf(o.err, "hook: stopped after looking at %s%s deliveries\n", humanize.Comma(int64(o.count)), of)
}
