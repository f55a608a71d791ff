package cmd

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/dustin/go-humanize"
	"golang.org/x/term"
)

const progressEvery = 100 * time.Millisecond

// showProgress draws on the terminal how far a volley is, until ctx ends; then it is gone.
func (v *volley) showProgress(ctx context.Context) {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			_, _ = fmt.Fprint(v.err, "\r\x1b[K")
			return
		case <-tick.C:
			_, _ = fmt.Fprint(v.err, "\r"+v.progress(terminalWidth(v.err), time.Since(v.began))+"\x1b[K")
		}
	}
}

// progress is one line, narrower than width: a bar, how many, how fast, and what went wrong.
func (v *volley) progress(width int, took time.Duration) string {
	done := v.done.Load()
	rate := perSecond(int(done), took)
	text := fmt.Sprintf(" %s of %s · %s/s", humanize.Comma(done), humanize.Comma(int64(v.o.count)), humanize.Comma(int64(rate)))
	if failed := v.failed.Load(); failed > 0 {
		text += " · " + humanize.Comma(failed) + " failed"
	}
	if left := int64(v.o.count) - done; rate > 0 && left > 0 && took > time.Second {
		text += " · " + timespan(max(time.Second, time.Duration(float64(left)/rate*float64(time.Second)))) + " left"
	}
	const most = 40
	room := min(most, width-1-ansi.StringWidth(text))
	if room < 5 { // for a bar that says something
		return ansi.Truncate(strings.TrimSpace(text), width-1, "")
	}
	full := min(room, int(int64(room)*done/int64(v.o.count)))
	return strings.Repeat(v.pen.sign("█", "#"), full) + strings.Repeat(v.pen.sign("░", "."), room-full) + text
}

// terminalWidth is how many columns a terminal has; 80 if it doesn't say.
func terminalWidth(stream any) int {
	if f, ok := stream.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}
