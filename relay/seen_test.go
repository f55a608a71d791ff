package relay_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/relay"
)

// What is counted is what was read and written, whatever a sender announces: a stranger could have the count at any number. A request
// that is refused has its endpoint's name, too.
func TestSeenIsWhatWasReadAndWritten(t *testing.T) {
	seen := make(chan relay.Seen, 1)
	h := startRelay(t, func(c *relay.Config) {
		c.MaxBody = 100 << 10
		c.Seen = func(v *relay.Seen) { seen <- *v }
	})
	h.connect(echo)
	long := strings.Repeat("x", 80<<10)
	for _, test := range []struct {
		name, endpoint, announced, body string
		status                          int
		in                              int64
	}{
		{"taken", otter, "5", "hello", http.StatusOK, 5},
		{"taken as a stream", otter, "81920", long, http.StatusOK, 80 << 10},
		{"announced as too long", otter, "9000000000000000000", "hello", http.StatusRequestEntityTooLarge, 0},
		{"for nobody", "loud-otter", "5", "hello", http.StatusNotFound, 0},
		{"for nobody, and too long", "loud-otter", "9000000000000000000", "hello", http.StatusRequestEntityTooLarge, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := h.dial()
			head := requestHead("POST /e/"+test.endpoint+" HTTP/1.1", "Host: "+h.addr, "Connection: close", "Content-Length: "+test.announced)
			if _, err := conn.Write(append(head, test.body...)); err != nil {
				t.Fatal(err)
			}
			got := hear(conn)
			wantStatus(t, got, test.status)
			known := map[string]string{otter: otter}[test.endpoint]
			if v := <-seen; v.In != test.in || v.Out != int64(len(got.Body)) || v.Endpoint != known {
				t.Errorf("seen: %d bytes in, %d out, of %q; want %d, %d, of %q", v.In, v.Out, v.Endpoint, test.in, len(got.Body), known)
			}
		})
	}
}
