package tui

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

const bodyLimit = 500 // lines of a body that the screen shows

// The tabs of the detail.
const (
	requestTab = iota
	responseTab
	signatureTab
	tabCount
)

// tabName is what a tab is called.
func tabName(tab int) string {
	return [tabCount]string{"Request", "Response", "Signature"}[tab]
}

// A page is one delivery made ready to be read. All of its text is clean.
type page struct {
	id    string
	tabs  [tabCount][]line
	stale bool // the delivery changed since
}

// pageOf is the page of d, with explanation as the text of its signature tab.
func pageOf(t theme, zone *time.Location, d *inspect.Delivery, explanation string) page {
	p := page{id: d.ID}
	p.tabs[requestTab] = requestLines(t, zone, d)
	p.tabs[responseTab] = responseLines(t, zone, d.Attempts)
	if explanation == "" {
		explanation = verdictWords(d.Signature)
	}
	for _, text := range inspect.PrintableLines(explanation) {
		p.tabs[signatureTab] = append(p.tabs[signatureTab], indentedLine(t.clean(text)))
	}
	return p
}

// failedPage says why there is no page of the delivery with that id.
func failedPage(t theme, id string, err error) page {
	p := page{id: id}
	why := []line{
		{text: t.clean("load " + inspect.ShortID(id) + ": " + err.Error()), look: bad},
		{text: "enter tries again", look: faint},
	}
	for tab := range p.tabs {
		p.tabs[tab] = why
	}
	return p
}

// verdictWords is the little that a result says without an explanation.
func verdictWords(r signature.Result) string {
	if r.Verdict == "" {
		return "The signature was not judged."
	}
	return fmt.Sprintf("%s: %s", r.Verdict, strings.ReplaceAll(string(r.Reason), "_", " "))
}

func requestLines(t theme, zone *time.Location, d *inspect.Delivery) []line {
	lines := []line{
		{text: t.clean(d.Method + " " + maskedURL(d.URL)), look: strong, hang: 2},
		{text: t.clean(originOf(d, zone)), look: faint, hang: 2},
		{},
	}
	lines = append(lines, headerLines(t, d.Header, signature.Lookup(d.Provider))...)
	return append(lines, captureLines(t, d.Header, d.Body)...)
}

// maskedURL is a URL without what in it grants access.
func maskedURL(s string) string {
	masked, _ := inspect.MaskURL(s)
	return masked
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
	if d.ReplayOf != "" {
		parts = append(parts, "replay of "+inspect.ShortID(d.ReplayOf))
	}
	if d.RedeliveryOf != "" {
		parts = append(parts, "redelivery of "+inspect.ShortID(d.RedeliveryOf))
	}
	return strings.Join(parts, " · ")
}

func responseLines(t theme, zone *time.Location, attempts []inspect.Attempt) []line {
	if len(attempts) == 0 {
		return []line{{text: "not handed to the app yet", look: faint}}
	}
	var lines []line
	for i, a := range attempts {
		if i > 0 {
			lines = append(lines, line{})
		}
		lines = append(lines, attemptLines(t, zone, a)...)
	}
	return lines
}

func attemptLines(t theme, zone *time.Location, a inspect.Attempt) []line {
	summary := inspect.Summary{Outcome: a.Outcome}
	words := string(a.Outcome)
	if a.Response != nil {
		summary.Status = a.Response.Status
		words = strings.TrimSpace(fmt.Sprint(a.Response.Status, " ", http.StatusText(a.Response.Status)))
		if a.Outcome != inspect.OutcomeAnswered && a.Outcome != inspect.OutcomePending {
			words += ", then " + string(a.Outcome)
		}
	}
	if words == "" {
		words = "under way"
	}
	_, resultLook := resultOf(summary)
	lines := []line{
		{text: t.clean(words + " in " + took(a.Stages.Total)), look: resultLook, hang: 2},
		{text: t.clean(fmt.Sprintf("attempt %d · %s · %s", a.Number, a.Started.In(zone).Format("15:04:05.000"), maskedURL(a.Target))),
			look: faint, hang: 2},
		{text: fmt.Sprintf("connect %s · wait %s", took(a.Stages.Connect), took(a.Stages.Wait)), look: faint, hang: 2},
	}
	if a.Err != "" {
		masked, _ := inspect.MaskText(a.Err)
		lines = append(lines, line{text: t.clean(masked), look: bad, hang: 2})
	}
	if a.Response == nil {
		return lines
	}
	lines = append(lines, line{})
	lines = append(lines, headerLines(t, a.Response.Header, nil)...)
	return append(lines, captureLines(t, a.Response.Header, a.Response.Body)...)
}

// headerLines are the fields of h by name, all values in their order and masked, and an empty line behind them. The provider
// is the sender's, nil if it is unknown and for an answer.
func headerLines(t theme, h http.Header, p *signature.Provider) []line {
	var lines []line
	h, _ = inspect.MaskHeader(h, p)
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			lines = append(lines, line{label: t.clean(name) + ": ", text: t.clean(value), hang: 4})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return append(lines, line{})
}

// captureLines are a body, masked, and how much of it there is.
func captureLines(t theme, h http.Header, c inspect.Capture) []line {
	size := humanize.Comma(c.Size) + " bytes"
	if c.Size == 1 {
		size = "1 byte"
	}
	if !c.Complete {
		size += ", of which " + humanize.Comma(int64(len(c.Bytes))) + " were kept"
	}
	lines := []line{{text: size, look: faint}}
	for _, text := range inspect.Render(h, c, true).First(bodyLimit) {
		lines = append(lines, indentedLine(t.clean(text.String())))
	}
	return lines
}
