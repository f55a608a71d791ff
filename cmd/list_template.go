package cmd

import (
	"fmt"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/seed-4575fdc3/hook/inspect/filter"
)

// A listFormat is a checked template of --format: text/template over the fields of package filter. It is rewritten so that
// whatever is missing is empty, at any depth, and that what comes from outside is shown and never acted on.
type listFormat struct {
	template *template.Template
	whole    bool // it speaks of more than a summary has
}

const templateName = "format"

func parseListFormat(text string) (*listFormat, error) {
	if text == "" {
		return nil, fail(exitUsage, "as in '{{.id}} {{.status}}'; docs/finding.md has more", "--format is empty")
	}
	t, err := template.New(templateName).Funcs(formatFuncs).Parse(text)
	if err != nil {
		return nil, fail(exitUsage, "as in '{{.id}} {{.status}}'; docs/finding.md has more", "--format: %w", templateError(err))
	}
	f := &listFormat{template: t}
	if t.Tree == nil {
		return f, nil
	}
	for _, each := range t.Templates() {
		if err := f.list(each.Root, each.Name() == templateName); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// list rewrites the nodes of a list. record says whether the dot is the record there.
func (f *listFormat) list(l *parse.ListNode, record bool) error {
	if l == nil {
		return nil
	}
	for _, n := range l.Nodes {
		var err error
		switch n := n.(type) {
		case *parse.TextNode:
			n.Text = []byte(escapes.Replace(string(n.Text)))
		case *parse.ActionNode:
			if err = f.pipe(n.Pipe, record); err == nil && len(n.Pipe.Decl) == 0 && !isLiteral(n.Pipe) {
				n.Pipe.Cmds = append(n.Pipe.Cmds, command("_show"))
			}
		case *parse.IfNode:
			err = f.branch(&n.BranchNode, record, record)
		case *parse.RangeNode:
			err = f.branch(&n.BranchNode, record, false)
		case *parse.WithNode:
			err = f.branch(&n.BranchNode, record, false)
		case *parse.TemplateNode:
			err = f.pipe(n.Pipe, record)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// escapes are what is written in a template for characters that are hard to give to a shell.
var escapes = strings.NewReplacer(`\t`, "\t", `\n`, "\n", `\\`, `\`)

// branch rewrites an if, range or with. within says whether the dot is still the record within it.
func (f *listFormat) branch(n *parse.BranchNode, record, within bool) error {
	if err := f.pipe(n.Pipe, record); err != nil {
		return err
	}
	if err := f.list(n.List, within); err != nil {
		return err
	}
	return f.list(n.ElseList, record)
}

func (f *listFormat) pipe(p *parse.PipeNode, record bool) error {
	if p == nil {
		return nil
	}
	for _, c := range p.Cmds {
		for i, a := range c.Args {
			rewritten, err := f.argument(a, record)
			if err != nil {
				return err
			}
			c.Args[i] = rewritten
		}
	}
	return nil
}

// argument makes (_get . "body" "id") of .body.id, and checks the first name of it.
func (f *listFormat) argument(n parse.Node, record bool) (parse.Node, error) {
	switch n := n.(type) {
	case *parse.PipeNode:
		return n, f.pipe(n, record)
	case *parse.DotNode:
		f.whole = f.whole || record // all of it, in JSON say
	case *parse.FieldNode:
		if record {
			if err := f.know(n.Ident); err != nil {
				return nil, err
			}
		}
		return get(&parse.DotNode{NodeType: parse.NodeDot}, n.Ident), nil
	case *parse.VariableNode:
		if n.Ident[0] != "$" && len(n.Ident) == 1 {
			return n, nil
		}
		if n.Ident[0] == "$" {
			if len(n.Ident) == 1 {
				f.whole = true
				return n, nil
			}
			if err := f.know(n.Ident[1:]); err != nil {
				return nil, err
			}
		}
		base := *n
		base.Ident = n.Ident[:1]
		return get(&base, n.Ident[1:]), nil
	case *parse.ChainNode:
		base, err := f.argument(n.Node, record)
		if err != nil {
			return nil, err
		}
		return get(base, n.Field), nil
	}
	return n, nil
}

// know wants a path to begin with a field of the record.
func (f *listFormat) know(path []string) error {
	for _, field := range filter.Fields() {
		if field.Name == path[0] {
			f.whole = f.whole || field.Whole
			return nil
		}
	}
	var names []string
	for _, field := range filter.Fields() {
		names = append(names, field.Name)
	}
	return fail(exitUsage, didYouMean(".", path[0], names, "docs/finding.md lists the fields; those of a JSON body are behind .body"),
		"--format: there is no field .%s", path[0])
}

func get(base parse.Node, path []string) parse.Node {
	arguments := []parse.Node{base}
	for _, name := range path {
		arguments = append(arguments, &parse.StringNode{NodeType: parse.NodeString, Quoted: fmt.Sprintf("%q", name), Text: name})
	}
	return &parse.PipeNode{NodeType: parse.NodePipe, Cmds: []*parse.CommandNode{command("_get", arguments...)}}
}

func command(function string, arguments ...parse.Node) *parse.CommandNode {
	return &parse.CommandNode{NodeType: parse.NodeCommand, Args: slices.Insert(arguments, 0, parse.Node(parse.NewIdentifier(function)))}
}

// isLiteral says whether a pipe is a text that the template has itself.
func isLiteral(p *parse.PipeNode) bool {
	if len(p.Cmds) != 1 || len(p.Cmds[0].Args) != 1 {
		return false
	}
	_, ok := p.Cmds[0].Args[0].(*parse.StringNode)
	return ok
}
