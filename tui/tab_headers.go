package tui

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// headersSheet is all fields of the request and of the answer. A header is kept without its order, so it is by name; the
// values of a field are in theirs.
func headersSheet(d *inspect.Delivery) *sheet {
	s := sheetOf(words(strong, "Request"))
	s.addAll(fields(d.Header, signature.Lookup(d.Provider), nil)...)
	s.addAll(rich{}, words(strong, "Response"))
	if a := d.Last(); a != nil && a.Response != nil {
		s.addAll(fields(a.Response.Header, nil, nil)...)
	} else {
		s.add(words(faint, "the app gave none"))
	}
	return s
}

// fields are those of h that are wanted, all if nobody says, by name, masked. The provider is the sender's, nil if it is
// unknown and for an answer.
func fields(h http.Header, p *signature.Provider, wanted func(name string) bool) []rich {
	var all []rich
	h, _ = inspect.MaskHeader(h, p)
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if wanted != nil && !wanted(name) {
			continue
		}
		for _, value := range h[name] {
			all = append(all, field(name+": ", value, plain))
		}
	}
	return all
}

// mainFields are the fields that tell most, and how many others there are.
func mainFields(h http.Header, p *signature.Provider) []rich {
	const few = 6 // fields that are all shown
	all := 0
	for _, values := range h {
		all += len(values)
	}
	if all <= few {
		return fields(h, p, nil)
	}
	signed := p.Headers()
	main := fields(h, p, func(name string) bool { return slices.Contains(signed, name) || isMain(name) })
	if more := all - len(main); more > 0 {
		main = append(main, words(faint, fmt.Sprintf("%d more: 3 shows all header fields", more)))
	}
	return main
}

// isMain says whether a field tells what a request is.
func isMain(name string) bool {
	switch name {
	case "Content-Type", "Content-Encoding", "User-Agent", "Authorization":
		return true
	}
	for _, part := range []string{"Event", "Topic", "Delivery", "Webhook-Id", "Idempotency"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
