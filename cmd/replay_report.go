package cmd

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

const (
	linesWhole = 100  // so many replays get a line each; of more, those that didn't come out well
	linesMost  = 1000 // of those
	missedMost = 20   // ids that a report names
)

// A replayReport prints what comes of replays, one after the other, and sums them up. It is safe for concurrent use.
type replayReport struct {
	place
	store   *history.Store
	json    bool
	planned int      // how many are to be sent; -1 if nobody knows
	drawn   bool     // how far it is, on the terminal
	ids     []string // of the originals, where they were named
	began   time.Time

	mu      sync.Mutex
	out     *bufio.Writer
	counts  map[verdict]int
	sent    int
	refused int // that met nobody
	lines   int
	tally   *tally
	done    map[string]bool // of ids
	left    []string        // ids of those that were not sent or are cut off, the first few
	cut     int             // that were sent, but whose answer nobody waited for
	unfit   int             // that could not be sent as was asked for
	unable  error           // why the first of them could not
	junit   *junitReport
	keep    *recorder          // keeps those that didn't come out the same; nil if all are kept, or none
	kept    int                // by that
	before  map[string]verdict // with --watch: what came of each original the last time, brought up to date
}

func (r *replaying) newReport() *replayReport {
	planned := r.originals.count
	if planned > 0 {
		planned *= r.o.copies()
	}
	return &replayReport{
		place: r.place, store: r.store, json: r.o.json, planned: planned, drawn: planned != 1 && r.drawsBeside(), ids: r.originals.ids, done: make(map[string]bool), began: time.Now(), out: bufio.NewWriterSize(r.out, 64<<10),
		counts: make(map[verdict]int), tally: newTally(), junit: r.newJUnit(),
	}
}

// A replayedJSON is a replay, and what came of it.
type replayedJSON struct {
	deliveryJSON
	Compared string `json:"compared"`                  // a verdict
	Before   int    `json:"status_before,omitempty"`   // of the app's first answer
	Body     string `json:"body_compared,omitempty"`   // how the answer's body stands to that
	Want     string `json:"expected,omitempty"`        // what was expected and isn't so
	Redirect string `json:"redirect_to,omitempty"`     // where the answer sends whoever asked, which isn't followed
	Note     string `json:"note,omitempty"`            // how it was signed
	Was      string `json:"compared_before,omitempty"` // with --watch: the verdict of the round before
}

// add reports one.
func (r *replayReport) add(ctx context.Context, j judgement) error {
	sum := j.fresh.Summary()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent++
	r.counts[j.verdict]++
	if sum.Outcome == inspect.OutcomeRefused || sum.Outcome == inspect.OutcomeUnreachable {
		r.refused++
	}
	r.tally.add(j.fresh.Last(), j.verdict.good(), j.verdict.good())
	if r.ids != nil {
		r.done[j.original.ID] = true
	}
	r.junit.add(j)
	r.keepOdd(j)
	was := r.before[j.original.ID]
	if r.before != nil {
		r.before[j.original.ID] = j.verdict
	}
	if r.json {
		_, _ = r.out.WriteString(r.clear(r.place.out)) // whose error stays
		return r.flush(printJSON(r.out, replayedJSON{summaryJSON(sum), string(j.verdict), firstAnswer(j.original).status, j.body, j.want, redirected(j.fresh.Last().Response), j.note, string(was)}))
	}
	if many := r.planned < 0 || r.planned > linesWhole; many && (j.verdict == same || j.verdict == asExpected) || r.lines >= linesMost {
		return nil
	}
	r.lines++
	_, _ = r.out.WriteString(r.clear(r.place.out))
	return r.flush(r.line(ctx, j, sum, was))
}

