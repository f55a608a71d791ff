package filter_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect/filter"
)

// fieldRows is the table of docs/finding.md.
func fieldRows() string {
	var b strings.Builder
	for _, f := range filter.Fields() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, f.Kind, f.Doc)
	}
	return b.String()
}

// The documentation has exactly the fields that there are, and its expressions can be compiled.
func TestDocumentation(t *testing.T) {
	b, err := os.ReadFile("../../docs/finding.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	if !strings.Contains(doc, "| field | kind | |\n|---|---|---|\n"+fieldRows()+"\n") {
		t.Errorf("docs/finding.md should have the rows\n%s", fieldRows())
	}
	_, section, _ := strings.Cut(doc, "## Expressions\n")
	n := 0
	for _, line := range strings.Split(section, "\n") {
		if expression, ok := strings.CutPrefix(line, "    "); ok && !strings.HasPrefix(expression, "hook ") {
			compile(t, expression)
			n++
		}
	}
	if n < 5 {
		t.Errorf("found %d examples of expressions in docs/finding.md", n)
	}
	for _, m := range regexp.MustCompile("--where '([^']+)'").FindAllStringSubmatch(doc, -1) {
		compile(t, m[1])
	}
}
