package filter

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
)

// seeFields is the next step where nothing nearer is known.
const seeFields = "docs/finding.md lists the fields; those of a JSON body are behind body, as in body.data.amount"

// An Error is a mistake in an expression.
type Error struct {
	Message    string // what is wrong
	Next       string // what to do about it; may be empty
	Expression string
	At, Len    int // where, in characters of Expression; a Len of 0 is the end, or nowhere
}

func (e *Error) Error() string { return e.Message }

func errorAt(expression string, place file.Location, message, next string) *Error {
	return &Error{Message: message, Next: next, Expression: expression, At: place.From, Len: max(1, place.To-place.From)}
}

// explain says in hook's words what expr finds wrong. root is nil if the expression could not be read to its end.
func explain(expression string, root ast.Node, err error) error {
	found, ok := errors.AsType[*file.Error](err)
	if !ok {
		return &Error{Message: err.Error(), Expression: expression}
	}
	e := errorAt(expression, found.Location, found.Message, "")
	characters := []rune(expression)
	e.At = min(e.At, len(characters))
	e.Len = min(e.Len, len(characters)-e.At)
	for _, w := range wordings {
		if m := w.pattern.FindStringSubmatch(found.Message); m != nil {
			e.Message, e.Next = w.say(e, root, m[1:])
			return e
		}
	}
	e.Message = inWords(found.Message)
	return e
}

// A wording is what hook says for one of expr's messages.
type wording struct {
	pattern *regexp.Regexp
	say     func(e *Error, root ast.Node, m []string) (message, next string)
}

