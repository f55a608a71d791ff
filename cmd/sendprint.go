package cmd

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
)

// printForms are what --print can print.
func printForms() []string { return []string{"http", "curl", "headers"} }

// print prints a request in place of sending it.
func (s *sending) print(ctx context.Context) error {
	signer, err := s.ready(ctx)
	if err != nil {
		return err
	}
	l, err := signer.prepare(s.sample, s.to)
	if err != nil {
		return err
	}
	head, body, err := bytesOf(l)
	if err != nil {
		return err
	}
	switch s.o.print {
	case "curl":
		_, err = io.WriteString(s.out, curlOf(l))
	case "headers":
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(l.delivery.Header)) {
			for _, value := range l.delivery.Header[name] {
				fmt.Fprintf(&b, "%s: %s\n", name, value)
			}
		}
		_, err = io.WriteString(s.out, s.shown(b.String()))
	default:
		if isTerminal(s.out) && !export.IsText(body) {
			return fail(exitFailed, "send it to a file with > FILE", "%s: its body is no text that a terminal could show", s.what())
		}
		_, err = s.out.Write(append(head, body...))
	}
	return err
}

// shown is text as it is, but on a terminal without what that would act on.
func (s *sending) shown(text string) string {
	if !isTerminal(s.out) {
		return text
	}
	return strings.Join(inspect.PrintableLines(text), "\n") + "\n"
}

// curlOf is a command with which curl sends a letter exactly.
func curlOf(l letter) string {
	return export.Curl(l.delivery, export.Place{URL: l.delivery.URL, Socket: l.to.Socket})
}
