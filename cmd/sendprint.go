package cmd

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect"
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
		if isTerminal(s.out) && !isText(body) {
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

// curlOf is a command for POSIX shells with which curl sends a letter exactly, and nothing of its own.
func curlOf(l letter) string {
	d := l.delivery
	var b strings.Builder
	target := l.to
	line := []string{"curl", "--globoff", "--path-as-is", "--http1.1", "-X", curlWord(d.Method)}
	if target.Socket != "" {
		line = append(line, "--unix-socket", curlWord(target.Socket))
	}
	words := []string{strings.Join(append(line, curlWord(d.URL)), " ")}
	for _, name := range slices.Sorted(maps.Keys(d.Header)) {
		for _, value := range d.Header[name] {
			field := name + ": " + value
			if value == "" {
				field = name + ";"
			}
			words = append(words, "-H "+curlWord(field))
		}
	}
	for _, name := range []string{"Accept", "Content-Type", "Expect", "User-Agent"} { // which curl would send by itself
		if _, has := d.Header[name]; !has && (d.Body.Size > 0 || name == "Accept" || name == "User-Agent") {
			words = append(words, "-H "+curlWord(name+":"))
		}
	}
	switch body := string(d.Body.Bytes); {
	case strings.ContainsRune(body, 0): // which no argument can hold
		fmt.Fprintf(&b, "# the body first: base64 -d > hook-body.bin <<< %s\n", base64.StdEncoding.EncodeToString(d.Body.Bytes))
		words = append(words, "--data-binary @hook-body.bin")
	case body != "" && body[0] == '@': // which would name a file
		words = append(words, "--data-raw "+curlWord(body))
	case body != "":
		words = append(words, "--data-binary "+curlWord(body))
	}
	b.WriteString(strings.Join(words, " \\\n  ") + "\n")
	return b.String()
}

// curlWord quotes a word for POSIX shells, and what a terminal would act on for those that know $'…'.
func curlWord(s string) string {
	plain := "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+,="
	switch {
	case s != "" && strings.Trim(s, plain) == "":
		return s
	case isText([]byte(s)):
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch piece := s[i : i+size]; {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + piece)
		case r == '\n':
			b.WriteString(`\n`)
		case r != utf8.RuneError && inspect.Printable(piece) == piece:
			b.WriteString(piece)
		default:
			for _, c := range []byte(piece) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		}
		i += size
	}
	return b.String() + "'"
}
