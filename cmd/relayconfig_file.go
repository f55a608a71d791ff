package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/spf13/pflag"
)

// What a file of settings may have: far more than all settings with their comments do.
const (
	maxRelayFile  = 64 << 10 // bytes
	maxRelayValue = 4 << 10  // bytes of a value
	maxRelayDepth = 100      // brackets that are open: the parser takes half a minute for as many as fit
)

// A fileSetting is a line of hook-relay.yaml.
type fileSetting struct {
	at    string // FILE:LINE:COLUMN
	value settingValue
}

// A relayFile is a hook-relay.yaml that is being read.
type relayFile struct {
	path     string
	flags    []string // what keys there are
	settings map[string]fileSetting
	lines    map[string]int // where each key is
	wrong    []error
}

// readRelayFile reads what the file says of the flags. All that is wrong with it is in the errors; what is right is there too.
func readRelayFile(path string, flags []*pflag.Flag) (map[string]fileSetting, []error) {
	text, err := readAtMost(path, maxRelayFile)
	if err != nil {
		return nil, []error{err}
	}
	return parseRelayFile(path, text, flags)
}

func readAtMost(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if at, owner := anothers(path); errors.Is(err, fs.ErrPermission) && at != "" {
		return nil, fail(exitUsage, at+" belongs to "+owner+": be that user, with "+asUser(owner)+"; or name another file with --config", "read the settings: %w", err)
	}
	if err != nil {
		return nil, fail(exitUsage, "`hook-relay config example` prints one to begin with", "read the settings: %w", err)
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, fail(exitUsage, "name a file that can be read", "read the settings: %w", err)
	}
	if int64(len(text)) > most {
		return nil, fail(exitUsage, "name the file with the settings", "%s: it is longer than %d KiB, which settings never are", path, most>>10)
	}
	return text, nil
}

// parseRelayFile is readRelayFile for a text.
func parseRelayFile(path string, text []byte, flags []*pflag.Flag) (map[string]fileSetting, []error) {
	r := &relayFile{path: path, settings: make(map[string]fileSetting), lines: make(map[string]int)}
	for _, f := range flags {
		r.flags = append(r.flags, f.Name)
	}
	text = bytes.ReplaceAll(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("\r\n"), []byte("\n")) // the parser counts some lines twice
	if line, words := unreadable(text); words != "" {
		r.fault(fmt.Sprintf("%s:%d", path, line), plainLines, "%s", words)
		return r.settings, r.wrong
	}
	file, err := parseYAML(text)
	if err != nil {
		r.syntax(err)
		return r.settings, r.wrong
	}
	documents := 0
	for _, document := range file.Docs {
		if document.Body == nil {
			continue // nothing but comments
		}
		if documents++; documents > 1 {
			r.fault(r.place(document.Body), "take the line --- out", "this is a second YAML document")
			break
		}
		r.document(document.Body)
	}
	return r.settings, r.wrong
}

// parseYAML is the parser's answer; a panic of it is an error.
func parseYAML(text []byte) (file *ast.File, err error) {
	defer func() {
		if recover() != nil {
			file, err = nil, errors.New("this can't be read as YAML")
		}
	}()
	return parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey()) // which the caller finds with better words
}

// unreadable finds what need not be given to the parser.
func unreadable(text []byte) (line int, why string) {
	depth := 0
	for one := range bytes.SplitSeq(text, []byte("\n")) {
		line++
		if !utf8.Valid(one) || bytes.IndexByte(one, 0) >= 0 {
			return line, "this is no UTF-8 text"
		}
		if bytes.HasPrefix(bytes.TrimSpace(one), []byte("#")) {
			continue
		}
		depth += bytes.Count(one, []byte("[")) + bytes.Count(one, []byte("{")) - bytes.Count(one, []byte("]")) - bytes.Count(one, []byte("}"))
		if depth > maxRelayDepth {
			return line, "more brackets are open than settings need"
		}
	}
	return 0, ""
}

const plainLines = "each line is NAME: VALUE, with spaces and no tabs; a value that begins with one of *&!|>%@[{\"' or a backquote goes in 'quotes'"

