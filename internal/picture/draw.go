package main

import (
	"encoding/xml"
	"fmt"
	"image/color"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/internal/terminal"
)

// The measures of the picture, in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 18.0
	fontSize   = 14.0
	baseline   = 13.5 // of text, from the top of its cell
	margin     = 16.0
	titleBar   = 34.0
)

// The colours of the picture: those of a dark terminal.
const (
	ground     = "#14181f"
	bar        = "#20262f"
	edge       = "#39414d"
	foreground = "#d6dce5"
	titleColor = "#8b949e"
)

var basic = [16]string{
	"#484f58", "#ff7b72", "#5fd38d", "#e3b341", "#79b8ff", "#d2a8ff", "#56d4dd", "#d6dce5",
	"#6e7681", "#ffa198", "#7ee2a8", "#f2cc60", "#a5d6ff", "#e2c5ff", "#8be9f0", "#ffffff",
}

// draw is the frame as an SVG: a window, and the text in it placed piece by piece, so that it fits whatever the font.
func draw(f terminal.Frame) string {
	w, h := float64(f.Width)*cellWidth+2*margin, float64(f.Height)*cellHeight+titleBar+margin+margin/2
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say(`<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img">`, w, h, w, h)
	say(`<!-- Made by go run ./internal/picture -->`)
	say(`<title>hook demo</title>`)
	say(`<desc>%s</desc>`, escaped(f.String()))
	say(`<style>text{font:%gpx ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre}</style>`, fontSize)
	say(`<rect x="0.5" y="0.5" width="%.0f" height="%.0f" rx="10" fill="%s" stroke="%s"/>`, w-1, h-1, ground, edge)
	say(`<path d="M1 %g V10.5 A9.5 9.5 0 0 1 10.5 1 H%g A9.5 9.5 0 0 1 %g 10.5 V%g Z" fill="%s"/>`, titleBar, w-10.5, w-1, titleBar, bar)
	for i, c := range []string{"#ff5f57", "#febc2e", "#28c840"} {
		say(`<circle cx="%g" cy="%g" r="6" fill="%s"/>`, 22+20*float64(i), titleBar/2, c)
	}
	say(`<text x="%g" y="%g" text-anchor="middle" fill="%s">hook demo</text>`, w/2, titleBar/2+5, titleColor)
	say(`<g transform="translate(%g %g)">`, margin, titleBar+margin/2)
	for y, row := range f.Cells {
		for _, p := range pieces(row) {
			p.draw(say, float64(y)*cellHeight)
		}
	}
	say("</g>\n</svg>")
	return b.String()
}

// A piece is neighbouring cells that look the same.
type piece struct {
	x     int
	cells int
	text  string
	style terminal.Style
	drawn bool // it is a line or a block; fonts leave gaps between them
}

// pieces divides a row, also where two spaces follow each other, and leaves out what is empty.
func pieces(row []terminal.Cell) []piece {
	var all []piece
	for x, c := range row {
		empty := c.Text == " " && c.Style.Background == nil && !c.Style.Reverse && !c.Style.Underline
		if c.Width == 0 || empty && (x == 0 || x == len(row)-1 || row[x-1].Text == " " || row[x+1].Text == " ") {
			continue
		}
		now := piece{x: x, cells: c.Width, text: c.Text, style: c.Style, drawn: strokes[c.Text] != nil || eighths[c.Text] > 0}
		if n := len(all); n > 0 && all[n-1].joins(now) {
			all[n-1].text += now.text
			all[n-1].cells += now.cells
			continue
		}
		all = append(all, now)
	}
	return all
}

// joins says whether next, which follows p, can be drawn as one with it.
func (p piece) joins(next piece) bool {
	if p.style != next.style || p.x+p.cells != next.x {
		return false
	}
	return ascii(p.text) && ascii(next.text) || next.text == across && strings.HasPrefix(p.text, across)
}

// ascii says whether all monospace fonts have the text at the same width.
func ascii(text string) bool {
	for _, r := range text {
		if r >= 0x7f {
			return false
		}
	}
	return true
}

// across is the sign of which there are many, side by side.
const across = "─"

