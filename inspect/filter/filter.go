// Package filter selects deliveries by expressions, as in `status >= 400 && body.data.object.amount > 1000`.
package filter

import (
	"errors"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A Filter is a checked expression. It is safe for concurrent use.
type Filter struct{}

// Compile checks an expression.
func Compile(expression string) (*Filter, error) { return nil, errors.New("filters aren't there yet") }

// Whole says whether the expression speaks of more than a summary has: of a header, a body, a response.
func (f *Filter) Whole() bool { return true }

// MatchSummary says whether a delivery with that summary may match. If not Whole, it says whether it does.
func (f *Filter) MatchSummary(s inspect.Summary) bool { return true }

// Match says whether a delivery matches.
func (f *Filter) Match(d *inspect.Delivery) bool { return true }
