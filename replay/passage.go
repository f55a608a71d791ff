package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/httptext"
)

// A passage is one delivery on its way to the app and the answer on its way back.
type passage struct {
	f       *Forwarder
	w       http.ResponseWriter
	d       *inspect.Delivery
	request capture
	sender  io.Reader // the request's body, and after a switch of protocols what follows; nil if there is no sender

	target    string     // the URL that is asked
	challenge *Challenge // what the request is, if it is a question that we can answer
	trace     *tracer
	started   time.Time

	once sync.Once
	mu   sync.Mutex
	kept <-chan struct{} // what the recorder gave for a whole body; guarded by mu
}

// received tells the recorder that the request is captured: at its end, on whatever goroutine reads that, or when nobody
// will read on.
func (p *passage) received() {
	p.once.Do(func() {
		p.d.Body = p.request.result()
		if p.f.Recorder == nil {
			return
		}
		if kept := p.f.Recorder.Received(p.d); p.d.Body.Complete {
			p.mu.Lock()
			p.kept = kept
			p.mu.Unlock()
		}
	})
}

// sent is told when the app has the request as a whole. While the app is busy with it there is time to record it.
func (p *passage) sent() {
	if p.request.passed() {
		p.received()
	}
}

// run makes the attempts that are due.
func (p *passage) run(ctx context.Context) {
	for p.attempt(ctx) {
		// The idle connections are as old as the one that was closed, or older.
		if c, ok := p.f.Client.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
		}
	}
}

// attempt asks the app once, and says whether to ask it again: only when a connection that had been used before was
// closed before any byte of an answer, as an app may do at any time without having seen the request.
func (p *passage) attempt(ctx context.Context) (again bool) {
	p.started = time.Now()
	p.trace = new(tracer)
	asking := ctx
	if p.challenge != nil {
		var cancel context.CancelFunc
		asking, cancel = context.WithTimeout(ctx, cmp.Or(p.challenge.Wait, challengeTime))
		defer cancel()
	}
	response, err := p.ask(asking)
	if err != nil {
		err = p.late(ctx, err)
		trace := p.trace.read()
		again = len(p.d.Attempts) == 0 && trace.reused && !trace.answered && isClosed(err) && p.request.whole() && ctx.Err() == nil
		if again {
			_, message, _ := p.f.explain(ctx, err)
			p.over(inspect.Attempt{Err: message + "; asked again on a fresh connection", Outcome: inspect.OutcomeClosed}, true)
			return true
		}
		p.give(ctx, err)
		return false
	}
	defer func() { _ = response.Body.Close() }()
	switch {
	case response.StatusCode == http.StatusSwitchingProtocols:
		p.pipe(ctx, response)
	case p.challenge != nil:
		p.weigh(ctx, response)
	default:
		p.pass(ctx, response)
	}
	return false
}

// ask sends the request and waits for the answer's head.
func (p *passage) ask(ctx context.Context) (*http.Response, error) {
	raw := p.aim()
	r := (&http.Request{
		Method: p.d.Method, URL: p.f.Target.url(), RequestURI: raw,
		Host: p.f.host(p.d), Header: p.f.Header(p.d), ContentLength: p.request.length, Body: p.request.body(),
	}).WithContext(httptrace.WithClientTrace(ctx, p.trace.hooks(p.started, p.sent, p.inform)))
	r.Trailer = p.request.trailer
	response, err := p.whenThere(r)
	if err == nil && (response.StatusCode < 200 || response.StatusCode > 599) && response.StatusCode != http.StatusSwitchingProtocols {
		_ = response.Body.Close()
		return nil, fmt.Errorf("its status is %d", response.StatusCode)
	}
	return response, err
}

// aim says which target of the app is asked for.
func (p *passage) aim() (raw string) {
	path := p.d.Path
	if p.f.Exact {
		path = ""
	}
	raw = p.f.Target.Request(path)
	p.target = p.f.Target.asked(raw)
	return raw
}

func (f *Forwarder) host(d *inspect.Delivery) string {
	switch {
	case f.Bare && d.Host != "":
		return d.Host
	case f.HostHeader == "" || f.HostHeader == "target":
		return f.Target.Host
	case f.HostHeader == "public":
		if u, err := url.Parse(d.URL); err == nil && u.Host != "" {
			return u.Host
		}
		return d.Host
	}
	return f.HostHeader
}

// Header is what the app gets at d's next attempt: what the sender sent, and what only we can know.
func (f *Forwarder) Header(d *inspect.Delivery) http.Header {
	h := make(http.Header, len(d.Header)+mostOwn)
	maps.Copy(h, d.Header)
	own := f.AppendOwn(make([]Field, 0, mostOwn), d)
	values := make([]string, len(own)) // all in one piece of memory
	for i, field := range own {
		values[i] = field.Value
		h[field.Name] = values[i : i+1 : i+1]
	}
	return h
}

// A Field is one of a header with one value.
type Field struct{ Name, Value string }

// mostOwn is how many AppendOwn appends at most.
const mostOwn = 8

