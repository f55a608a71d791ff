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
	v.drawProgress(ctx, func(width int) string { return v.progress(width, time.Since(v.began)) })
}

// drawProgress draws line, which is narrower than width, on the terminal now and again until ctx ends; then it is gone.
func (p place) drawProgress(ctx context.Context, line func(width int) string) {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			_, _ = fmt.Fprint(p.err, "\r\x1b[K")
			return
		case <-tick.C:
			_, _ = fmt.Fprint(p.err, "\r"+line(terminalWidth(p.err))+"\x1b[K")
		}
	}
}

// drawsBeside says whether progress may be drawn while results are printed. Of a pipe nobody knows when its reader prints them,
// perhaps on the same terminal, as tee and jq do: into the middle of what is drawn.
func (p place) drawsBeside() bool {
	return isTerminal(p.err) && !isPipe(p.out)
}

// isPipe says whether what is written goes to another program.
func isPipe(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0
}

func (v *volley) progress(width int, took time.Duration) string {
	return v.pen.progress(width, progress{v.done.Load(), int64(v.o.count), v.failed.Load(), took})
}

// A progress is how far something with many parts is.
type progress struct {
	done, all, failed int64 // all is -1 if nobody knows
	took              time.Duration
}

// progress is one line, narrower than width: a bar, how many, how fast, and what went wrong.
func (p pen) progress(width int, now progress) string {
	rate := perSecond(int(now.done), now.took)
	text := " " + humanize.Comma(now.done)
	if now.all >= 0 {
		text += " of " + humanize.Comma(now.all)
	}
	if now.done > 0 { // before, nobody knows
		text += " · " + rateWords(rate)
	}
	if now.failed > 0 {
		text += " · " + humanize.Comma(now.failed) + " failed"
	}
	if left := now.all - now.done; rate > 0 && left > 0 && now.took > time.Second {
		text += " · " + timespan(max(time.Second, time.Duration(float64(left)/rate*float64(time.Second)))) + " left"
	}
	const most = 40
	room := min(most, width-1-ansi.StringWidth(text))
	if room < 5 || now.all <= 0 { // for a bar that says something
		return ansi.Truncate(strings.TrimSpace(text), width-1, "")
	}
	full := min(room, int(int64(room)*now.done/now.all))
	return strings.Repeat(p.sign("█", "#"), full) + strings.Repeat(p.sign("░", "."), room-full) + text
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
