package filter

import (
	"regexp"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// rewrite makes a checked tree into one that never fails: what expr would do itself, operators and functions of this
// package do, which give nil for what is missing.
func rewrite(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		return unary(n)
	case *ast.BinaryNode:
		return binary(n)
	case *ast.ChainNode:
		return rewrite(n.Node)
	case *ast.MemberNode:
		return memberNode(n)
	case *ast.SliceNode:
		var from, to ast.Node = at(n, &ast.IntegerNode{}), at(n, &ast.NilNode{})
		if n.From != nil {
			from = rewrite(n.From)
		}
		if n.To != nil {
			to = rewrite(n.To)
		}
		return call(n, "$slice", rewrite(n.Node), from, to)
	case *ast.CallNode:
		return call(n, n.Callee.(*ast.IdentifierNode).Value, rewriteAll(n.Arguments)...)
	case *ast.BuiltinNode:
		if slices.Contains(loops, n.Name) {
			return loop(n)
		}
		return call(n, n.Name, rewriteAll(n.Arguments)...)
	case *ast.ConditionalNode:
		return at(n, &ast.ConditionalNode{Ternary: n.Ternary, Cond: asTruth(rewrite(n.Cond)), Exp1: rewrite(n.Exp1), Exp2: rewrite(n.Exp2)})
	case *ast.VariableDeclaratorNode:
		return at(n, &ast.VariableDeclaratorNode{Name: n.Name, Value: rewrite(n.Value), Expr: rewrite(n.Expr)})
	case *ast.ArrayNode:
		return at(n, &ast.ArrayNode{Nodes: rewriteAll(n.Nodes)})
	}
	return n
}

func rewriteAll(all []ast.Node) []ast.Node {
	rewritten := make([]ast.Node, len(all))
	for i, n := range all {
		rewritten[i] = rewrite(n)
	}
	return rewritten
}

// at gives a node the place of another.
func at(place, n ast.Node) ast.Node {
	n.SetLocation(place.Location())
	return n
}

func call(place ast.Node, name string, arguments ...ast.Node) ast.Node {
	return at(place, &ast.CallNode{Callee: at(place, &ast.IdentifierNode{Value: name}), Arguments: arguments})
}

// asTruth is a node that is true or false, whatever n is.
func asTruth(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.BoolNode, *ast.UnaryNode:
		return n
	case *ast.BinaryNode: // what is left of them is && and ||
		if n.Operator != "??" {
			return n
		}
	case *ast.CallNode:
		if f := operators[n.Callee.(*ast.IdentifierNode).Value]; f != nil && f.Type().Out(0) == typeBool {
			return n
		}
	}
	return call(n, "$true", n)
}

func unary(n *ast.UnaryNode) ast.Node {
	operand := rewrite(n.Node)
	switch n.Operator {
	case "-":
		if _, ok := n.Node.(*ast.IntegerNode); ok {
			return n
		}
		return call(n, "$negate", operand)
	case "+":
		return operand
	}
	return at(n, &ast.UnaryNode{Operator: "!", Node: asTruth(operand)})
}

func binary(n *ast.BinaryNode) ast.Node {
	left, right := rewrite(n.Left), rewrite(n.Right)
	switch n.Operator {
	case "&&", "and", "||", "or":
		return at(n, &ast.BinaryNode{Operator: n.Operator, Left: asTruth(left), Right: asTruth(right)})
	case "??":
		return at(n, &ast.BinaryNode{Operator: n.Operator, Left: left, Right: right})
	case "matches":
		// refuse has seen that it is one.
		right = at(n.Right, &ast.ConstantNode{Value: regexp.MustCompile(n.Right.(*ast.StringNode).Value)})
	}
	return call(n, n.Operator, left, right)
}

// memberNode goes down a path of names in one step.
func memberNode(n *ast.MemberNode) ast.Node {
	var names []string
	base := ast.Node(n)
	for {
		if chain, ok := base.(*ast.ChainNode); ok {
			base = chain.Node
			continue
		}
		m, ok := base.(*ast.MemberNode)
		if !ok {
			break
		}
		name, ok := m.Property.(*ast.StringNode)
		if !ok {
			break
		}
		names = append(names, name.Value)
		base = m.Node
	}
	if len(names) == 0 {
		return call(n, "$member", rewrite(n.Node), rewrite(n.Property))
	}
	slices.Reverse(names)
	return call(n, "$path", rewrite(base), at(n, &ast.ConstantNode{Value: names}))
}

// loop is a function over a list: what is no list is an empty one.
func loop(n *ast.BuiltinNode) ast.Node {
	list := call(n, "$list", rewrite(n.Arguments[0]), at(n, &ast.IdentifierNode{Value: "$budget"}))
	var each ast.Node
	if len(n.Arguments) > 1 {
		each = rewrite(n.Arguments[1].(*ast.PredicateNode).Node)
	} else {
		each = at(n, &ast.PointerNode{})
	}
	name := n.Name
	if name == "sum" {
		name = "map"
	} else if name != "map" {
		each = asTruth(each)
	}
	done := at(n, &ast.BuiltinNode{Name: name, Arguments: []ast.Node{list, at(n, &ast.PredicateNode{Node: each})}, Throws: false})
	if n.Name == "sum" {
		return call(n, "$sum", done)
	}
	return done
}
