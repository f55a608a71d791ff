package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
)

// The picture shows what the screen shows today.
func TestPictureIsCurrent(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no pseudo-terminals on Windows")
	}
	picture, err := os.ReadFile("../../docs/screen.svg")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	hook, err := build(dir)
	if err != nil {
		t.Fatal(err)
	}
	frame, err := take(hook, dir)
	if err != nil {
		t.Fatal(err)
	}
	settle(frame)
	if was := shown(t, string(picture)); was != frame.String() {
		t.Errorf("docs/screen.svg is not what hook demo shows: go run ./internal/picture\nit has\n%s\nwant\n%s", was, frame)
	}
}

// shown is the text of a picture, which is XML as it must be.
func shown(t *testing.T, picture string) string {
	t.Helper()
	var text string
	for d := xml.NewDecoder(strings.NewReader(picture)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return text
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "desc" {
			if err := d.DecodeElement(&text, &start); err != nil {
				t.Fatal(err)
			}
		}
	}
}