// AppendOwn appends to dst, sorted by their names, the fields of Header that stand in place of d's own.
func (f *Forwarder) AppendOwn(dst []Field, d *inspect.Delivery) []Field {
	if f.Bare {
		return dst
	}
	if d.Header["Upgrade"] != nil {
		dst = append(dst, Field{"Connection", "Upgrade"})
	}
	dst = append(dst, Field{"Hook-Attempt", strconv.Itoa(d.Next())}, Field{"Hook-Delivery", d.ID})
	if d.ReplayOf != "" && !f.Unmarked {
		dst = append(dst, Field{"Hook-Replay", "1"}, Field{"Hook-Replay-Of", d.ReplayOf})
	}
	if d.Remote != "" {
		dst = append(dst, Field{"X-Forwarded-For", d.Remote})
	}
	if scheme, rest, ok := strings.Cut(d.URL, "://"); ok {
		if end := strings.IndexAny(rest, "/?"); end >= 0 {
			rest = rest[:end]
		}
		dst = append(dst, Field{"X-Forwarded-Host", rest}, Field{"X-Forwarded-Proto", scheme})
	}
	return dst
}

// pass hands the app's answer on as it comes.
func (p *passage) pass(ctx context.Context, response *http.Response) {
	body := capture{src: response.Body, limit: p.f.limit(), length: response.ContentLength}
	short := 0 <= response.ContentLength && response.ContentLength <= wholeAnswer
	var whole error
	body.over = p.d.Method == http.MethodHead // its answer has a length, but no body
	if short && !body.over {
		whole = body.all()
	}
	if whole != nil { // nothing was passed on yet, so the sender can be told
		p.give(ctx, whole)
		return
	}
	if err := p.passHeader(response); err != nil {
		p.give(ctx, err)
		return
	}
	p.awaitKept()
	p.w.WriteHeader(response.StatusCode)
	var err error
	switch {
	case !body.over:
		err = p.stream(&body)
	case len(body.kept) > 0: // a 204 must not be written to, not even nothing
		_, err = p.w.Write(body.kept)
	}
	for name, values := range response.Trailer {
		p.w.Header()[http.TrailerPrefix+name] = values
	}
	if w, ok := p.w.(finisher); ok && err == nil {
		w.Finish()
	}
	a := inspect.Attempt{
		Outcome:  inspect.OutcomeAnswered,
		Response: &inspect.Response{Status: response.StatusCode, Header: response.Header, Body: body.result()},
	}
	if err != nil {
		a.Outcome, a.Err, _ = p.f.explain(ctx, err)
	}
	p.received()
	p.over(a, false)
	if err != nil {
		panic(http.ErrAbortHandler) // half an answer must not look like a whole one
	}
}

// passHeader hands the answer's fields on, but for those that are about the app's connection. What the writer can't carry
// is an error, and then it has none of them.
func (p *passage) passHeader(response *http.Response) error {
	h := p.w.Header()
	maps.Copy(h, response.Header)
	for _, name := range httptext.HopByHop {
		if name != "Upgrade" || response.StatusCode != http.StatusSwitchingProtocols {
			delete(h, name)
		}
	}
	if w, ok := p.w.(headChecker); ok {
		if err := w.CheckHeader(response.StatusCode, h); err != nil {
			clear(h)
			return err
		}
	}
	return nil
}

// A finisher is a writer that is told when the answer is whole, before ServeDelivery returns.
type finisher interface{ Finish() }

// A headChecker is a writer that can't carry every head, and says so before it is given one.
type headChecker interface {
	CheckHeader(status int, h http.Header) error
}

// stream copies body, sending on each piece as it comes.
func (p *passage) stream(body *capture) error {
	flusher, _ := p.w.(http.Flusher)
	b, ok := body.src.(interface{ Buffered() int })
	if flusher != nil && !(ok && b.Buffered() > 0) {
		flusher.Flush() // the head says that the app has answered, which may be long before it says more
	}
	buf := copyBuffers.Get().(*[copyBuffer]byte)
	defer copyBuffers.Put(buf)
	for {
		n, err := body.Read(buf[:])
		if n > 0 {
			if _, err := p.w.Write(buf[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if flusher != nil {
			flusher.Flush()
		}
	}
}

const copyBuffer = 64 << 10

var copyBuffers = sync.Pool{New: func() any { return new([copyBuffer]byte) }}

// awaitKept waits until the delivery is kept, so that a crash loses nothing that was answered; but not long, and not
// for a body that is still coming in or that is too long to be kept.
func (p *passage) awaitKept() {
	if p.request.passed() { // the app may have the last byte, and answer, before anybody read on to io.EOF
		p.received()
	}
	p.mu.Lock()
	kept := p.kept
	p.mu.Unlock()
	if kept == nil {
		return
	}
	select {
	case <-kept:
		return
	default:
	}
	late := time.NewTimer(keepFor)
	defer late.Stop()
	select {
	case <-kept:
	case <-late.C:
	}
}

// give answers in place of the app.
func (p *passage) give(ctx context.Context, err error) {
	outcome, message, failure := p.f.explain(ctx, err)
	if p.challenge != nil && ctx.Err() == nil {
		p.over(inspect.Attempt{Err: message, Outcome: outcome}, true)
		p.standIn(ctx, "as "+message)
		return
	}
	p.received()
	p.over(inspect.Attempt{Err: message, Outcome: outcome}, false)
	p.awaitKept()
	failure.Answer(p.w, p.d.ID)
}

// over records an attempt that has ended.
func (p *passage) over(a inspect.Attempt, again bool) {
	a.Number = p.d.Next()
	a.Target, a.Started = p.target, p.started
	if p.trace != nil {
		trace := p.trace.read()
		a.Stages = inspect.Stages{Connect: trace.connect, Wait: trace.wait, Total: time.Since(p.started)}
	}
	p.received()
	p.d.Attempts = append(p.d.Attempts, a)
	if p.f.Recorder != nil {
		p.f.Recorder.Attempted(p.d, again)
	}
}

func isClosed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
