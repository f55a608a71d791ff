package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/internal/terminal"
)

// What differs from run to run.
var (
	roundTrip = regexp.MustCompile(`● connected \S+ [mµ]?s`)
	rate      = regexp.MustCompile(`\d+(\.\d+)?/s`)
	clock     = regexp.MustCompile(`\d\d:\d\d:\d\d`)
	listTime  = regexp.MustCompile(`^.. ?\d\d:\d\d:\d\d`)
	date      = regexp.MustCompile(`20\d\d-\d\d-\d\d`)
	id        = regexp.MustCompile(`\bd_[a-z2-7]{4,12}\b`)
	digest    = regexp.MustCompile(`(…|\b)[0-9a-f]{8,}`)                   // its beginning, or its end
	took      = regexp.MustCompile(`\b[1-5]\d\d +((<1|\d+) ms|\d+\.\d s)`) // of a busy machine, some are long
	age       = regexp.MustCompile(`\d s old`)
	secret    = regexp.MustCompile(`(whse[A-Za-z0-9_]*)…[A-Za-z0-9]{2}`)
	port      = regexp.MustCompile(`:\d{4,5}\b`)
)

// settle replaces what differs from run to run, cell by cell. The events came a moment apart from each other, each took
// some time, and the ids are those of the examples.
func settle(f terminal.Frame) {
	times := []string{"14:02:19", "14:02:17", "14:02:16", "14:02:14", "14:02:13", "14:02:12", "14:02:11"}
	tookMS := []int{4, 9, 12, 19, 31, 8, 23}
	newTimes := make(map[string]string)
	newIDs := others{fresh: []string{"4f2a6c3d5b7e", "9c2ek7m4q5xa", "b3377hq2wz5t", "e5f2n6r4c7ya"}}
	fills := others{fresh: []string{"5257a869e7ecebed5a71f6d1b0c94e38", "1c2f77b06e0d4a91c8e5f3a27b90d614"}}
	ends := others{fresh: []string{"91c07d5be108d8bd", "d40e6a2f90aa4c31"}}
	listed, timed := 0, 0
	for _, row := range f.Cells {
		shorten(row, roundTrip, "● connected 6 ms")
		replace(row, listTime, func(s string) string {
			old := s[len(s)-len(times[0]):]
			fresh := times[min(listed, len(times)-1)]
			listed++
			if newTimes[old] == "" {
				newTimes[old] = fresh
			}
			return strings.TrimSuffix(s, old) + fresh
		})
		replace(row, clock, func(s string) string {
			if slices.Contains(times, s) {
				return s
			}
			if fresh := newTimes[s]; fresh != "" {
				return fresh
			}
			return times[0]
		})
		replace(row, date, func(string) string { return "2026-03-14" })
		replace(row, id, func(s string) string {
			return "d_" + newIDs.of(s)[:len(s)-len("d_")]
		})
		replace(row, digest, func(s string) string {
			if end, ok := strings.CutPrefix(s, "…"); ok {
				fill := ends.of(end[len(end)-8:])
				return "…" + fill[len(fill)-min(len(end), len(fill)):]
			}
			fill := fills.of(s[:8])
			return strings.Repeat(fill, len(s)/len(fill)+1)[:len(s)]
		})
		replace(row, took, func(s string) string {
			n, room := strconv.Itoa(tookMS[timed%len(tookMS)]), len(s)-len("200 ms")
			timed++
			n = n[:min(len(n), room-1)]
			return s[:3] + strings.Repeat(" ", room-len(n)) + n + " ms"
		})
		replace(row, age, func(string) string { return "0 s old" })
		replace(row, secret, func(s string) string { return s[:strings.LastIndex(s, "…")] + "…Qf" })
		replace(row, port, func(s string) string {
			if len(s) == len(":4400") {
				return ":4400"
			}
			return ":53000"
		})
	}
}

// others are what stands for each of the texts that differ.
type others struct {
	fresh []string
	known map[string]string
}

// of is what stands for old, the same each time.
func (o *others) of(old string) string {
	if o.known == nil {
		o.known = make(map[string]string)
	}
	if o.known[old] == "" {
		o.known[old] = o.fresh[len(o.known)%len(o.fresh)]
	}
	return o.known[old]
}

// replace puts something as wide in the place of each match. The looks stay.
func replace(row []terminal.Cell, what *regexp.Regexp, by func(string) string) {
	text, starts := joined(row)
	for _, m := range what.FindAllStringIndex(text, -1) {
		at := slices.Index(starts, m[0])
		for i, r := range []rune(by(text[m[0]:m[1]])) {
			row[at+i].Text = string(r)
		}
	}
}

// shorten puts something narrower at the right end of the place of each match: its first sign looks as that of the match did, the
// rest as the match's end.
func shorten(row []terminal.Cell, what *regexp.Regexp, by string) {
	text, starts := joined(row)
	for _, m := range what.FindAllStringIndex(text, -1) {
		first, end := slices.Index(starts, m[0]), slices.Index(append(starts, len(text)), m[1])
		fresh := []rune(by)
		if end-first < len(fresh) {
			continue
		}
		sign, rest := row[first], row[end-1]
		for at := range row[first:end] {
			row[first+at] = terminal.Cell{Text: " ", Width: 1}
		}
		for i, r := range fresh {
			cell := rest
			if i == 0 {
				cell = sign
			}
			cell.Text = string(r)
			row[end-len(fresh)+i] = cell
		}
	}
}

// joined is the text of a row, and where each of its cells begins in it.
func joined(row []terminal.Cell) (text string, starts []int) {
	var b strings.Builder
	for _, c := range row {
		starts = append(starts, b.Len())
		b.WriteString(c.Text)
	}
	return b.String(), starts
}
