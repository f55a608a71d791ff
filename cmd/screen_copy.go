package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/tui"
)

// copyForms are what of a delivery can be copied. As in `hook show` and `hook export` secrets are masked but where the form
// says otherwise, and bodies are exact.
func (a *acting) copyForms() []tui.CopyForm {
	const masked = " (secrets masked)"
	return []tui.CopyForm{
		{Key: "c", Name: "curl command" + masked, Make: func(d *inspect.Delivery) (string, error) { return copyCurl(d, true) }},
		{Key: "C", Name: "curl command with its secrets", Make: func(d *inspect.Delivery) (string, error) { return copyCurl(d, false) }},
		{Key: "b", Name: "exact body", Make: func(d *inspect.Delivery) (string, error) { return copyBody("body", d.Body) }},
		{Key: "a", Name: "exact body of the answer", Make: copyAnswer},
		{Key: "h", Name: "headers" + masked, Make: func(d *inspect.Delivery) (string, error) {
			h, _ := inspect.MaskHeader(d.Header, signature.Lookup(d.Provider))
			return copyHeader(h)
		}},
		{Key: "H", Name: "headers with their secrets", Make: func(d *inspect.Delivery) (string, error) { return copyHeader(d.Header) }},
		{Key: "u", Name: "URL" + masked, Make: func(d *inspect.Delivery) (string, error) {
			masked, _ := inspect.MaskURL(d.URL)
			return pasteable("URL", masked)
		}},
		{Key: "i", Name: "id", Make: func(d *inspect.Delivery) (string, error) { return d.ID, nil }},
		{Key: "r", Name: "hook replay command", Make: func(d *inspect.Delivery) (string, error) { return "hook replay " + export.ShellWord(d.ID), nil }},
	}
}

// copyCurl is the command alone, which sends the request where it went first.
func copyCurl(d *inspect.Delivery, mask bool) (string, error) {
	if !d.Body.Complete {
		return "", notWhole("body", d.Body, "E exports it, and says so")
	}
	if mask {
		d, _ = inspect.Mask(d)
	}
	var b bytes.Buffer
	format, _ := export.Lookup("curl")
	if err := format.New(&b, export.Options{Version: Version}).Add(d); err != nil {
		return "", fmt.Errorf("%w; E exports it in other forms", err)
	}
	text := b.String()
	for strings.HasPrefix(text, "# ") { // who it is, for files
		_, text, _ = strings.Cut(text, "\n")
	}
	return strings.TrimSuffix(text, "\n"), nil // so that it waits for Enter where it is pasted
}

// copyBody is a body that is text.
func copyBody(what string, body inspect.Capture) (string, error) {
	switch {
	case body.Size == 0:
		return "", fmt.Errorf("there is no %s", what)
	case !body.Complete:
		return "", notWhole(what, body, "E exports that")
	}
	return pasteable(what, string(body.Bytes))
}

// pasteable is text that whatever it is pasted into only shows.
func pasteable(what, text string) (string, error) {
	if !export.IsText([]byte(text)) {
		return "", fmt.Errorf("the %s, %s, is no plain text: E exports it", what, humanize.Bytes(uint64(len(text))))
	}
	return text, nil
}

// copyAnswer is the body that the app answered with.
func copyAnswer(d *inspect.Delivery) (string, error) {
	for _, a := range slices.Backward(d.Attempts) {
		if a.Response != nil {
			return copyBody("answer's body", a.Response.Body)
		}
	}
	return "", errors.New("the app gave no answer")
}

// copyHeader is a header's fields, a line each.
func copyHeader(h http.Header) (string, error) {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			lines = append(lines, name+": "+value)
		}
	}
	return pasteable("header", strings.Join(lines, "\n"))
}

func notWhole(what string, body inspect.Capture, next string) error {
	return fmt.Errorf("only %s of the %s's %s bytes were kept: %s", humanize.Comma(int64(len(body.Bytes))), what, humanize.Comma(body.Size), next)
}
