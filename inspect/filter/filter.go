// Package filter selects deliveries by expressions, as in `status >= 400 && body.data.object.amount > 1000`, and reads
// values out of them by the same words. Fields lists what an expression can speak of; docs/finding.md has the language.
//
// What a delivery does not have is nil, and whatever is asked of nil is false and no error: an expression that was
// compiled can be put to any delivery, whatever its sender made up.
package filter

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"github.com/seed-4575fdc3/hook/inspect"
)

const (
	maxExpression = 8 << 10 // bytes of an expression
	maxNodes      = 1000    // names, values and operators in it
	maxSteps      = 1 << 20 // elements of lists that one match looks at, over all any, all, filter and the like; beyond it does not match
	maxMemory     = 1 << 20 // elements of lists that one match makes
	maxText       = 1 << 20 // bytes of a text that one match makes
)

// A Filter is a checked expression. It is safe for concurrent use.
type Filter struct {
	light, whole *program // both must be true: what a summary is enough for, and the rest; nil if there is none
	bounds       bounds
}

// Compile checks an expression: its words, its fields and their types, and that it is true or false. Values in bodies have
// any type; alone they are true if they are there and not false. The error is an *Error, and says where.
func Compile(expression string) (*Filter, error) {
	root, err := parse(expression)
	if err != nil {
		return nil, err
	}
	if kind := kindOf(root); kind != "" && kind != kindBool && kind != kindObject {
		return nil, &Error{
			Message:    "it is " + article[kind] + ", and must be true or false",
			Next:       "compare it with something, as in " + exampleOf(kind),
			Expression: expression, Len: utf8.RuneCountInString(expression),
		}
	}
	f := &Filter{}
	var light, whole ast.Node
	for _, part := range conjuncts(root, nil) {
		f.bounds.narrow(part)
		group := &light
		if isWhole(part) {
			group = &whole
		}
		if part = asTruth(rewrite(part)); *group != nil {
			part = at(part, &ast.BinaryNode{Operator: "&&", Left: *group, Right: part})
		}
		*group = part
	}
	if f.light, err = compileSome(expression, light); err != nil {
		return nil, err
	}
	f.whole, err = compileSome(expression, whole)
	return f, err
}

// isWhole says whether a part speaks of more than a summary has.
func isWhole(part ast.Node) bool {
	return slices.ContainsFunc(fieldsIn(part), func(f *Field) bool { return f.Whole })
}

// compileSome is a program, or nil if there is nothing of which to make one.
func compileSome(expression string, n ast.Node) (*program, error) {
	if n == nil {
		return nil, nil
	}
	return compile(expression, n)
}

// conjuncts are the parts of an expression that must all be true.
func conjuncts(n ast.Node, all []ast.Node) []ast.Node {
	if b, ok := n.(*ast.BinaryNode); ok && (b.Operator == "&&" || b.Operator == "and") {
		return conjuncts(b.Right, conjuncts(b.Left, all))
	}
	return append(all, n)
}

// Whole says whether the expression speaks of more than a summary has: of a header, a body, a response.
func (f *Filter) Whole() bool { return f.whole != nil }

// Light says whether a summary can tell anything of the expression. If not, MatchSummary is true of all.
func (f *Filter) Light() bool { return f.light != nil }

// MatchSummary says whether a delivery with that summary may match. If not Whole, it says whether it does.
func (f *Filter) MatchSummary(s inspect.Summary) bool {
	if f.light == nil {
		return true
	}
	r := summaries.Get().(*Record)
	defer summaries.Put(r)
	r.sum = s
	return f.light.run(r) == true
}

// summaries are records of nothing but a summary, to be used again.
var summaries = sync.Pool{New: func() any { return new(Record) }}

// Match says whether a delivery matches. What takes too long does not: a million elements of lists, over all.
func (f *Filter) Match(d *inspect.Delivery) bool {
	r := RecordOf(d)
	return (f.light == nil || f.light.run(r) == true) && (f.whole == nil || f.whole.run(r) == true)
}

// A Value is a checked expression for a part of a delivery: `body.data.object.id`. It is safe for concurrent use.
type Value struct{ program *program }

// CompileValue checks an expression of any type. The error is an *Error, and says where.
func CompileValue(expression string) (*Value, error) {
	root, err := parse(expression)
	if err != nil {
		return nil, err
	}
	p, err := compile(expression, rewrite(root))
	if err != nil {
		return nil, err
	}
	return &Value{p}, nil
}

// Of is the part of a delivery: nil if it has none, bool, string, int, float64, time.Time, time.Duration, []any or
// map[string]any, of such. A header is a map from names to lists of texts whose Member is found in any case, and whose JSON has one
// text for each name.
func (v *Value) Of(d *inspect.Delivery) any { return plain(v.program.run(RecordOf(d))) }

// exampleOf is a comparison for each kind of value.
func exampleOf(kind string) string {
	switch kind {
	case kindNumber:
		return "status >= 400"
	case kindTime:
		return `received > "2026-11-20"`
	case kindDuration:
		return `age < "2h"`
	}
	return `event == "invoice.paid"`
}

// clip is what is shown of an expression's word.
func clip(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.ToValidUTF8(string([]rune(s)[:most]), "") + "…"
}
