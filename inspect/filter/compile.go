package filter

import (
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// language is what an expression may speak of and call.
func language() *conf.Config {
	record := make(types.Map)
	for _, f := range fields {
		if f.of != nil {
			record[f.Name] = f.nature
		}
	}
	c := conf.New(record)
	c.MaxNodes = maxNodes
	for _, f := range builtin.Builtins {
		if !slices.Contains(loops, f.Name) && !slices.Contains(functions, f.Name) {
			c.Disabled[f.Name] = true
			delete(c.Builtins, f.Name)
		}
	}
	// What hook has another way for takes more than expr's own.
	for name, shape := range map[string]any{
		"len": new(func(any) int), "date": new(func(any, ...string) time.Time), "fromJSON": new(func(string) any), "keys": new(func(any) []any),
		"first": new(func(any) any), "last": new(func(any) any),
	} {
		c.Functions[name] = &builtin.Function{Name: name, Func: safe[name].Func, Types: []reflect.Type{reflect.TypeOf(shape).Elem()}}
	}
	return c
}

// parse is the tree of an expression that was checked.
func parse(expression string) (ast.Node, error) {
	if len(expression) > maxExpression {
		return nil, &Error{Message: "it is too long", Next: "8 KiB is the most", Expression: clip(expression)}
	}
	c := language()
	tree, err := parser.ParseWithConfig(expression, c)
	if err != nil {
		return nil, explain(expression, nil, err)
	}
	if err := refuse(expression, tree.Node); err != nil {
		return nil, err
	}
	// Texts that stand beside a time are known for times once the types are.
	_, _ = checker.Check(tree, c)
	if err := readTimes(expression, tree.Node); err != nil {
		return nil, err
	}
	if _, err := checker.Check(tree, c); err != nil {
		return nil, explain(expression, tree.Node, err)
	}
	return tree.Node, nil
}

// A program is a compiled part of an expression.
type program struct {
	code   *vm.Program
	fields []*Field
	idle   sync.Pool
}

// A run is what a program needs while it runs.
type run struct {
	vm     vm.VM
	env    map[string]any
	budget budget
}

// compile makes a program of a tree that was rewritten.
func compile(expression string, root ast.Node) (*program, error) {
	c := conf.New(map[string]any{})
	c.Strict = false // all types are found out as it runs
	for name, f := range operators {
		c.Functions[name] = f
	}
	for name, f := range safe {
		c.Functions[name] = f
	}
	tree := &parser.Tree{Node: root, Source: file.NewSource(expression)}
	if _, err := checker.Check(tree, c); err != nil {
		return nil, explain(expression, root, err)
	}
	code, err := compiler.Compile(tree, c)
	if err != nil {
		return nil, explain(expression, root, err)
	}
	p := &program{code: code, fields: fieldsIn(root)}
	p.idle.New = func() any {
		r := &run{env: make(map[string]any, len(p.fields)+1)}
		r.vm.MemoryBudget = maxMemory
		r.env["$budget"] = &r.budget
		return r
	}
	return p, nil
}

// fieldsIn are the fields that a tree speaks of.
func fieldsIn(root ast.Node) []*Field {
	var all []*Field
	ast.Walk(&root, visitor(func(n *ast.Node) {
		if name, ok := (*n).(*ast.IdentifierNode); ok {
			if f := fieldNamed(name.Value); f != nil && !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}))
	return all
}

// run is what the program gives for a record, or nil if it went too far.
func (p *program) run(record *Record) any {
	r := p.idle.Get().(*run)
	for _, f := range p.fields {
		r.env[f.Name] = f.of(record)
	}
	r.budget.left = maxSteps
	result, err := r.vm.Run(p.code, r.env)
	for _, f := range p.fields {
		r.env[f.Name] = nil
	}
	p.idle.Put(r)
	if err != nil {
		return nil
	}
	return result
}

// A visitor is a function as ast.Visitor.
type visitor func(*ast.Node)

func (v visitor) Visit(n *ast.Node) { v(n) }
