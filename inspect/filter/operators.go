package filter

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/vm/runtime"
)

// The operators and functions that stand in an expression's tree in place of expr's own, which panic at what is missing or
// of another kind than they expect. Names with $ can't be written.
var operators = named(conf.FunctionsTable{
	"$member": function(func(a ...any) any { return member(a[0], a[1]) }, new(func(any, any) any)),
	"$path":   function(func(a ...any) any { return memberPath(a[0], a[1].([]string)) }, new(func(any, any) any)),
	"$slice":  function(func(a ...any) any { return slice(a[0], a[1], a[2]) }, new(func(any, any, any) any)),
	"$true":   function(func(a ...any) any { return truthOf(a[0]) }, new(func(any) bool)),
	"$list":   function(func(a ...any) any { return counted(a[0], a[1]) }, new(func(any, any) []any)),
	"$sum":    function(func(a ...any) any { return sum(a[0]) }, new(func(any) any)),
	"$negate": function(func(a ...any) any { return arithmetic(runtime.Subtract)(0, a[0]) }, new(func(any) any)),

	"==": predicate(equal),
	"!=": predicate(func(a, b any) bool { return !equal(a, b) }),
	"<":  predicate(func(a, b any) bool { c, ok := order(a, b); return ok && c < 0 }),
	"<=": predicate(func(a, b any) bool { c, ok := order(a, b); return ok && c <= 0 }),
	">":  predicate(func(a, b any) bool { c, ok := order(a, b); return ok && c > 0 }),
	">=": predicate(func(a, b any) bool { c, ok := order(a, b); return ok && c >= 0 }),

	"contains":   predicate(contains),
	"in":         predicate(func(a, b any) bool { return contains(b, a) }),
	"startsWith": predicate(func(a, b any) bool { return withTexts(a, b, strings.HasPrefix) }),
	"endsWith":   predicate(func(a, b any) bool { return withTexts(a, b, strings.HasSuffix) }),
	"matches": predicate(func(a, b any) bool {
		s, ok := textOf(a)
		return ok && b.(*regexp.Regexp).MatchString(s)
	}),

	"+":  value(arithmetic(runtime.Add)),
	"-":  value(arithmetic(runtime.Subtract)),
	"*":  value(arithmetic(runtime.Multiply)),
	"/":  value(arithmetic(func(a, b any) any { return runtime.Divide(a, b) })),
	"%":  value(arithmetic(func(a, b any) any { return runtime.Modulo(a, b) })),
	"**": value(arithmetic(func(a, b any) any { return runtime.Exponent(a, b) })),
	"^":  value(arithmetic(func(a, b any) any { return runtime.Exponent(a, b) })),
})

// named tells functions their names, by which they are told apart when they are compiled.
func named(all conf.FunctionsTable) conf.FunctionsTable {
	for name, f := range all {
		f.Name = name
	}
	return all
}

// function is a function of the shape of a pointer to one.
func function(f func(...any) any, shape any) *builtin.Function {
	return &builtin.Function{
		Func:  func(arguments ...any) (any, error) { return f(arguments...), nil },
		Types: []reflect.Type{reflect.TypeOf(shape).Elem()},
	}
}

func predicate(f func(a, b any) bool) *builtin.Function {
	return function(func(a ...any) any { return f(a[0], a[1]) }, new(func(any, any) bool))
}

func value(f func(a, b any) any) *builtin.Function {
	return function(func(a ...any) any { return f(a[0], a[1]) }, new(func(any, any) any))
}

// arithmetic is nil where f can't be done. Texts that are numbers count with numbers.
func arithmetic(f func(a, b any) any) func(a, b any) any {
	return func(a, b any) (result any) {
		if a == nil || b == nil {
			return nil
		}
		x, xText := a.(string)
		y, yText := b.(string)
		switch {
		case xText && yText && len(x)+len(y) > maxText:
			return nil
		case xText && !yText:
			a = numberIn(x)
		case yText && !xText:
			b = numberIn(y)
		}
		defer func() {
			if recover() != nil {
				result = nil
			}
		}()
		return f(a, b)
	}
}

func sum(list any) any {
	var total any = 0
	for _, e := range listOf(list) {
		if n, ok := e.(string); ok {
			e = numberIn(n)
		}
		if next := arithmetic(runtime.Add)(total, e); next != nil {
			total = next
		}
	}
	return total
}

// slice is a part of a list or a text.
func slice(v, from, to any) (part any) {
	if list := listOf(v); list != nil {
		v = list
	}
	if to == nil {
		to = runtime.Len(v)
	}
	return runtime.Slice(v, from, to)
}

// A budget is how many more elements of lists one match may look at.
type budget struct{ left int }

// counted is the elements of a list, which are paid for.
func counted(v, purse any) []any {
	list := listOf(v)
	b := purse.(*budget)
	if b.left -= len(list); b.left < 0 {
		panic("too many elements")
	}
	if list == nil {
		return []any{}
	}
	return list
}
