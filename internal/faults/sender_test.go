package faults_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// An answer is what a sender got. Err is why its body broke off, or why there is no answer at all.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
	Err    error
	Took   time.Duration
}

func (a answer) String() string {
	return fmt.Sprintf("%d %v %.200q (%v) after %s", a.Status, a.Header, a.Body, a.Err, a.Took)
}

// post sends a webhook to the relay at addr and waits for what comes.
func post(t testing.TB, addr, path, body string, fields ...string) answer {
	t.Helper()
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n", path, addr, len(body))
	for _, field := range fields {
		head += field + "\r\n"
	}
	return exchange(t, addr, head+"\r\n"+body)
}

// exchange sends a request's very bytes and wants one answer and nothing behind it, or a connection that breaks.
func exchange(t testing.TB, addr, request string) answer {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return answer{Err: err}
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(patience))
	began := time.Now()
	if _, err := io.WriteString(conn, request); err != nil {
		return answer{Err: err}
	}
	r := bufio.NewReader(conn)
	a := hear(r)
	a.Took = time.Since(began)
	if a.Err == nil {
		if rest, _ := io.ReadAll(r); len(rest) > 0 {
			t.Errorf("behind its answer the sender got %.200q", rest)
		}
	}
	return a
}

// upload posts so many bytes and reads the answer beside.
func upload(t testing.TB, addr, path string, size int64) answer {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return answer{Err: err}
	}
	defer func() { _ = conn.Close() }()
	began := time.Now()
	var sending sync.WaitGroup
	defer sending.Wait()
	sending.Go(func() {
		_, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n", path, addr, size)
		if err == nil {
			_, _ = io.CopyN(conn, zeros{}, size)
		}
	})
	a := hear(bufio.NewReader(conn))
	_ = conn.Close()
	a.Took = time.Since(began)
	return a
}

// hear reads one answer to a POST.
func hear(r *bufio.Reader) answer {
	resp, err := http.ReadResponse(r, &http.Request{Method: http.MethodPost})
	if err != nil {
		return answer{Err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return answer{Status: resp.StatusCode, Header: resp.Header, Body: body, Err: err}
}

// aside posts on a goroutine.
func aside(t testing.TB, addr, path, body string) <-chan answer {
	got := make(chan answer, 1)
	go func() { got <- post(t, addr, path, body) }()
	return got
}

// post sends a webhook to the house's endpoint: path is what follows its name.
func (h *house) post(path, body string, fields ...string) answer {
	h.t.Helper()
	return post(h.t, h.relay.addr, "/e/"+otter+path, body, fields...)
}

// aside is post on a goroutine.
func (h *house) aside(path, body string) <-chan answer {
	return aside(h.t, h.relay.addr, "/e/"+otter+path, body)
}

// wantFailure checks an answer in the app's place: its status, and its code for machines.
func wantFailure(t testing.TB, got answer, status int, code string) {
	t.Helper()
	var body struct{ Error, Message string }
	err := json.Unmarshal(got.Body, &body)
	if got.Err != nil || got.Status != status || got.Header.Get("Hook-Error") != code || err != nil || body.Error != code || body.Message == "" {
		t.Errorf("got %s\nwant %d %s", got, status, code)
	}
}

// wantBody wants a good answer with that body.
func wantBody(t testing.TB, got answer, body string) {
	t.Helper()
	if got.Err != nil || got.Status != http.StatusOK || !bytes.Equal(got.Body, []byte(body)) {
		t.Errorf("got %s\nwant 200 %.80q", got, body)
	}
}
