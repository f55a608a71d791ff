package replay

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A Challenger knows the question that a provider asks before it sends webhooks to a URL. Its methods are called concurrently.
type Challenger interface {
	// Armed says whether Challenge is to be asked about a delivery that begins now. It is called for each, and must take no time.
	Armed() bool
	// Challenge is what the sender of d wants to hear; nil if d is no such question. d's body is here as a whole and the
	// Recorder has seen it.
	Challenge(d *inspect.Delivery) *Challenge
}

// A Challenge is a question and its answer. The app is asked first, and not for long: what it says counts if it fits. Else the
// sender gets Answer.
type Challenge struct {
	Asked  string            // for people: "Slack's URL verification"
	Note   string            // what somebody has to do besides, for people; may be empty
	Answer *inspect.Response // its body is one that its status may have
	Fits   func(status int, h http.Header, body []byte) bool
	Wait   time.Duration // how long the app may take; 0: challengeTime
}

const (
	// challengeBody is the longest body that a question or its answer has.
	challengeBody = wholeBody
	// challengeTime is how long the app may take over its answer: some providers wait for no more than 3 s.
	challengeTime = 2 * time.Second
)

// asks says whether d may be a question that the Challenger knows. What is to become a websocket is none.
func (f *Forwarder) asks(d *inspect.Delivery, length int64) bool {
	return f.Challenger != nil && length <= challengeBody && d.Header["Upgrade"] == nil && f.Challenger.Armed()
}

// weigh reads the app's answer to a question. One that fits is handed on, else the sender gets ours.
func (p *passage) weigh(ctx context.Context, response *http.Response) {
	body, err := io.ReadAll(io.LimitReader(response.Body, challengeBody+1))
	if err != nil {
		p.give(ctx, p.late(ctx, err))
		return
	}
	if len(body) <= challengeBody && p.challenge.Fits(response.StatusCode, response.Header, body) {
		p.challenge = nil
		response.Body = struct {
			io.Reader
			io.Closer
		}{bytes.NewReader(body), response.Body}
		p.pass(ctx, response)
		return
	}
	got := inspect.CaptureOf(body)
	if got.Complete = len(body) <= challengeBody; !got.Complete {
		got.Size = max(got.Size, response.ContentLength)
	}
	p.over(inspect.Attempt{
		Outcome:  inspect.OutcomeAnswered,
		Response: &inspect.Response{Status: response.StatusCode, Header: response.Header, Body: got},
	}, true)
	why := fmt.Sprintf("as the app answered %d", response.StatusCode)
	if response.StatusCode == p.challenge.Answer.Status {
		why += " without what was asked for"
	}
	p.standIn(ctx, why)
}

// late is err, or that the app took too long over a question: its connection was closed then.
func (p *passage) late(ctx context.Context, err error) error {
	if p.challenge != nil && ctx.Err() == nil && time.Since(p.started) >= cmp.Or(p.challenge.Wait, challengeTime) {
		return context.DeadlineExceeded
	}
	return err
}

// standIn answers a question in the app's place, and says why.
func (p *passage) standIn(ctx context.Context, why string) {
	if ctx.Err() != nil {
		p.challenge = nil
		p.give(ctx, context.Cause(ctx))
		return
	}
	p.started, p.trace = time.Now(), new(tracer)
	p.answer(p.challenge.Answer)
	words := p.challenge.Asked + ", answered by hook, " + why
	if p.challenge.Note != "" {
		words += "; " + p.challenge.Note
	}
	p.over(inspect.Attempt{Response: p.challenge.Answer, Outcome: inspect.OutcomeChallenge, Err: words}, false)
}
