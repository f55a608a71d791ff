package cmd

import (
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
)

func TestIsText(t *testing.T) {
	for s, want := range map[string]bool{
		"": true, "{\"a\": 1}\r\n\t✓\n": true, "\x1b[2J": false, "\xff": false, "a\rb": false, "\u202e": false,
	} {
		if got := export.IsText([]byte(s)); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestShowKeepsBytesThatAreNoTextOffATerminal(t *testing.T) {
	l, out, _ := printing(t)
	d := &inspect.Delivery{ID: inspect.NewID(), Method: "POST", ReceivedAt: time.Now(), Body: inspect.CaptureOf([]byte("\x1b[2J"))}
	<-l.store.Add(d).Stored()
	o := showOptions{ref: d.ID, body: true}
	if err := runShow(t.Context(), l.place, l.store, o); err != nil || out.String() != "\x1b[2J" {
		t.Errorf("into a pipe: %q, %v", out, err)
	}
	terminal, tty, err := pty.Open()
	if err != nil {
		t.Skip(err)
	}
	defer func() { _, _ = terminal.Close(), tty.Close() }()
	l.out = tty
	if err := runShow(t.Context(), l.place, l.store, o); err == nil {
		t.Error("on a terminal: shown")
	}
}
