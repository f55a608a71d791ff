package cmd_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/cmd"
)

// An app may close a connection behind any answer, and needn't say so: what is sent on it then was never seen, and goes
// out again.
func TestManyToAnAppThatCloses(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	t.Cleanup(serving.Wait)
	t.Cleanup(func() { _ = ln.Close() })
	var mu sync.Mutex
	seen := make(map[string]int)
	serving.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer func() { _ = conn.Close() }()
				r, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				mu.Lock()
				seen[r.Header.Get("X-Github-Delivery")]++
				mu.Unlock()
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			})
		}
	})
	t.Chdir(t.TempDir())
	t.Setenv("HOOK_HOME", t.TempDir())
	t.Setenv("NO_COLOR", "1")
	const deliveries = 300
	var out bytes.Buffer
	code := cmd.Main(t.Context(), []string{
		"send", "github", "push", "--count", fmt.Sprint(deliveries), "--concurrency", "4", "--no-store", "--to", "http://" + ln.Addr().String(),
	}, strings.NewReader(""), &out, &out)
	if code != 0 || !strings.Contains(out.String(), fmt.Sprintf("answers  200 × %d", deliveries)) {
		t.Errorf("code %d: %s", code, &out)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != deliveries {
		t.Errorf("%d deliveries with ids of their own", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s came %d times", id, n)
		}
	}
}
