package export

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// goTest writes a file for `go test`, of the standard library alone.
type goTest struct {
	imports map[string]bool
	helpers map[string]bool
}

func newGoTest() language {
	return &goTest{imports: make(map[string]bool), helpers: make(map[string]bool)}
}

func (g *goTest) use(packages ...string) {
	for _, name := range packages {
		g.imports[name] = true
	}
}

// name is in the form of Go's tests: TestStripePaymentIntentSucceeded.
func (g *goTest) name(words []string, _ string) string { return "Test" + camel(words) }
func (g *goTest) function(words []string) string       { return words[0] + camel(words[1:]) }

// camel joins words, and the parts that hyphens and underscores make of them, each with a capital.
func camel(words []string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(strings.Join(words, "_"), func(r rune) bool { return r == '_' || r == '-' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func goString(text string) string { return quoted(text, `\U%08x`) }

func (g *goTest) test(c testCase) string {
	var b strings.Builder
	b.WriteString("\n")
	for _, line := range c.comments {
		b.WriteString("// " + line + "\n")
	}
	fmt.Fprintf(&b, "func %s(t *testing.T) {\n", c.name)
	if c.sign != "" {
		fmt.Fprintf(&b, "\tkey := secret(t, %q, %q)\n", c.signing.variable, c.signing.recipe.Sample)
		g.helpers["secret"] = true
		g.use("os")
	}
	fmt.Fprintf(&b, "\tw := webhook{\n\t\tmethod: %q,\n\t\turl:    app(t) + %s,\n\t\theader: http.Header{\n", c.method, goString(c.path))
	for i := 0; i < len(c.fields); {
		name, values := c.fields[i][0], []string(nil)
		for ; i < len(c.fields) && c.fields[i][0] == name; i++ {
			values = append(values, goString(c.fields[i][1]))
		}
		fmt.Fprintf(&b, "\t\t\t%q: {%s},\n", name, strings.Join(values, ", "))
	}
	fmt.Fprintf(&b, "\t\t},\n\t\tbody: %s,\n\t}\n", g.body(c.body))
	if c.sign == "" {
		b.WriteString("\twantSuccess(t, w)\n}\n")
		return b.String()
	}
	fmt.Fprintf(&b, "\tt.Run(\"signed\", func(t *testing.T) { wantSuccess(t, %s(w, key)) })\n", c.sign)
	fmt.Fprintf(&b, "\tt.Run(\"signed with another secret\", func(t *testing.T) { wantRefused(t, %s(w, %q)) })\n}\n", c.sign, c.signing.recipe.Other)
	g.helpers["refused"] = true
	return b.String()
}

// body is the text as it is where Go's raw strings can hold it.
func (g *goTest) body(body []byte) string {
	switch {
	case len(body) == 0:
		return `""`
	case IsText(body) && !bytes.Contains(body, []byte("\r")):
		return "`" + strings.ReplaceAll(string(body), "`", "` + \"`\" + `") + "`"
	case utf8.Valid(body):
		return goString(string(body))
	}
	g.helpers["decoded"] = true
	g.use("encoding/base64")
	return "decoded(`\n" + base64Lines(body) + "`)"
}

func (g *goTest) signer(name string, s signing) string {
	var b strings.Builder
	r := s.recipe
	fmt.Fprintf(&b, "\n// %s signs as %s does.\n", name, s.title)
	fmt.Fprintf(&b, "func %s(w webhook, secret string) webhook {\n\tw.header = w.header.Clone()\n", name)
	if usesTime(r) {
		fmt.Fprintf(&b, "\ttimestamp := %s\n", g.timestamp(r.Time))
	}
	if strings.Contains(string(r.Body), signature.MarkTimestamp) {
		g.use("strings")
		fmt.Fprintf(&b, "\tw.body = strings.ReplaceAll(w.body, %q, timestamp)\n", signature.MarkTimestamp)
	}
	g.places(&b, r, false, "")
	g.sum(&b, r, "signature")
	g.places(&b, r, true, "signature")
	if strings.Contains(string(r.Body), signature.MarkSignature) {
		g.use("strings")
		fmt.Fprintf(&b, "\tw.body = strings.ReplaceAll(w.body, %q, %s)\n", signature.MarkSignature, g.inJSON(r, "signature"))
	}
	for i, older := range r.Also {
		variable := "older" + strconv.Itoa(i+1)
		g.sum(&b, older, variable)
		g.places(&b, older, true, variable)
	}
	b.WriteString("\treturn w\n}\n")
	return b.String()
}

// inJSON is a signature as it stands in a body: a token may have what JSON escapes.
func (g *goTest) inJSON(r signature.Recipe, variable string) string {
	if r.Digest != "" {
		return variable
	}
	g.helpers["inJSON"] = true
	g.use("encoding/json")
	return "inJSON(" + variable + ")"
}

func (g *goTest) timestamp(form signature.TimeForm) string {
	g.use("time")
	switch form {
	case signature.TimeMillis:
		g.use("strconv")
		return "strconv.FormatInt(time.Now().UnixMilli(), 10)"
	case signature.TimeISO:
		return "time.Now().UTC().Format(time.RFC3339)"
	case signature.TimeISOPlain:
		return `time.Now().UTC().Format("2006-01-02T15:04:05")`
	case signature.TimeHTTP:
		return "time.Now().UTC().Format(http.TimeFormat)"
	default:
		g.use("strconv")
		return "strconv.FormatInt(time.Now().Unix(), 10)"
	}
}

// places sets what holds the signature, or what does not.
func (g *goTest) places(b *strings.Builder, r signature.Recipe, signed bool, variable string) {
	for _, at := range r.Headers {
		if holdsSignature(at) == signed {
			fmt.Fprintf(b, "\tw.header.Set(%q, %s)\n", at.Name, g.joined(at.Value, variable))
		}
	}
	for _, at := range r.Query {
		if holdsSignature(at) == signed {
			g.helpers["query"] = true
			g.use("strings", "net/url")
			fmt.Fprintf(b, "\tw.url = withParameter(w.url, %q, %s)\n", at.Name, g.joined(at.Value, variable))
		}
	}
}

// sum declares a variable with the signature.
func (g *goTest) sum(b *strings.Builder, r signature.Recipe, variable string) {
	if r.Digest == "" {
		fmt.Fprintf(b, "\t%s := %s\n", variable, g.encoded(r.Encoding, g.joined(r.Content, ""), true))
		return
	}
	pack, function := goDigest(r.Digest)
	g.use(pack)
	begin := function + "()"
	if r.Keyed {
		g.use("crypto/hmac")
		begin = "hmac.New(" + function + ", " + g.key(r) + ")"
	}
	mac := macOf(variable)
	fmt.Fprintf(b, "\t%s := %s\n\t%s.Write([]byte(%s))\n", mac, begin, mac, g.joined(r.Content, ""))
	fmt.Fprintf(b, "\t%s := %s\n", variable, g.encoded(r.Encoding, mac+".Sum(nil)", false))
}

// macOf is the name of the variable that a signature's variable is made of: older1 of mac1.
func macOf(variable string) string {
	return "mac" + strings.TrimLeft(variable, "abcdefghijklmnopqrstuvwxyz")
}
