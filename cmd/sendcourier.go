package cmd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"syscall"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// A courier delivers letters one after the other, as a replay.Forwarder does that keeps nothing, with less work:
// what a delivery needs is made once, and its connections are its own. It is for one goroutine, which closes it.
type courier struct {
	client  *replay.Client
	lines   map[replay.Target]*replay.Line // to the apps that it went to; a target has no path there
	line    *replay.Line                   // the one in use
	to      replay.Target                  // where that leads
	request *http.Request
	body    letterBody
	buf     [4 << 10]byte
	own     []replay.Field // that stand in place of the delivery's

	reused, answered bool // what the client tells of the request under way
}

// A letterBody is a body that is at hand.
type letterBody struct{ bytes.Reader }

func (b *letterBody) Close() error { return nil }

func newCourier(ctx context.Context, options replay.ClientOptions) *courier {
	c := &courier{client: replay.NewClient(options), lines: make(map[replay.Target]*replay.Line)}
	c.request = (&http.Request{Body: &c.body}).WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:              func(info httptrace.GotConnInfo) { c.reused = info.Reused },
		GotFirstResponseByte: func() { c.answered = true },
	}))
	return c
}

// goTo takes the line to a target's app.
func (c *courier) goTo(to replay.Target) {
	if to.Path = ""; c.line != nil && to == c.to {
		return
	}
	c.to, c.line = to, c.lines[to]
	if c.line == nil {
		c.line = c.client.Line(to)
		c.lines[to] = c.line
	}
}

// deliver sends a letter, and leaves the attempt's target to whoever keeps it. It sends it a second time if the connection had
// been used before and was closed unseen, as an app may do at any time.
func (c *courier) deliver(l letter) inspect.Attempt {
	a := c.attempt(l)
	if a.Response == nil && c.reused && !c.answered && a.Outcome == inspect.OutcomeClosed && c.request.Context().Err() == nil {
		a = c.attempt(l) // on a fresh one, as there is no other
	}
	return a
}

// close ends its connections; a nil courier has none.
func (c *courier) close() {
	if c == nil {
		return
	}
	for _, line := range c.lines {
		line.Close()
	}
}

func (c *courier) attempt(l letter) inspect.Attempt {
	d, r := l.delivery, c.request
	c.goTo(l.to)
	r.Method, r.RequestURI, r.Host, r.Header, r.ContentLength = d.Method, l.to.Path, l.to.Host, d.Header, d.Body.Size
	c.body.Reset(d.Body.Bytes)
	c.reused, c.answered = false, false
	a := inspect.Attempt{Number: 1, Started: time.Now()}
	response, err := c.line.RoundTrip(r, c.own)
	if err == nil {
		a.Response, err = c.read(response)
	}
	a.Stages.Total = time.Since(a.Started)
	a.Outcome, a.Err = replay.Explain(r.Context(), err, l.to)
	return a
}

// read reads an answer to its end, and keeps its beginning. What follows a switch of protocols is no part of it, and may have no end.
func (c *courier) read(response *http.Response) (*inspect.Response, error) {
	defer func() { _ = response.Body.Close() }()
	var kept []byte
	var size int64
	for response.StatusCode != http.StatusSwitchingProtocols {
		n, err := response.Body.Read(c.buf[:])
		size += int64(n)
		kept = append(kept, c.buf[:min(n, len(c.buf)-len(kept))]...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	body := inspect.Capture{Bytes: kept, Size: size, Complete: size == int64(len(kept))}
	return &inspect.Response{Status: response.StatusCode, Header: response.Header, Body: body}, nil
}

// refusal says whether nobody listens at the other end.
func refusal(err error) bool {
	const wsaRefused = syscall.Errno(10061) // what Windows has for ECONNREFUSED
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, wsaRefused) || errors.Is(err, syscall.ENOENT)
}
