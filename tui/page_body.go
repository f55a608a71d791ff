package tui

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A form is how a body is shown.
type form int

const (
	readable form = iota
	raw           // the bytes as text
	inHex
	formCount
)

// Of a body that is longer than previewFrom only the beginning is made readable at first, so that it opens at once.
const (
	previewFrom  = 1 << 20
	previewBytes = 640 << 10 // that are read for the beginning; more than are looked at for what a body is
	previewShown = 512 << 10 // of these, that are shown: behind them a secret may be cut, and not be recognised
	previewLines = 5000
)

// A body is a body to be read in each form.
type body struct {
	header   http.Header
	capture  inspect.Capture
	readable *sheet
	masked   int // values in it
	raw      *rawText
	hex      *hexText
}

// newBody makes a body ready; whole, or only its beginning if it is long.
func newBody(h http.Header, c inspect.Capture, whole bool) *body {
	b := &body{header: h, capture: c, raw: newRawText(c.Bytes), hex: &hexText{body: c.Bytes, columns: 16}}
	b.readable = new(sheet)
	if !whole && b.long() {
		b.begin()
		return b
	}
	r := inspect.Render(h, c, true)
	b.masked = r.Masked
	b.readable.addBody(r.Lines(), func(inspect.Line) bool { return true })
	if b.readable.full {
		b.readable.add(words(faint, "… the rest has no room here: x shows all of it, raw"))
	}
	return b
}

// long says whether reading the whole body would take longer than anyone waits for.
func (b *body) long() bool {
	return len(b.capture.Bytes) > previewFrom || b.encoded()
}

func (b *body) encoded() bool { return b.header.Get("Content-Encoding") != "" }

// begin makes the beginning ready. It is JSON alone of which a beginning shows the same as the whole.
func (b *body) begin() {
	start := bytes.TrimLeft(b.capture.Bytes, " \t\r\n")
	if b.encoded() || len(start) == 0 || start[0] != '{' && start[0] != '[' || strings.HasPrefix(b.header.Get("Content-Type"), "multipart/") {
		b.readable.more = true
		return
	}
	cut := inspect.Capture{Bytes: b.capture.Bytes[:previewBytes], Size: b.capture.Size}
	var last inspect.Line
	n := 0
	b.readable.addBody(func(yield func(inspect.Line) bool) {
		for line := range inspect.Render(b.header, cut, true).Lines() {
			// A line is shown once the next has begun: then it is whole.
			if n++; n > 1 && !yield(last) {
				return
			}
			last = line
		}
	}, func(inspect.Line) bool { return n <= previewLines && last.At < previewShown })
	b.readable.more = true
}

// grown is the same body, whole.
func (b *body) grown() *body { return newBody(b.header, b.capture, true) }

// take keeps what was folded in the beginning.
func (b *body) take(old *body) {
	for i := range old.readable.all {
		if old.readable.folded.has(i) && i < b.readable.lines() {
			b.readable.fold(i, true)
		}
	}
}

// same says whether both have the same bytes, to be read alike.
func (b *body) same(c *body) bool {
	if b == nil || c == nil {
		return false
	}
	return b.capture.Size == c.capture.Size && b.capture.Complete == c.capture.Complete && bytes.Equal(b.capture.Bytes, c.capture.Bytes) &&
		b.header.Get("Content-Type") == c.header.Get("Content-Type") && b.header.Get("Content-Encoding") == c.header.Get("Content-Encoding")
}

// texts are the body in a form, behind a line about it.
func (b *body) texts(f form, w int) []text {
	about := sheetOf(b.about(f))
	switch f {
	case raw:
		return []text{about, b.raw}
	case inHex:
		b.hex.columns = hexColumns(w)
		return []text{about, b.hex}
	}
	if b.readable.more {
		return []text{about, b.readable, sheetOf(words(faint, "reading on…"))}
	}
	return []text{about, b.readable}
}

// about says how much there is, and in which form it is shown.
func (b *body) about(f form) rich {
	c := b.capture
	size := humanize.Comma(c.Size) + " bytes"
	switch c.Size {
	case 0:
		size = "no body"
	case 1:
		size = "1 byte"
	}
	switch {
	case !c.Complete && c.Size == 0:
		size = "the body was not read"
	case !c.Complete:
		size += ", of which " + humanize.Comma(int64(len(c.Bytes))) + " were kept"
	}
	r := words(faint, size)
	switch {
	case f == raw:
		return r.add(faint, " · ").add(warn, "raw: nothing is masked")
	case f == inHex:
		return r.add(faint, " · ").add(warn, "hex: nothing is masked")
	case b.masked > 0:
		return r.add(faint, fmt.Sprintf(" · %d masked", b.masked))
	}
	return r
}

// bytes is about how many bytes are kept.
func (b *body) bytes() int {
	if b == nil {
		return 0
	}
	return cap(b.capture.Bytes) + cap(b.readable.text) + cap(b.readable.meta) + 12*cap(b.readable.all)
}