// keepOdd puts one into the history if it didn't come out the same, where not all are kept.
func (r *replayReport) keepOdd(j judgement) {
	if r.keep == nil || j.verdict == same || j.verdict == asExpected || r.kept >= keptWhole {
		return
	}
	r.kept++
	attempts := j.fresh.Attempts
	j.fresh.Attempts = nil
	r.keep.Received(j.fresh)
	for i := range attempts {
		j.fresh.Attempts = attempts[:i+1]
		r.keep.Attempted(j.fresh, i < len(attempts)-1)
	}
}

// flush shows what was printed, at once if there is little of it.
func (r *replayReport) flush(err error) error {
	if err == nil && (r.planned >= 0 && r.planned <= linesWhole || r.out.Buffered() > 32<<10) {
		return r.out.Flush()
	}
	return err
}

// leaveOut notes one that can't be sent as was asked for, which is no reason to stop.
func (r *replayReport) leaveOut(d *inspect.Delivery, why error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ids != nil {
		r.done[d.ID] = true
	}
	if r.unfit++; r.unfit == 1 {
		r.unable = why
	}
	r.junit.leaveOut(d, why)
	if r.unfit > missedMost {
		return nil
	}
	if err := r.out.Flush(); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(r.err, "%shook: warning: left out: %s\n", r.clear(r.err), inspect.Printable(why.Error()))
	return nil
}

// cutOff notes one that was sent, but whose answer nobody waited for.
func (r *replayReport) cutOff(d *inspect.Delivery) {
	r.mu.Lock()
	r.cut++
	r.mu.Unlock()
	r.missed(d)
}

// missed notes one that was not sent.
func (r *replayReport) missed(d *inspect.Delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.left) < missedMost {
		r.left = append(r.left, d.ID)
	}
}

// finish prints the sum, and turns what happened into the exit code.
func (r *replaying) finish(ctx context.Context, why error) error {
	report := r.report
	switch {
	case why != nil && report.sent == 0 && ctx.Err() == nil: // the error says it all
		return why
	case why == nil && report.sent == 0 && report.unfit > 0:
		return cmp.Or(report.junit.write(), report.unable)
	}
	summed := report.sum(why)
	if summed == nil {
		summed = report.out.Flush()
	}
	if err := errors.Join(summed, report.junit.write()); err != nil {
		return err
	}
	if b, ok := r.judge.(*baseline); ok && why == nil {
		if err := b.save(r.err); err != nil {
			return err
		}
	}
	switch {
	case why != nil && !errors.Is(why, errStopped):
		return why
	case report.sent == 0:
		return fail(exitFailed, "`hook list` with the same selectors shows what they choose", "replay: nothing matches")
	case report.refused == report.sent:
		return fail(exitUnreachable, "start the app, or say where with --to", "replay: the app could not be reached")
	case report.counts[regressed]+report.counts[otherwise] > 0:
		return &fault{errQuiet, "", exitWrong}
	case report.counts[stillFailing]+report.counts[failing]+report.unfit > 0:
		return &fault{errQuiet, "", exitFailed}
	}
	return nil
}

// showProgress draws how far it is until what it returns is called.
func (r *replayReport) showProgress(ctx context.Context) (stop func()) {
	if !r.drawn {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var drawing sync.WaitGroup
	drawing.Go(func() {
		r.drawProgress(ctx, func(width int) string {
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.pen.progress(width, progress{int64(r.sent), int64(r.planned), int64(r.sent - r.tally.right), time.Since(r.began)})
		})
	})
	return func() {
		cancel()
		drawing.Wait()
	}
}

// clear makes room for a line that is written to stream, where the progress is drawn.
func (r *replayReport) clear(stream any) string {
	if r.drawn && isTerminal(stream) {
		return "\r\x1b[K"
	}
	return ""
}

// An aboveProgress is stderr for what is said while the progress may be drawn.
type aboveProgress struct{ *replaying }

// Write writes lines.
func (a aboveProgress) Write(lines []byte) (int, error) {
	if a.report != nil {
		if _, err := io.WriteString(a.err, a.report.clear(a.err)); err != nil {
			return 0, err
		}
	}
	return a.err.Write(lines)
}
