package filter

import (
	"time"

	"github.com/expr-lang/expr/ast"
)

// Bounds are what all that matches is known to have: a database can look for that by an index. Every field narrows; an
// empty one does not. Names may end in "*", and statuses be classes, as those of history.Query.
type Bounds struct {
	IDs, Providers, Events, Verdicts, Statuses []string
	Since, Until                               time.Time // received at Since or later, and before Until
	Failed, NoReplays                          bool
}

// bounds are Bounds as the expression has them.
type bounds struct {
	Bounds
	minAge, maxAge *time.Duration
}

// Bounds are what the expression asks of what is indexed, at a time: it may speak of an age.
func (f *Filter) Bounds(now time.Time) Bounds {
	b := f.bounds.Bounds
	if f.bounds.maxAge != nil {
		b.since(now.Add(-*f.bounds.maxAge))
	}
	if f.bounds.minAge != nil {
		b.until(now.Add(-*f.bounds.minAge))
	}
	return b
}

func (b *Bounds) since(t time.Time) {
	if b.Since.IsZero() || t.After(b.Since) {
		b.Since = t
	}
}

// until keeps what came at t, too.
func (b *Bounds) until(t time.Time) {
	if t = t.Add(1); b.Until.IsZero() || t.Before(b.Until) {
		b.Until = t
	}
}

// narrow takes in one part of those that must all be true. What it does not understand does not narrow.
func (b *bounds) narrow(part ast.Node) {
	switch n := part.(type) {
	case *ast.IdentifierNode:
		b.Failed = b.Failed || n.Value == "failed"
	case *ast.UnaryNode:
		if name, ok := n.Node.(*ast.IdentifierNode); ok && n.Operator != "-" {
			b.NoReplays = b.NoReplays || name.Value == "replay"
		}
	case *ast.BinaryNode:
		if name, ok := n.Left.(*ast.IdentifierNode); ok {
			b.compare(name.Value, n.Operator, n.Right)
		} else if name, ok := n.Right.(*ast.IdentifierNode); ok && mirrored[n.Operator] != "" {
			b.compare(name.Value, mirrored[n.Operator], n.Left)
		}
	}
}

// mirrored is each comparison with its sides changed.
var mirrored = map[string]string{"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func (b *bounds) compare(name, operator string, with ast.Node) {
	switch n := with.(type) {
	case *ast.StringNode:
		if list := b.names(name); list != nil && len(*list) == 0 && n.Value != "" {
			switch {
			case operator == "==":
				*list = []string{n.Value}
			case operator == "startsWith" && name != "id" && name != "verdict":
				*list = []string{n.Value + "*"}
			}
		}
	case *ast.ArrayNode:
		if list := b.names(name); list != nil && len(*list) == 0 && operator == "in" {
			*list = textsIn(n)
		}
	case *ast.IntegerNode:
		if name == "status" && len(b.Statuses) == 0 {
			b.Statuses = classes(operator, n.Value)
		}
	case *ast.ConstantNode:
		switch v := n.Value.(type) {
		case time.Time:
			if name == "received" || name == "received_at" {
				b.time(operator, v)
			}
		case time.Duration:
			if name == "age" {
				b.age(operator, v)
			}
		}
	}
}

// names is the list that a field narrows, or nil.
func (b *bounds) names(field string) *[]string {
	switch field {
	case "id":
		return &b.IDs
	case "provider":
		return &b.Providers
	case "event":
		return &b.Events
	case "verdict":
		return &b.Verdicts
	}
	return nil
}

// textsIn is the texts of a list, or nil if anything else is in it.
func textsIn(n *ast.ArrayNode) []string {
	var all []string
	for _, e := range n.Nodes {
		s, ok := e.(*ast.StringNode)
		if !ok || s.Value == "" {
			return nil
		}
		all = append(all, s.Value)
	}
	return all
}

// classes are the classes of status that a comparison leaves, or the one status.
func classes(operator string, status int) []string {
	if status < 100 || status > 999 {
		return nil
	}
	first, last := 1, 9
	switch operator {
	case "==":
		return []string{string([]byte{'0' + byte(status/100), '0' + byte(status/10%10), '0' + byte(status%10)})}
	case ">", ">=":
		first = status / 100
	case "<", "<=":
		last = status / 100
	default:
		return nil
	}
	var all []string
	for class := first; class <= last; class++ {
		all = append(all, string([]byte{'0' + byte(class)})+"xx")
	}
	return all
}

func (b *bounds) time(operator string, t time.Time) {
	switch operator {
	case ">", ">=":
		b.since(t)
	case "<", "<=":
		b.until(t)
	case "==":
		b.since(t)
		b.until(t)
	}
}

func (b *bounds) age(operator string, d time.Duration) {
	switch operator {
	case "<", "<=":
		if b.maxAge == nil || d < *b.maxAge {
			b.maxAge = &d
		}
	case ">", ">=":
		if b.minAge == nil || d > *b.minAge {
			b.minAge = &d
		}
	}
}