// strokes are the signs that touch their neighbours: lines in a cell of 1 by 1, from x, y to x, y.
var strokes = map[string][][4]float64{
	across: {{0, .5, 1, .5}}, "│": {{.5, 0, .5, 1}}, "┼": {{0, .5, 1, .5}, {.5, 0, .5, 1}},
	"┬": {{0, .5, 1, .5}, {.5, .5, .5, 1}}, "┴": {{0, .5, 1, .5}, {.5, 0, .5, .5}},
	"├": {{.5, 0, .5, 1}, {.5, .5, 1, .5}}, "┤": {{.5, 0, .5, 1}, {0, .5, .5, .5}},
	"┌": {{.5, .5, 1, .5}, {.5, .5, .5, 1}}, "┐": {{0, .5, .5, .5}, {.5, .5, .5, 1}},
	"└": {{.5, .5, 1, .5}, {.5, 0, .5, .5}}, "┘": {{0, .5, .5, .5}, {.5, 0, .5, .5}},
	"╭": {{.5, .5, 1, .5}, {.5, .5, .5, 1}}, "╮": {{0, .5, .5, .5}, {.5, .5, .5, 1}},
	"╰": {{.5, .5, 1, .5}, {.5, 0, .5, .5}}, "╯": {{0, .5, .5, .5}, {.5, 0, .5, .5}},
}

// eighths are the blocks from the left, by how many eighths of a cell they fill.
var eighths = map[string]float64{"█": 8, "▉": 7, "▊": 6, "▋": 5, "▌": 4, "▍": 3, "▎": 2, "▏": 1}

func (p piece) draw(say func(string, ...any), top float64) {
	fg, bg := named(p.style.Foreground, foreground), named(p.style.Background, "")
	if p.style.Reverse {
		fg, bg = orElse(bg, ground), fg
	}
	x, w := float64(p.x)*cellWidth, float64(p.cells)*cellWidth
	if bg != "" {
		say(`<rect x="%.1f" y="%.1f" width="%.1f" height="%g" fill="%s" shape-rendering="crispEdges"/>`, x, top, w, cellHeight, bg)
	}
	if strings.TrimSpace(p.text) == "" {
		return
	}
	look := fmt.Sprintf(`"%s"`, fg)
	if p.style.Faint {
		look += ` opacity="0.62"`
	}
	if p.drawn {
		say("%s", p.path(top, look))
		return
	}
	if p.style.Bold {
		look += ` font-weight="bold"`
	}
	if p.style.Italic {
		look += ` font-style="italic"`
	}
	if p.style.Underline {
		look += ` text-decoration="underline"`
	}
	length := ""
	if ascii(p.text) { // a sign that another font may have isn't stretched
		length = fmt.Sprintf(` textLength="%.1f"`, w)
	}
	say(`<text x="%.1f" y="%.1f"%s fill=%s>%s</text>`, x, top+baseline, length, look, escaped(p.text))
}

// path is a piece that is drawn.
func (p piece) path(top float64, look string) string {
	x, y, w := float64(p.x)*cellWidth, top, float64(p.cells)*cellWidth
	if n := eighths[p.text]; n > 0 {
		return fmt.Sprintf(`<rect x="%.1f" y="%.1f" width="%.1f" height="%g" fill=%s/>`, x, y, w*n/8, cellHeight, look)
	}
	lines, sign := "", p.text
	if strings.HasPrefix(sign, across) { // of which there may be many
		sign = across
	}
	for _, s := range strokes[sign] {
		lines += fmt.Sprintf("M%.1f %.1fL%.1f %.1f", x+s[0]*w, y+s[1]*cellHeight, x+s[2]*w, y+s[3]*cellHeight)
	}
	return fmt.Sprintf(`<path d="%s" stroke=%s/>`, lines, look)
}

// named is a colour of the terminal as CSS has it, or other for the terminal's own.
func named(c color.Color, other string) string {
	switch c := c.(type) {
	case nil:
		return other
	case ansi.BasicColor:
		return basic[c&15]
	case ansi.IndexedColor:
		if c < 16 {
			return basic[c]
		}
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// escaped is text as XML has it.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return strings.ReplaceAll(b.String(), "&#xA;", "\n")
}