var wordings = []wording{
	{regexp.MustCompile(`^unexpected token (?:EOF|end)|^unexpected end of expression`), func(*Error, ast.Node, []string) (string, string) {
		return "it ends too early", "something is missing behind it: a value, or a closing bracket"
	}},
	{regexp.MustCompile(`^unexpected token (\w+)\("(.*)"\)$`), unexpected},
	{regexp.MustCompile(`^unknown name (.*)$`), unknownName},
	{regexp.MustCompile(`^unknown field (.*)$`), func(_ *Error, _ ast.Node, m []string) (string, string) {
		return "response has no " + clip(m[0]), didYouMean(m[0], []string{"status", "header", "body", "text"}, "it has status, header, body and text")
	}},
	{regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types (.+) and (.+)\)$`), mismatched},
	{regexp.MustCompile(`^invalid operation: (\S+) \(mismatched type (.+)\)$`), func(_ *Error, _ ast.Node, m []string) (string, string) {
		return m[0] + " can't be said of " + nameOfType(m[1]), ""
	}},
	{regexp.MustCompile(`^literal not terminated`), func(*Error, ast.Node, []string) (string, string) {
		return "a text has no closing quote", `texts stand in quotes: event == "invoice.paid"`
	}},
	{regexp.MustCompile(`^bad number syntax: "(.*)"$`), func(e *Error, _ ast.Node, m []string) (string, string) {
		end := e.At + e.Len
		e.At = max(0, end-utf8.RuneCountInString(m[0]))
		e.Len = end - e.At
		if _, ok := durationFrom(m[0]); ok {
			return m[0] + " is no number", `a duration stands in quotes: age < "` + m[0] + `"`
		}
		return clip(m[0]) + " is no number", `a text stands in quotes: "` + clip(m[0]) + `…"`
	}},
	{regexp.MustCompile(`^unrecognized character: (U\+[0-9A-F]+) ?(.*)$`), func(_ *Error, _ ast.Node, m []string) (string, string) {
		code, character := m[0], m[1]
		switch {
		case strings.ContainsAny(character, "“”„‘’«»"):
			return "these are typographic quotes", `write plain ones: "…"`
		case character == "'~'":
			return "there is no operator ~", `a pattern is asked for as path matches "^/v1/"`
		}
		if character == "" {
			character = code
		}
		return "the character " + character + " has no meaning here", `texts stand in quotes: "…"`
	}},
	{regexp.MustCompile(`exceeds maximum allowed nodes`), func(*Error, ast.Node, []string) (string, string) {
		return "it has too many parts", fmt.Sprintf("%d are the most", maxNodes)
	}},
	{regexp.MustCompile(`coalesce expressions`), func(*Error, ast.Node, []string) (string, string) {
		return "?? needs brackets around it here", `as in (body.currency ?? "usd") == "eur"`
	}},
	{regexp.MustCompile(`^cannot use pointer accessor outside predicate`), func(*Error, ast.Node, []string) (string, string) {
		return "# stands for an element within any(…) and the like only", "as in any(body.items, #.price > 5)"
	}},
	{regexp.MustCompile(`^cannot redeclare (?:function |builtin |variable )?(.*)$`), func(_ *Error, _ ast.Node, m []string) (string, string) {
		return clip(m[0]) + " has a meaning already", "take another name"
	}},
}

// meant is what is said of words that other languages have.
var meant = map[string]string{
	"=": "equal is ==", "&": "and is &&", "AND": "and is && or and", "OR": "or is || or or", "NOT": "not is ! or not", "<>": "unequal is !=",
	"~": `a pattern is asked for as path matches "^/v1/"`, "like": `a part of a text is asked for as event contains "paid"`, "is": "equal is ==", "LIKE": `a part of a text is asked for as event contains "paid"`,
	"===": "equal is ==", "IS": "equal is ==", "IN": `in is in small letters: provider in ["stripe", "github"]`, "equals": "equal is ==", "eq": "equal is ==",
}

func unexpected(e *Error, _ ast.Node, m []string) (message, next string) {
	word := m[1]
	if unquoted := strings.ReplaceAll(word, `\"`, `"`); m[0] == "String" {
		word = `"` + clip(unquoted) + `"`
	}
	characters := []rune(e.Expression)
	before := strings.TrimRightFunc(string(characters[:e.At]), unicode.IsSpace)
	var after rune
	if end := e.At + e.Len; end < len(characters) {
		after = characters[end]
	}
	next = meant[word]
	switch {
	case word == "." && (before == "" || strings.ContainsAny(before[len(before)-1:], "(!&|")):
		next = "a field has no dot in front: body.amount"
	case word == ">" && strings.HasSuffix(before, "<"):
		next = meant["<>"]
	case word == "=" && after == '>', word == "=" && after == '<':
		next = "write >= and <="
	case word == ")" || word == "]" || word == "}":
		return word + " closes nothing, or something is missing in front of it", ""
	case next == "" && m[0] == "Identifier":
		next = "between two values stands an operator: &&, ||, ==, >=, contains"
	}
	return clip(word) + " can't stand here", next
}

func unknownName(e *Error, root ast.Node, m []string) (message, next string) {
	name := m[0]
	switch strings.ToLower(name) {
	case "null", "none", "undefined":
		return "there is no " + clip(name), "what is missing is nil"
	case "$":
		return "there is no $", "fields stand alone: body.amount"
	}
	if literal := e.quoted(root, name); literal != "" {
		e.Len = len([]rune(literal))
		return clip(literal) + " is no field", fmt.Sprintf(`a text stands in quotes: "%s"; in a shell '…' around the whole expression keeps them`, clip(literal))
	}
	return "there is no field " + clip(name), didYouMean(name, fieldNames(), seeFields)
}

// quoted is the text that a name begins if it is compared with a text, and so was most likely meant for one.
func (e *Error) quoted(root ast.Node, name string) string {
	compared := false
	if root != nil {
		ast.Walk(&root, visitor(func(n *ast.Node) {
			b, ok := (*n).(*ast.BinaryNode)
			if !ok || !slices.Contains([]string{"==", "!=", "contains", "startsWith", "endsWith"}, b.Operator) || startOf(b.Right) != e.At {
				return
			}
			left := kindOf(b.Left)
			compared = left == kindText || left == "" && startOf(b.Left) >= 0
		}))
	}
	if !compared {
		return ""
	}
	rest := string([]rune(e.Expression)[e.At:])
	if end := strings.IndexAny(rest, " \t\n)&|,]"); end >= 0 {
		rest = rest[:end]
	}
	if !strings.HasPrefix(rest, name) {
		return ""
	}
	return rest
}

// startOf is where the name stands that a value begins with; -1 if it begins with none.
func startOf(n ast.Node) int {
	for {
		switch node := n.(type) {
		case *ast.ChainNode:
			n = node.Node
		case *ast.MemberNode:
			n = node.Node
		case *ast.BinaryNode:
			n = node.Left
		case *ast.IdentifierNode:
			return node.Location().From
		default:
			return -1
		}
	}
}

func mismatched(e *Error, root ast.Node, m []string) (message, next string) {
	left, right := nameOfType(m[1]), nameOfType(m[2])
	switch {
	case left == "a number" && right == "a text" || left == "a text" && right == "a number":
		next = "a number has no quotes, a text has"
	case slices.Contains([]string{"&&", "||", "and", "or"}, m[0]):
		return m[0] + " joins what is true or false, not " + left + " and " + right, "compare each with something, as in status >= 400"
	}
	return fmt.Sprintf("%s can't be asked of %s and %s", m[0], left, right), next
}

// goTypes are the types that expr's messages name.
var goTypes = map[string]string{
	"int": "a number", "int64": "a number", "float64": "a number", "string": "a text", "bool": "true or false", "time.Time": "a time", "time.Duration": "a duration",
	"[]interface {}": "a list", "map[string]interface {}": "an object", "unknown": "a value", "interface {}": "a value", "nil": "nil",
}

func nameOfType(t string) string {
	if name := goTypes[t]; name != "" {
		return name
	}
	return t
}

// inWords replaces the types in a message by hook's words.
func inWords(message string) string {
	for _, t := range []string{"[]interface {}", "map[string]interface {}", "time.Time", "time.Duration", "interface {}"} {
		message = strings.ReplaceAll(message, t, goTypes[t])
	}
	return goType.ReplaceAllStringFunc(strings.TrimSpace(message), func(t string) string { return goTypes[t] })
}

var goType = regexp.MustCompile(`\b(int|float64|string|bool)\b`)
