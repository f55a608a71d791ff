package faults_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A strictApp is an app that reads HTTP/1.1 to the letter of RFC 9112 and forgives nothing: what it takes, every other app reads
// the same way.
type strictApp struct {
	addr string

	mu   sync.Mutex
	read []string // each request in a line
	odd  []error  // what it did not take
}

func startStrictApp(t testing.TB) *strictApp {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := &strictApp{addr: ln.Addr().String()}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { a.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		serving.Wait()
	})
	return a
}

func (a *strictApp) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for r := bufio.NewReader(conn); ; {
		request, err := readStrictly(r)
		if errors.Is(err, io.EOF) || errors.Is(err, errBrokenOff) {
			return
		}
		a.mu.Lock()
		if err != nil {
			a.odd = append(a.odd, err)
		} else {
			a.read = append(a.read, request)
		}
		a.mu.Unlock()
		if err != nil {
			return
		}
		if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); err != nil {
			return
		}
	}
}

// take gives what was read since, and wants nothing odd among it.
func (a *strictApp) take(t testing.TB) []string {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, err := range a.odd {
		t.Errorf("the app got what has more readings than one: %v", err)
	}
	read := a.read
	a.read, a.odd = nil, nil
	return read
}

// readStrictly reads a request and gives its method, target, the fields that begin with X-, and its body. Its error is io.EOF
// where there is none.
func readStrictly(r *bufio.Reader) (string, error) {
	line, err := strictLine(r)
	if err != nil {
		return "", err
	}
	words := strings.Split(line, " ")
	if len(words) != 3 || words[1] == "" || words[2] != "HTTP/1.1" {
		return "", fmt.Errorf("the request line %q", line)
	}
	request := words[0] + " " + words[1]
	seen := make(map[string]string)
	for {
		line, err := strictLine(r)
		if err != nil {
			return "", errors.New("a head without an end")
		}
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" || name == "" {
			return "", fmt.Errorf("the field %q", line)
		}
		name, value = strings.ToLower(name), strings.TrimSpace(value)
		switch _, twice := seen[name]; {
		case twice && (name == "host" || name == "content-length" || name == "transfer-encoding"):
			return "", fmt.Errorf("two fields %s", name)
		case strings.HasPrefix(name, "x-") && !strings.HasPrefix(name, "x-forwarded-"):
			request += fmt.Sprintf(" %s=%q", name, value)
		}
		seen[name] = value
	}
	body, err := strictBody(r, seen)
	return fmt.Sprintf("%s %q", request, body), err
}

func strictBody(r *bufio.Reader, seen map[string]string) (body []byte, err error) {
	length, sized := seen["content-length"]
	coding, chunked := seen["transfer-encoding"]
	if _, ok := seen["host"]; !ok || sized && chunked || chunked && coding != "chunked" {
		return nil, fmt.Errorf("the framing %q", seen)
	}
	for size := 0; chunked; {
		line, err := strictLine(r)
		if err != nil || line == "" || strings.Trim(line, "0123456789abcdef") != "" {
			return nil, fmt.Errorf("the chunk size %q, %w", line, brokenOff(err))
		}
		if _, err := fmt.Sscanf(line, "%x", &size); err != nil {
			return nil, fmt.Errorf("the chunk size %q, %w", line, err)
		}
		chunk := make([]byte, size)
		if _, err := io.ReadFull(r, chunk); err != nil {
			return nil, brokenOff(err)
		}
		body = append(body, chunk...)
		if end, err := strictLine(r); err != nil || end != "" {
			return nil, fmt.Errorf("behind a chunk %q, %w", end, brokenOff(err))
		}
		if size == 0 {
			return body, nil
		}
	}
	if !sized {
		return nil, nil
	}
	n, err := strconv.Atoi(length)
	if err != nil || strings.Trim(length, "0123456789") != "" {
		return nil, fmt.Errorf("the length %q", length)
	}
	body = make([]byte, n)
	_, err = io.ReadFull(r, body)
	return body, brokenOff(err)
}

func strictLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		if line == "" {
			return "", io.EOF
		}
		return "", fmt.Errorf("the line %q without an end", line)
	}
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok || strings.ContainsAny(text, "\r\n\x00") {
		return "", fmt.Errorf("the line %q", line)
	}
	return text, nil
}

// errBrokenOff is for a body that ended before its end: nobody takes that for a whole one.
var errBrokenOff = errors.New("the body broke off")

func brokenOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errBrokenOff
	}
	return err
}
