package filter

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

var (
	typeBool     = reflect.TypeFor[bool]()
	typeTime     = reflect.TypeFor[time.Time]()
	typeDuration = reflect.TypeFor[time.Duration]()
)

// kindOf is the kind of what a checked tree gives; empty if only a delivery can tell.
func kindOf(n ast.Node) string {
	if n.Nature().Nil {
		return ""
	}
	return kindOfType(n.Type())
}

func kindOfType(t reflect.Type) string {
	switch {
	case t == typeTime:
		return kindTime
	case t == typeDuration:
		return kindDuration
	}
	switch t.Kind() {
	case reflect.Bool:
		return kindBool
	case reflect.String:
		return kindText
	case reflect.Int, reflect.Float64, reflect.Float32, reflect.Int64:
		return kindNumber
	case reflect.Slice, reflect.Array:
		return kindList
	case reflect.Map:
		return kindObject
	}
	return ""
}

// refuse says what of expr's language is none of this one.
func refuse(expression string, root ast.Node) error {
	var err *Error
	no := func(n ast.Node, message, next string) {
		if err == nil {
			err = errorAt(expression, n.Location(), message, next)
		}
	}
	ast.Walk(&root, visitor(func(n *ast.Node) {
		switch n := (*n).(type) {
		case *ast.SequenceNode:
			no(n, "there are several expressions", "join them with && or ||")
		case *ast.MapNode, *ast.BytesNode:
			no(n, "objects and bytes can't be written here", "")
		case *ast.PointerNode:
			if n.Name != "" && n.Name != "index" {
				no(n, "there is no #"+clip(n.Name), "# is the element, #index its number")
			}
		case *ast.IdentifierNode:
			if n.Value == "$env" {
				no(n, "there is no field $env", seeFields)
			}
		case *ast.CallNode:
			callee, ok := n.Callee.(*ast.IdentifierNode)
			switch {
			case !ok:
				no(n, "fields have no functions", "functions stand in front, as in lower(event)")
			case !slices.Contains(functions, callee.Value):
				no(n, "there is no function "+clip(callee.Value), didYouMean(callee.Value, slices.Concat(functions, loops), "docs/finding.md lists the functions"))
			}
		case *ast.BinaryNode:
			switch n.Operator {
			case "matches":
				if pattern, ok := n.Right.(*ast.StringNode); !ok {
					no(n.Right, "a pattern must be written out", `as in path matches "^/v[12]/"`)
				} else if _, bad := regexp.Compile(pattern.Value); bad != nil {
					no(n.Right, strings.Replace(bad.Error(), "error parsing regexp: ", "the pattern has a fault: ", 1), "its language is https://golang.org/s/re2syntax")
				}
			case "..":
				no(n, "there are no ranges here", "compare with both ends, as in status >= 500 && status <= 504")
			}
		}
	}))
	if err != nil {
		return err
	}
	return nil
}

// readTimes makes times and durations of the texts that stand beside a time or a duration.
func readTimes(expression string, root ast.Node) error {
	var err *Error
	read := func(side *ast.Node, other ast.Node, operator string) {
		s, ok := (*side).(*ast.StringNode)
		if !ok || err != nil {
			return
		}
		kind := kindOf(other)
		if kind == kindTime && (operator == "+" || operator == "-") {
			kind = kindDuration
		}
		switch kind {
		case kindTime:
			t, ok := timeFrom(s.Value)
			if !ok {
				next := `a time is like "2026-11-20", "2026-11-20 14:00" or "2026-11-20T14:00:00Z"`
				if _, ok := durationFrom(s.Value); ok {
					next = `how long ago it came is age < "` + s.Value + `"; ` + next
				}
				err = errorAt(expression, s.Location(), "\""+clip(s.Value)+"\" is no time", next)
				return
			}
			*side = constant(s, t)
		case kindDuration:
			d, ok := durationFrom(s.Value)
			if !ok {
				err = errorAt(expression, s.Location(), "\""+clip(s.Value)+"\" is no duration", `a duration is like "90s", "15m", "2h" or "3d"`)
				return
			}
			*side = constant(s, d)
		}
	}
	ast.Walk(&root, visitor(func(n *ast.Node) {
		b, ok := (*n).(*ast.BinaryNode)
		if !ok || !slices.Contains([]string{"==", "!=", "<", "<=", ">", ">=", "+", "-"}, b.Operator) {
			return
		}
		read(&b.Left, b.Right, b.Operator)
		read(&b.Right, b.Left, b.Operator)
	}))
	if err != nil {
		return err
	}
	return nil
}

// constant is a value in the place of a text, of the value's type.
func constant(s *ast.StringNode, v any) ast.Node {
	n := &ast.ConstantNode{Value: v}
	n.SetLocation(s.Location())
	n.SetType(reflect.TypeOf(v))
	return n
}
