package cmd

import (
	"bytes"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/creack/pty"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// Who pipes something in at a terminal means that, and not the last delivery.
func TestPipedTextIsTakenAtATerminalOnly(t *testing.T) {
	terminal, tty, err := pty.Open()
	if err != nil {
		t.Skip(err)
	}
	defer func() { _, _ = terminal.Close(), tty.Close() }()
	const text = "POST /x HTTP/1.1\n\nhi"
	for _, c := range []struct {
		text string
		out  io.Writer
		want string
	}{
		{text, tty, text},
		{text, new(bytes.Buffer), ""},
		{"\n", tty, ""},
		{"", tty, ""},
	} {
		in, to, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if _, err = io.WriteString(to, c.text); err != nil {
			t.Fatal(err)
		}
		_ = to.Close()
		piped, err := streams{in: in, out: c.out}.pipedText()
		var got []byte
		if piped != nil {
			got, _ = io.ReadAll(piped)
		}
		if _ = in.Close(); err != nil || string(got) != c.want {
			t.Errorf("%q: took %q, %v", c.text, got, err)
		}
	}
	if piped, err := (streams{in: tty, out: tty}).pipedText(); piped != nil || err != nil {
		t.Errorf("from the terminal itself: %v, %v", piped, err)
	}
}

func TestForwardedURLs(t *testing.T) {
	r := signature.Request{URL: "https://localhost:3000/a%20b?x=1", Header: map[string][]string{"X-Forwarded-Host": {"shop.example"}}}
	want := []string{"https://shop.example/a%20b?x=1", "http://shop.example/a%20b?x=1", "http://localhost:3000/a%20b?x=1"}
	if got := forwardedURLs(r); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := forwardedURLs(signature.Request{}); got != nil {
		t.Errorf("without a URL: %q", got)
	}
}
