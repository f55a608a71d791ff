package cmd

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// bytesOf are the bytes by which a letter is sent: its head, and its body.
func bytesOf(l letter) (head, body []byte, err error) {
	u, err := url.Parse(l.delivery.URL)
	if err != nil {
		return nil, nil, err
	}
	head, err = replay.Head(&http.Request{
		Method: l.delivery.Method, RequestURI: u.RequestURI(), Host: l.delivery.Host, Header: l.delivery.Header, ContentLength: l.delivery.Body.Size,
	})
	if err != nil {
		return nil, nil, fail(exitUsage, "see -H and --to", "the request can't be written: %w", err)
	}
	return head, l.delivery.Body.Bytes, nil
}

// deliverRaw sends a letter on a connection of its own, with a fault in how its bytes come: the body slowly, or half of
// it and then the end. What came of it is the delivery's attempt.
func (s *sender) deliverRaw(ctx context.Context, l letter) error {
	head, body, err := bytesOf(l)
	if err != nil {
		return err
	}
	d := l.delivery
	if s.recorder != nil {
		s.recorder.Received(d)
	}
	a := inspect.Attempt{Number: 1, Target: l.to.String(), Started: time.Now()}
	a.Response, err = s.talkRaw(ctx, l.to, head, body)
	a.Stages.Total = time.Since(a.Started)
	a.Outcome, a.Err = rawOutcome(ctx, err, l.to)
	d.Attempts = append(d.Attempts, a)
	if s.recorder != nil {
		s.recorder.Attempted(d, false)
	}
	return nil
}

// rawOutcome says what an error on the way to the app means, where no replay.Forwarder does.
func rawOutcome(ctx context.Context, err error, to replay.Target) (inspect.Outcome, string) {
	if err == nil {
		return inspect.OutcomeAnswered, ""
	}
	dial, dialing := errors.AsType[*net.OpError](err)
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case ctx.Err() != nil:
		return inspect.OutcomeCanceled, "the sender hung up"
	case refusal(err):
		return inspect.OutcomeRefused, "the app refused: nothing listens on " + to.Place()
	case dialing && dial.Op == "dial":
		return inspect.OutcomeUnreachable, fmt.Sprintf("no connection to %s: %s", to.Place(), dial.Err)
	case isNet && timeout.Timeout():
		return inspect.OutcomeTimeout, "the app at " + to.Host + " gave no answer in time"
	}
	return inspect.OutcomeClosed, "the app closed the connection before its answer was whole"
}

// defaultPatience is how long an answer is waited for if nobody says.
const defaultPatience = 60 * time.Second

// talkRaw says a request as the faults have it, and reads the answer, which may come before all is said.
func (s *sender) talkRaw(ctx context.Context, to replay.Target, head, body []byte) (*inspect.Response, error) {
	conn, err := s.dialRaw(ctx, to)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var writing sync.WaitGroup
	defer writing.Wait()
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	defer func() { _ = conn.Close() }()
	writing.Go(func() {
		_ = s.writeRaw(ctx, conn, head, body) // an app that closed without reading all may have answered before
		_ = conn.SetReadDeadline(time.Now().Add(cmp.Or(s.patience, defaultPatience)))
	})
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(r.Body, replay.DefaultCapture))
	return &inspect.Response{Status: r.StatusCode, Header: r.Header, Body: inspect.CaptureOf(answer)}, err
}

// writeRaw writes the body slowly, or half of it and then the end.
func (s *sender) writeRaw(ctx context.Context, conn net.Conn, head, body []byte) error {
	if s.faults.truncated {
		if _, err := conn.Write(append(head, body[:len(body)/2]...)); err != nil {
			return err
		}
		if half, ok := conn.(interface{ CloseWrite() error }); ok {
			return half.CloseWrite()
		}
		return nil
	}
	if _, err := conn.Write(head); err != nil {
		return err
	}
	const beat = 10 // pieces a second, at most
	piece, pause := int(s.faults.slow/beat), time.Second/beat
	if piece == 0 {
		piece, pause = 1, time.Second/time.Duration(s.faults.slow)
	}
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for len(body) > 0 {
		n := min(piece, len(body))
		if _, err := conn.Write(body[:n]); err != nil {
			return err
		}
		body = body[n:]
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// dialRaw connects as a client does: an app on localhost may have chosen 127.0.0.1 or ::1.
func (s *sender) dialRaw(ctx context.Context, to replay.Target) (net.Conn, error) {
	dialer := net.Dialer{Timeout: 3 * time.Second}
	network, addresses := "tcp", []string{to.Authority()}
	if host, port, err := net.SplitHostPort(to.Authority()); err == nil && to.Port() != 0 && net.ParseIP(host) == nil {
		addresses = []string{net.JoinHostPort("127.0.0.1", port), net.JoinHostPort("::1", port)}
	}
	if to.Socket != "" {
		network = "unix"
	}
	var conn net.Conn
	var err error
	for _, address := range addresses {
		if conn, err = dialer.DialContext(ctx, network, address); err == nil {
			break
		}
	}
	if err != nil || to.Scheme != "https" {
		return conn, err
	}
	config := s.tls.Clone()
	config.ServerName = (&url.URL{Host: to.Host}).Hostname()
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}
