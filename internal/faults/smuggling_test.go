package faults_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/replay"
)

// Row 13: what could be read in two ways is refused, and its connection closed, or the app gets it so that there is one reading.
// Each is followed by a request that would come to light in its body, or its body in that, if anybody read it otherwise.
func TestRow13Smuggling(t *testing.T) {
	watch(t)
	r := startRelay(t, relay.Config{Domain: "hooks.example"})
	app := startStrictApp(t)
	target, err := replay.ParseTarget(app.addr)
	if err != nil {
		t.Fatal(err)
	}
	toApp := replay.NewClient(replay.ClientOptions{})
	t.Cleanup(toApp.CloseIdleConnections)
	c := newClient(r.addr, otter)
	c.Handler = &replay.Forwarder{Target: target, Client: toApp}
	c.start(t)
	t.Cleanup(func() { c.end(t) })
	c.wait(t, tunnel.Connected)

	const (
		post     = "POST /e/quiet-otter/a HTTP/1.1\r\nHost: x\r\n"
		chunked  = "Transfer-Encoding: chunked\r\n"
		chunks   = "3\r\nabc\r\n0\r\n\r\n"
		last     = "GET /e/quiet-otter/last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
		smuggled = "GET /e/quiet-otter/smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
		readLast = `GET /last ""`
		readABC  = `POST /a "abc"`
	)
	for name, c := range map[string]struct {
		request string
		status  int      // of the first answer
		read    []string // what the app read before the last one; nil: the relay refused it
	}{
		"as it should be":            {post + "Content-Length: 3\r\n\r\nabc", 200, []string{readABC}},
		"chunks as they should be":   {post + chunked + "\r\n" + chunks, 200, []string{readABC}},
		"two lengths":                {post + "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabc", 400, nil},
		"two lengths in a field":     {post + "Content-Length: 3, 5\r\n\r\nabc", 400, nil},
		"the same length twice":      {post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 200, []string{readABC}},
		"the same in a field":        {post + "Content-Length: 3, 3\r\n\r\nabc", 400, nil},
		"length +3":                  {post + "Content-Length: +3\r\n\r\nabc", 400, nil},
		"length -3":                  {post + "Content-Length: -3\r\n\r\nabc", 400, nil},
		"length 0x3":                 {post + "Content-Length: 0x3\r\n\r\nabc", 400, nil},
		"length 3 3":                 {post + "Content-Length: 3 3\r\n\r\nabc", 400, nil},
		"length of nothing":          {post + "Content-Length:\r\n\r\nabc", 400, nil},
		"length 2^64+3":              {post + "Content-Length: 18446744073709551619\r\n\r\nabc", 400, nil},
		"length with a space":        {post + "Content-Length : 3\r\n\r\nabc", 400, nil},
		"length and chunks":          {post + "Content-Length: 50\r\n" + chunked + "\r\n" + chunks, 200, []string{readABC}},
		"chunks and length":          {post + chunked + "Content-Length: 50\r\n\r\n" + chunks, 200, []string{readABC}},
		"xchunked":                   {post + "Transfer-Encoding: xchunked\r\n\r\n" + chunks, 501, nil},
		"xchunked and length":        {post + "Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\nabc", 501, nil},
		"chunked, identity":          {post + "Transfer-Encoding: chunked, identity\r\n\r\n" + chunks, 501, nil},
		"identity":                   {post + "Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc", 501, nil},
		"gzip, chunked":              {post + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunks, 501, nil},
		"chunked twice":              {post + chunked + chunked + "\r\n" + chunks, 501, nil},
		"chunked with a tab":         {post + "Transfer-Encoding:\tchunked\r\n\r\n" + chunks, 200, []string{readABC}},
		"chunked with a form feed":   {post + "Transfer-Encoding: \x0cchunked\r\n\r\n" + chunks, 400, nil},
		"chunked in quotes":          {post + "Transfer-Encoding: \"chunked\"\r\n\r\n" + chunks, 501, nil},
		"chunk size +3":              {post + chunked + "\r\n+3\r\nabc\r\n0\r\n\r\n", 400, nil},
		"chunk size 0x3":             {post + chunked + "\r\n0x3\r\nabc\r\n0\r\n\r\n", 400, nil},
		"chunk size 2^64+3":          {post + chunked + "\r\n10000000000000003\r\nabc\r\n0\r\n\r\n", 400, nil},
		"chunk with bare LF":         {post + chunked + "\r\n3\nabc\r\n0\r\n\r\n", 400, nil},
		"chunk with LF in extension": {post + chunked + "\r\n3;a\nb\r\nabc\r\n0\r\n\r\n", 400, nil},
		"chunk longer than it says":  {post + chunked + "\r\n2\r\nabc\r\n0\r\n\r\n", 400, nil},
		"chunk with an extension":    {post + chunked + "\r\n3;ext=\"x\"\r\nabc\r\n0\r\n\r\n", 200, []string{readABC}},
		"obs-fold":                   {post + "X-A: one\r\n two\r\nContent-Length: 3\r\n\r\nabc", 200, []string{`POST /a x-a="one two" "abc"`}},
		"obs-fold of a length":       {post + "Content-Length: 3\r\n 5\r\n\r\nabc", 400, nil},
		"obs-fold of an encoding":    {post + "Transfer-Encoding:\r\n chunked\r\n\r\n" + chunks, 200, []string{readABC}},
		"obs-fold at the beginning":  {"POST /e/quiet-otter/a HTTP/1.1\r\n X-A: one\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"bare LF behind a field":     {post + "X-A: one\nContent-Length: 3\r\n\r\nabc", 200, []string{`POST /a x-a="one" "abc"`}},
		"bare LF behind the head":    {post + "Content-Length: 3\n\nabc", 200, []string{readABC}},
		"bare CR in a value":         {post + "X-A: one\rContent-Length: 50\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"NUL in a value":             {post + "X-A: one\x00two\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"NUL in a name":              {post + "X-\x00A: one\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"NUL in the target":          {"POST /e/quiet-otter/a\x00 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"space before a colon":       {post + "X-A : one\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"a field without a name":     {post + ": one\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"a field without a colon":    {post + "X-A\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"two hosts":                  {"POST /e/quiet-otter/a HTTP/1.1\r\nHost: x\r\nHost: y\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"the same host twice":        {"POST /e/quiet-otter/a HTTP/1.1\r\nHost: x\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"no host":                    {"POST /e/quiet-otter/a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"a host with a slash":        {"POST /e/quiet-otter/a HTTP/1.1\r\nHost: x/y\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"absolute, another host":     {"POST http://y/e/quiet-otter/a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 200, []string{readABC}},
		"absolute, an endpoint's":    {"POST http://quiet-otter.hooks.example/a HTTP/1.1\r\nHost: other.hooks.example\r\nContent-Length: 3\r\n\r\nabc", 200, []string{readABC}},
		"absolute, not the Host's":   {"POST http://other.hooks.example/a HTTP/1.1\r\nHost: quiet-otter.hooks.example\r\nContent-Length: 3\r\n\r\nabc", 404, nil},
		"three words":                {"POST /e/quiet-otter/a b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 400, nil},
		"HTTP/1.2":                   {"POST /e/quiet-otter/a HTTP/1.2\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 200, []string{readABC}},
		"HTTP/2.0":                   {"POST /e/quiet-otter/a HTTP/2.0\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 505, nil},
		"a request in the body":      {post + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(smuggled)) + smuggled, 200, []string{fmt.Sprintf("POST /a %q", smuggled)}},
		"a request behind no body":   {"GET /e/quiet-otter/a HTTP/1.1\r\nHost: x\r\n\r\n" + smuggled, 200, []string{`GET /a ""`, `GET /smuggled ""`}},
		"GET with a body":            {"GET /e/quiet-otter/a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 200, []string{`GET /a "abc"`}},
		"an unknown method":          {"GET\x0b/e/quiet-otter/a HTTP/1.1\r\nHost: x\r\n\r\n", 400, nil},
	} {
		t.Run(name, func(t *testing.T) {
			statuses := sayAll(t, r.addr, c.request+last)
			want, wantStatuses := c.read, []int{c.status}
			if c.read != nil || c.status == http.StatusNotFound { // then the connection goes on
				want = append(slices.Clone(c.read), readLast)
				wantStatuses = append(slices.Repeat([]int{c.status}, max(1, len(c.read))), http.StatusOK)
			}
			if got := app.take(t); !slices.Equal(got, want) {
				t.Errorf("the app read\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if !slices.Equal(statuses, wantStatuses) {
				t.Errorf("the answers are %v, want %v", statuses, wantStatuses)
			}
		})
	}
}

// Row 13: HTTP/1.0 knows no chunks, so they are no body, and no request either.
func TestRow13ChunksOfHTTP10(t *testing.T) {
	h := newHouse(t, plan{})
	request := "POST /e/quiet-otter/a HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" +
		"27\r\nGET /e/quiet-otter/b HTTP/1.1\r\nHost: x\r\n\r\n0\r\n\r\n" + "GET /e/quiet-otter/c HTTP/1.1\r\nHost: x\r\n\r\n"
	if statuses := sayAll(t, h.relay.addr, request); !slices.Equal(statuses, []int{http.StatusOK, http.StatusBadRequest}) {
		t.Errorf("the answers are %v", statuses)
	}
	if all := h.deliveries(); len(all) != 1 || all[0].Path != "/a" || all[0].Body.Size != 0 {
		t.Errorf("the history has %+v", all)
	}
}

// sayAll sends these bytes, and gives the statuses of all answers until the relay closes the connection.
func sayAll(t *testing.T, addr, bytes string) (statuses []int) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, bytes); err != nil {
		t.Fatal(err)
	}
	for r := bufio.NewReader(conn); ; {
		a := hear(r)
		if a.Err != nil {
			if errors.Is(a.Err, os.ErrDeadlineExceeded) {
				t.Error("the connection was not closed")
			}
			return statuses
		}
		statuses = append(statuses, a.Status)
	}
}
