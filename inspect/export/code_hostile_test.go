package export

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect"
)

// hostileTexts are such as end a literal or a comment early somewhere, or that an editor shows as something else.
func hostileTexts() []string {
	all := []string{
		"", "`", "``", "a`b`", "\\`", "\\\\`", "${x}", "\\${x}", "\\\\${", "$", "${", "}", "'''", `"""`, "'", `"`, "\\", "\\\\", "ends in \\", "ends in '", "ends in `",
		"\r", "\r\n", "a\rb\n", "\n", "\n\n ", "\t", "\x00", "\x1b[31m", "\x7f", "\u2028", "\u2029", "\u0085", "\ufeff", "\u202e evil", "a\u200bb", "\U000e0041", "\U0001f600",
		"\U0001f469\u200d\U0001f4bb", "caf\u00e9 \u4e2d", "\xff", "\xc3", "a\xf0\x9f\x98", "\xed\xa0\x80", "*/", "//", "#", "--", "<!--", "-->", "</script>", "\\u0041", "\\x41", "\\N{DASH}",
		"%s%d", "{{timestamp}}", "{{.Base}}", "\x0c", "\x0b", "e" + strings.Repeat("\u0301", 9), "=cut", "\\\n", "\\\r\n", `{"a":"\"\\ \u2028"}`, "r'''", "String.raw`${1}`",
	}
	pieces := slices.Clone(all)
	random := rand.New(rand.NewPCG(1, 2)) // the same texts each time
	for range 400 {
		var b strings.Builder
		for range 1 + random.IntN(5) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		all = append(all, b.String())
	}
	for range 200 {
		raw := make([]byte, random.IntN(40))
		for i := range raw {
			raw[i] = byte(random.IntN(256))
		}
		all = append(all, string(raw))
	}
	return all
}

// Every body is written so that Node and Python read exactly its bytes, and nothing of it runs.
func TestLiteralsAreTheBytes(t *testing.T) {
	texts := hostileTexts()
	for _, tt := range []struct {
		program, file, begin, end string
		line                      func(text string) string
	}{
		{
			"node", "literals.mjs", "const all = [\n", "];\nfor (const one of all) console.log(Buffer.from(one).toString(\"hex\"));\n",
			func(text string) string { return new(jsTest).body([]byte(text)) + ",\n" },
		},
		{
			"python3", "literals.py", "import base64\nall = [\n", "]\nfor one in all:\n    print(one.hex())\n",
			func(text string) string { return newPyTest().(*pyTest).body([]byte(text)) + ",\n" },
		},
	} {
		t.Run(tt.program, func(t *testing.T) {
			var b strings.Builder
			b.WriteString(tt.begin)
			for _, text := range texts {
				line := tt.line(text)
				if !IsText([]byte(line)) {
					t.Errorf("what can't be seen is in %q", line)
				}
				b.WriteString(line)
			}
			b.WriteString(tt.end)
			dir := t.TempDir()
			write(t, dir, tt.file, b.String())
			out, err := execute(t, dir, nil, tt.program, tt.file)
			if err != nil {
				t.Fatalf("%v\n%s", err, out[:min(len(out), 4000)])
			}
			for i, line := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
				if got, _ := hex.DecodeString(strings.TrimSpace(line)); string(got) != texts[i] {
					t.Errorf("%q is read as %q", texts[i], got)
				}
			}
		})
	}
}

// Whole files of hostile deliveries are read by each language, and one header and path come out as they should.
func TestHostileDeliveriesCompile(t *testing.T) {
	var all []*inspect.Delivery
	for i, text := range hostileTexts() {
		d := seen([]string{"stripe", "", "no such"}[i%3], text, jsonType, text, 200)
		d.URL = "http://127.0.0.1:3000/" + strings.Map(func(r rune) rune {
			if r <= ' ' || r == 0x7f || r == '%' {
				return '_'
			}
			return r
		}, text)
		d.Attempts, d.ID = nil, text
		d.Header["X-Text"] = []string{strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return -1
			}
			return r
		}, text), "two"}
		all = append(all, d)
	}
	for _, tt := range []struct{ format, file, program, arguments string }{
		{"js", "webhook.test.mjs", "node", "--check webhook.test.mjs"},
		{"python", "test_webhook.py", "python3", "-W error -c import,test_webhook"},
	} {
		t.Run(tt.format, func(t *testing.T) {
			dir := t.TempDir()
			text := encoded(t, tt.format, Options{}, all...)
			if !IsText([]byte(text)) {
				t.Error("what can't be seen is in it")
			}
			write(t, dir, tt.file, text)
			arguments := strings.Fields(tt.arguments)
			for i := range arguments {
				arguments[i] = strings.ReplaceAll(arguments[i], ",", " ")
			}
			run(t, dir, nil, tt.program, arguments...)
		})
	}
	checkGo(t, encoded(t, "go", Options{}, all...), all)
}

