package cmd

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
)

// An accessLog writes a line for each request from outside, beside them: whoever brings a line never waits.
type accessLog struct {
	path   string
	stderr io.Writer // where it goes if path is "-"
	log    *slog.Logger

	queue   chan relay.Seen
	reopen  chan chan struct{} // what is in it is closed when the file is a new one
	ended   chan struct{}
	dropped atomic.Uint64 // lines that were not written

	// Of run.
	out     io.Writer
	lines   []byte // not written yet
	count   uint64 // of the lines in there
	broken  bool   // the last write failed
	partial bool   // what is in the file doesn't end with a line
}

// How much of the log may be in memory.
const (
	accessQueue = 8192      // lines that are to be made
	accessLines = 256 << 10 // bytes of lines that were made
)

// accessFlush is how long a line may wait to be written.
const accessFlush = time.Second

// openAccessLog opens the file, which only its owner can read if it is new.
func openAccessLog(path string, stderr io.Writer, log *slog.Logger) (*accessLog, error) {
	a := &accessLog{path: path, stderr: stderr, log: log, queue: make(chan relay.Seen, accessQueue)}
	a.reopen, a.ended = make(chan chan struct{}), make(chan struct{})
	var err error
	if a.out, err = a.open(); err != nil {
		return nil, fail(exitFailed, "name a file that can be written, or - for stderr", "--access-log: %w", err)
	}
	return a, nil
}

func (a *accessLog) open() (io.Writer, error) {
	if a.path == "-" {
		return a.stderr, nil
	}
	return os.OpenFile(a.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
}

// seen takes a request that is over. It doesn't wait: where the file is too slow, lines are dropped.
func (a *accessLog) seen(v *relay.Seen) {
	select {
	case a.queue <- *v:
	default:
		a.dropped.Add(1)
	}
}

// again has the file opened anew, as somebody has moved it away, and waits until it is: what is seen from then on is in the new one.
func (a *accessLog) again() {
	done := make(chan struct{})
	select {
	case a.reopen <- done:
		<-done
	case <-a.ended:
	}
}

// run writes until ctx ends, and then what there is.
func (a *accessLog) run(ctx context.Context) {
	flush := time.NewTimer(accessFlush)
	flush.Stop()
	defer flush.Stop()
	defer close(a.ended)
	defer a.close()
	for {
		select {
		case v := <-a.queue:
			if a.count == 0 {
				flush.Reset(accessFlush)
			}
			a.add(&v)
		case <-flush.C:
			a.write()
		case done := <-a.reopen:
			a.catchUp()
			a.write()
			a.replace()
			close(done)
		case <-ctx.Done():
			a.catchUp()
			a.write()
			return
		}
	}
}

// catchUp makes the lines of all that was seen up to now.
func (a *accessLog) catchUp() {
	for range len(a.queue) {
		v := <-a.queue
		a.add(&v)
	}
}

// add makes a request's line.
func (a *accessLog) add(v *relay.Seen) {
	path, _ := inspect.MaskURL(v.Path)
	b := a.lines
	b = append(b, `{"time":"`...)
	b = v.Began.AppendFormat(b, time.RFC3339Nano)
	b = append(b, '"')
	b = appendText(b, "endpoint", v.Endpoint)
	b = appendText(b, "delivery", v.Delivery)
	b = appendText(b, "remote", v.Remote)
	b = appendText(b, "method", v.Method)
	b = appendText(b, "path", path)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(v.Status), 10)
	b = appendText(b, "code", v.Code)
	b = appendText(b, "outcome", string(v.Outcome))
	b = strconv.AppendInt(append(b, `,"in":`...), v.In, 10)
	b = strconv.AppendInt(append(b, `,"out":`...), v.Out, 10)
	b = appendMillis(append(b, `,"opened_ms":`...), v.Opened)
	b = appendMillis(append(b, `,"head_ms":`...), v.Head)
	b = appendMillis(append(b, `,"took_ms":`...), v.Took)
	b = append(b, '}', '\n')
	a.lines = b
	if a.count++; len(a.lines) >= accessLines {
		a.write()
	}
}

// appendText appends a field of JSON whose value is a text, as it can be shown.
func appendText(b []byte, name, text string) []byte {
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':', '"')
	text = inspect.Printable(text) // of what JSON escapes it leaves two characters
	for i := range len(text) {
		if c := text[i]; c == '"' || c == '\\' {
			b = append(b, '\\')
		}
		b = append(b, text[i])
	}
	return append(b, '"')
}

// appendMillis appends a time in milliseconds, to the microsecond.
func appendMillis(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, float64(d.Microseconds())/1000, 'f', -1, 64)
}

// write writes the lines that were made. Those that can't be written are lost, which is said once.
func (a *accessLog) write() {
	if a.count == 0 {
		return
	}
	lines := a.lines
	if a.partial {
		lines = append([]byte("\n"), lines...)
	}
	n, err := a.out.Write(lines)
	switch {
	case err == nil:
		a.partial, a.broken = false, false
	case !a.broken:
		a.log.Error("the access log can't be written; lines are lost until it can", "file", a.path, "error", err)
		fallthrough
	default:
		a.dropped.Add(a.count)
		a.broken, a.partial = true, n > 0 || a.partial
	}
	a.count = 0
	a.lines = a.lines[:0]
}

// replace opens the file anew. While that can't be done the one of before is written to.
func (a *accessLog) replace() {
	out, err := a.open()
	if err != nil {
		a.log.Error("the access log stays where it is", "error", fmt.Errorf("open it anew: %w", err))
		return
	}
	a.close()
	a.out, a.partial, a.broken = out, false, false
}

func (a *accessLog) close() {
	if file, ok := a.out.(*os.File); ok && a.path != "-" {
		_ = file.Close()
	}
}
