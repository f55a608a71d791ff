package tui

import (
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// requestHead is what came, up to its body.
func requestHead(zone *time.Location, d *inspect.Delivery) *sheet {
	line := words(strong, d.Method+" "+maskedURL(d.URL))
	origin := words(faint, originOf(d, zone))
	line.hang, origin.hang = 2, 2
	s := sheetOf(line, origin)
	if d.Masked {
		s.add(words(warn, "what looked like a secret was masked before it got here"))
	}
	s.add(rich{})
	if main := mainFields(d.Header, signature.Lookup(d.Provider)); len(main) > 0 {
		s.addAll(append(main, rich{})...)
	}
	return s
}
