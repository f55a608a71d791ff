package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A page is one delivery made ready to be read, and how far it was read. What it holds of the outside is printable.
type page struct {
	id         string
	delivery   *inspect.Delivery // nil if it could not be loaded
	err        error             // why
	zone       *time.Location
	request    *body
	response   *body // nil if the app gave no answer
	explained  *sheet
	comparison *comparison
	stale      bool // the delivery changed since
	at         [tabCount]position
}

// pageOf is the page of d. Of long bodies it has the beginning; see grow.
func pageOf(zone *time.Location, d *inspect.Delivery) *page {
	p := &page{id: d.ID, delivery: d, zone: zone, request: newBody(d.Header, d.Body, false)}
	if a := d.Last(); a != nil && a.Response != nil {
		p.response = newBody(a.Response.Header, a.Response.Body, false)
	}
	return p
}

// failedPage says why there is no page of the delivery with that id.
func failedPage(id string, err error) *page { return &page{id: id, err: err} }

// explain takes the text of the signature tab.
func (p *page) explain(explanation string) {
	if explanation == "" {
		explanation = verdictWords(p.delivery.Signature)
	}
	p.explained = new(sheet)
	for i, text := range inspect.PrintableLines(explanation) {
		l := plain
		if i == 0 {
			_, l = verdictSign(p.delivery.Signature.Verdict)
		}
		p.explained.add(indented(l, text))
	}
}

// verdictWords is the little that a result says without an explanation.
func verdictWords(r signature.Result) string {
	if r.Verdict == "" {
		return "The signature was not judged."
	}
	return fmt.Sprintf("%s: %s", r.Verdict, strings.ReplaceAll(string(r.Reason), "_", " "))
}

// take keeps of an older page of the same delivery what was done with it.
func (p *page) take(old *page) {
	p.at = old.at
	if p.delivery == nil || old.delivery == nil {
		return
	}
	if p.request.same(old.request) {
		p.request = old.request
	}
	if p.response.same(old.response) {
		p.response = old.response
	}
}

// body is the body that a tab shows; nil if it shows none.
func (p *page) body(tab int) *body {
	switch {
	case p.delivery == nil:
		return nil
	case tab == requestTab, tab == bodyTab:
		return p.request
	case tab == responseTab:
		return p.response
	}
	return nil
}

// texts are what a tab shows in w cells.
func (p *page) texts(t theme, tab int, f form, w int) []text {
	if p.delivery == nil {
		return []text{p.failure()}
	}
	var all []text
	switch tab {
	case requestTab:
		all = append(all, requestHead(p.zone, p.delivery))
	case responseTab:
		all = append(all, responseHead(p.zone, p.delivery))
	case headersTab:
		all = append(all, headersSheet(p.delivery))
	case signatureTab:
		if p.explained == nil {
			return []text{sheetOf(words(faint, "looking at the signature…"))}
		}
		all = append(all, p.explained)
	case timingTab:
		all = append(all, timingSheet(p.zone, p.delivery, w))
	case attemptsTab:
		all = append(all, attemptsSheet(p.zone, p.delivery))
	case diffTab:
		all = append(all, p.comparison.sheet(p.zone, w, t.signs != nil))
	}
	if b := p.body(tab); b != nil {
		all = append(all, b.texts(f, w)...)
	}
	return all
}

// failure says why there is nothing to read.
func (p *page) failure() *sheet {
	return sheetOf(words(bad, "load "+inspect.ShortID(p.id)+": "+p.err.Error()), words(faint, "enter tries again"))
}

// size is about how many bytes the page keeps.
func (p *page) size() int {
	if p.delivery == nil {
		return 0
	}
	return p.request.bytes() + p.response.bytes()
}

// sheetOf is a sheet with these lines.
func sheetOf(lines ...rich) *sheet {
	s := new(sheet)
	s.addAll(lines...)
	return s
}

// originOf is from where and when d came, and what it repeats.
func originOf(d *inspect.Delivery, zone *time.Location) string {
	parts := []string{d.ReceivedAt.In(zone).Format("2006-01-02 15:04:05.000")}
	if d.Proto != "" {
		parts = append(parts, d.Proto)
	}
	if d.Remote != "" {
		parts = append(parts, "from "+d.Remote)
	}
	if late := inspect.LateWords(d.Late()); late != "" {
		parts = append(parts, late)
	}
	return strings.Join(slices.Concat(parts, repeats(d)), " · ")
}

// repeats says what d repeats.
func repeats(d *inspect.Delivery) []string {
	var all []string
	if d.ReplayOf != "" {
		all = append(all, "⟲ replay of "+inspect.ShortID(d.ReplayOf))
	}
	if d.RedeliveryOf != "" {
		all = append(all, "↻ redelivery of "+inspect.ShortID(d.RedeliveryOf))
	}
	if d.Change != "" {
		all = append(all, "✎ "+d.Change)
	}
	return all
}

// maskedURL is a URL without what in it grants access.
func maskedURL(s string) string {
	masked, _ := inspect.MaskURL(s)
	return masked
}

// maskedText is a text without what looks like a secret.
func maskedText(s string) string {
	masked, _ := inspect.MaskText(s)
	return masked
}