// fault notes what is wrong at a place.
func (r *relayFile) fault(at, next, format string, args ...any) {
	r.wrong = append(r.wrong, fail(exitUsage, next, "%s: %s", at, fmt.Sprintf(format, args...)))
}

// place is FILE:LINE:COLUMN of where a node begins.
func (r *relayFile) place(node ast.Node) string {
	if t := node.GetToken(); t != nil && t.Position != nil {
		return fmt.Sprintf("%s:%d:%d", r.path, t.Position.Line, t.Position.Column)
	}
	return r.path
}

// syntax notes an error of the parser.
func (r *relayFile) syntax(err error) {
	at, words := r.path, err.Error()
	if syntax, ok := errors.AsType[yaml.Error](err); ok && syntax.GetToken() != nil {
		p := syntax.GetToken().Position
		at = fmt.Sprintf("%s:%d:%d", r.path, p.Line, p.Column)
		words, _, _ = strings.Cut(syntax.GetMessage(), ": ") // what follows is the text, which may be a secret
	}
	r.fault(at, plainLines, "%s", words)
}

func (r *relayFile) document(body ast.Node) {
	switch n := body.(type) {
	case *ast.MappingNode:
		for _, entry := range n.Values {
			r.entry(entry)
		}
	case *ast.MappingValueNode:
		r.entry(n)
	case *ast.NullNode, *ast.CommentGroupNode:
	default:
		r.fault(r.place(body), plainLines, "there are no settings here")
	}
}

// entry takes a key and its value.
func (r *relayFile) entry(entry *ast.MappingValueNode) {
	at := r.place(entry.Key)
	key, ok := entry.Key.(*ast.StringNode)
	if !ok {
		r.fault(at, plainLines, "this is not a setting's name")
		return
	}
	switch line, twice := r.lines[key.Value]; {
	case !slices.Contains(r.flags, key.Value):
		r.fault(at, didYouMean("", key.Value, r.flags, "`hook-relay config example` lists the settings"), "there is no setting %q", key.Value)
		return
	case twice:
		r.fault(at, "take one of the lines out", "%s is set in line %d already", key.Value, line)
		return
	}
	r.lines[key.Value] = key.GetToken().Position.Line
	if value, ok := r.value(key.Value, entry.Value); ok {
		r.settings[key.Value] = fileSetting{at, value}
	}
}

// value is a scalar or a list of them.
func (r *relayFile) value(name string, node ast.Node) (settingValue, bool) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		text, ok := r.scalar(name, node)
		return settingValue{texts: []string{text}}, ok
	}
	v, good := settingValue{list: true}, true
	for _, item := range list.Values {
		text, ok := r.scalar(name, item)
		v.texts, good = append(v.texts, text), good && ok
	}
	return v, good
}

// scalar is a value's text as it is written, whatever YAML would take it for.
func (r *relayFile) scalar(name string, node ast.Node) (string, bool) {
	at, text := r.place(node), ""
	switch n := node.(type) {
	case *ast.StringNode:
		text = n.Value
	case *ast.LiteralNode:
		text = strings.TrimSpace(n.Value.Value)
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		text = n.GetToken().Value
	case *ast.NullNode:
		r.fault(at, "write a value behind it, or take the line out", "%s has no value", name)
		return "", false
	case *ast.AliasNode:
		r.fault(at, "a value that begins with * goes in 'quotes'", "%s: this is a YAML alias, which settings don't use", name)
		return "", false
	case *ast.MappingNode, *ast.MappingValueNode:
		r.fault(at, "write it as "+name+": VALUE", "%s takes a value, not settings of its own", name)
		return "", false
	case *ast.SequenceNode:
		r.fault(at, "write it as "+name+": [VALUE, VALUE]", "%s: this is a list in a list", name)
		return "", false
	default: // anchors, tags, merge keys
		r.fault(at, "write the value itself, in 'quotes' if it begins with & or !", "%s: this is YAML that settings don't use", name)
		return "", false
	}
	if len(text) > maxRelayValue {
		r.fault(at, "is a quote missing?", "%s: its value has %d bytes, and may have %d", name, len(text), maxRelayValue)
		return "", false
	}
	return text, true
}