// checkGo reads a file as Go does: each delivery has a test of a name of its own, whose body is the delivery's.
func checkGo(t testing.TB, text string, all []*inspect.Delivery) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "webhook_test.go", text, parser.ParseComments)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if !IsText([]byte(text)) {
		t.Error("what can't be seen is in it")
	}
	names, bodies := make(map[string]bool), []string(nil)
	for _, d := range file.Decls {
		f, is := d.(*ast.FuncDecl)
		if !is {
			continue
		}
		if names[f.Name.Name] {
			t.Errorf("%s is there twice", f.Name.Name)
		}
		names[f.Name.Name] = true
		ast.Inspect(f, func(n ast.Node) bool {
			if pair, is := n.(*ast.KeyValueExpr); is {
				if key, is := pair.Key.(*ast.Ident); is && key.Name == "body" && strings.HasPrefix(f.Name.Name, "Test") {
					bodies = append(bodies, constantOf(t, pair.Value))
				}
			}
			return true
		})
	}
	if len(bodies) != len(all) {
		t.Fatalf("there are %d bodies of %d deliveries", len(bodies), len(all))
	}
	for i, d := range all {
		if bodies[i] != string(d.Body.Bytes) {
			t.Errorf("%q is read as %q", d.Body.Bytes, bodies[i])
		}
	}
}

// constantOf is the text of literals, added up or decoded.
func constantOf(t testing.TB, e ast.Expr) string {
	t.Helper()
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			t.Errorf("%s: %v", e.Value, err)
		}
		return text
	case *ast.BinaryExpr:
		return constantOf(t, e.X) + constantOf(t, e.Y)
	case *ast.CallExpr:
		return decodedText(t, constantOf(t, e.Args[0]))
	default:
		t.Fatalf("%T is no literal", e)
		return ""
	}
}

func FuzzGoTest(f *testing.F) {
	for i, text := range hostileTexts() {
		if i > 70 && i%8 > 0 {
			continue
		}
		f.Add([]string{"stripe", "github", "twilio", "", text}[i%5], text, "/"+text, text, text)
	}
	f.Fuzz(func(t *testing.T, provider, event, path, value, body string) {
		d := seen(provider, event, jsonType, body, 200)
		d.URL, d.Attempts, d.Header = "http://127.0.0.1:3000"+path, nil, http.Header{"X-Value": {value}}
		other := seen(provider, event, formType, body, 500)
		for _, format := range []string{"go", "js", "python"} {
			var b strings.Builder
			known, _ := Lookup(format)
			e := known.New(&b, Options{})
			err := errors.Join(e.Add(d), e.Add(other))
			if closed := e.Close(); closed != nil {
				t.Fatal(closed)
			}
			if !utf8.ValidString(b.String()) || !IsText([]byte(b.String())) {
				t.Errorf("%s: what can't be seen is in %q", format, b.String())
			}
			if format == "go" && err == nil && !strings.Contains(body, "{{") {
				checkGo(t, b.String(), []*inspect.Delivery{d, other})
			}
		}
	})
}

func TestNamesAreUnique(t *testing.T) {
	var all []*inspect.Delivery
	for _, event := range []string{"a.b", "a_b", "a.b", "a.b_2", "", "", "2", "é", "a b"} {
		all = append(all, seen("stripe", event, jsonType, "{}", 200))
	}
	text := encoded(t, "go", Options{}, all...)
	checkGo(t, text, all)
	if strings.Count(text, "func signStripe") != 1 {
		t.Error("deliveries of one provider don't share what signs")
	}
}

func TestHalfABodyMakesNoTest(t *testing.T) {
	d := seen("stripe", "a.b", jsonType, "{}", 200)
	d.Body = inspect.Capture{Bytes: []byte("{"), Size: 2}
	f, _ := Lookup("js")
	if err := f.New(new(strings.Builder), Options{}).Add(d); err == nil || !strings.Contains(err.Error(), "not kept whole") {
		t.Errorf("got %v", err)
	}
}

// What a test can't do by itself is said above it.
func TestCommentsSayWhatToKnow(t *testing.T) {
	silent := seen("stripe", "a.b", jsonType, "{}", 0)
	silent.Attempts = []inspect.Attempt{{Target: silent.URL, Outcome: inspect.OutcomeRefused}}
	masked := seen("discord", "PING", jsonType, "{}", 200)
	masked.Masked = true
	for _, tt := range []struct {
		want string
		d    *inspect.Delivery
	}{
		{"The app answered 500 when this was captured: that is the bug to fix.", seen("stripe", "a.b", jsonType, "{}", 500)},
		{"The app gave no answer when this was captured (refused).", silent},
		{"Discord signs this in a way that only it can (a private key, or a scheme of its own),", masked},
		{"That can't match, as secrets are masked: export it with --reveal, or switch the verification off here.", masked},
		{"It is refused when it is older than 5m0s: set the app's clock to 2023-11-14T22:13:20Z, or switch the verification off here.", seen("telnyx", "a.b", jsonType, "{}", 200)},
		{"Strava signs nothing, so it is sent as it came.", seen("strava", "create", jsonType, "{}", 200)},
		{"hook does not know who sends this, so it is sent as it came.", seen("", "", jsonType, "{}", 200)},
	} {
		for format, mark := range map[string]string{"go": "// ", "js": "// ", "python": "    # "} {
			if text := encoded(t, format, Options{}, tt.d); !strings.Contains(text, "\n"+mark+tt.want+"\n") {
				t.Errorf("%s does not say %q", format, tt.want)
			}
		}
	}
	if text := encoded(t, "go", Options{}, seen("stripe", "a.b", jsonType, "{}", 204)); strings.Contains(text, "when this was captured") {
		t.Error("a success is commented on")
	}
}

func decodedText(t testing.TB, text string) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}
