// Package diff compares deliveries, answers, header fields and bodies by what they mean, not by how they are written: the
// order of keys, white space and the spelling of numbers make no difference, nor does an element that was put in front of
// all others change those.
//
// What differs whenever an event is fired again (ids, times, signatures) is found too and marked as volatile, with the
// reason, so that whoever shows a comparison can fold it. The package does no I/O, and its work is bounded whatever it is
// given; where it fell back to something simpler a note says so.
package diff

// A Kind says what happened to a value.
type Kind string

// The kinds of changes.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
	Moved   Kind = "moved" // the same element at another place of its array; Before and After are its indexes
)

// The reasons for which a value is volatile.
const (
	WhyID        = "id"
	WhyTime      = "time"
	WhySignature = "signature" // signatures, nonces and tokens
	WhyTransport = "transport" // what the way there adds: lengths, dates, traces
)

// A Change is one difference.
type Change struct {
	Path     string // of a body: data.items.0.price, as --set takes it; "" is all of it. Of a header: the field's name
	Kind     Kind
	Before   string // as JSON; empty for what was added
	After    string // as JSON; empty for what was removed
	Volatile bool   // it differs between any two firings of the event
	Why      string // why it is volatile
	Secret   bool   // it grants access: not to be shown unless asked for
}

// A Result is the comparison of two bodies.
type Result struct {
	Changes []Change
	Notes   []string // what is worth knowing of how they were compared; may hold what came from outside
}

// A Section is one part of a comparison.
type Section struct {
	Name string // "request", "status", "headers" or "body"
	Result
}

// A Report is the comparison of two deliveries or two answers.
type Report struct {
	Sections []Section // those that have changes or notes
}

// Same says whether nothing differs: nothing at all, or nothing that is not volatile.
func (r Report) Same(all bool) bool {
	for _, s := range r.Sections {
		for _, c := range s.Changes {
			if all || !c.Volatile {
				return false
			}
		}
	}
	return true
}

// Folded is the volatile changes, in their order.
func (r Report) Folded() []Change {
	var folded []Change
	for _, s := range r.Sections {
		for _, c := range s.Changes {
			if c.Volatile {
				folded = append(folded, c)
			}
		}
	}
	return folded
}

// Count is how many changes there are that are not volatile.
func (r Report) Count() int {
	n := 0
	for _, s := range r.Sections {
		n += len(s.Changes)
	}
	return n - len(r.Folded())
}

// add appends a section unless there is nothing to say in it.
func (r *Report) add(name string, res Result) {
	if len(res.Changes)+len(res.Notes) > 0 {
		r.Sections = append(r.Sections, Section{name, res})
	}
}
