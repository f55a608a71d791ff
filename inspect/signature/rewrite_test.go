package signature

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// FuzzRewrite holds the writer to encoding/json's.
func FuzzRewrite(f *testing.F) {
	f.Add([]byte(`{"b":[1,{},[]],"a":{"é/<":"\u00e9\/"}}`))
	f.Add([]byte(` [ ] `))
	f.Add([]byte(`[1.0,2e3,-0,"\u001B","a+b"]`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		valid := json.Valid(doc)
		if sorted, ok := sortedJSON(doc); ok != valid || valid && !json.Valid(sorted) {
			t.Errorf("%q sorted is %q", doc, sorted)
		}
		for _, style := range jsonStyles(doc) {
			got, ok := style.rewrite(nil, doc)
			var want bytes.Buffer
			switch {
			case !valid || !ok:
			case style.name == "written compact":
				_ = json.Compact(&want, doc)
			case style.name == "indented by 4 spaces":
				_ = json.Indent(&want, bytes.TrimSpace(doc), "", "    ")
			case !json.Valid(got):
				t.Errorf("%s: %q became %q", style.name, doc, got)
			}
			if want.Len() > 0 && !bytes.Equal(got, want.Bytes()) {
				t.Errorf("%s: %q became %q, want %q", style.name, doc, got, want.Bytes())
			}
		}
	})
}

func TestRewriteIsBounded(t *testing.T) {
	for _, doc := range []string{
		strings.Repeat("[", 1<<20), strings.Repeat("{\"a\":", 1<<18), strings.Repeat("]", 1<<20), strings.Repeat(",", 1<<20),
		strings.Repeat(`"`, 1<<20), strings.Repeat(`\`, 1<<20), strings.Repeat("[[[[[[]", 1<<17),
	} {
		for _, style := range jsonStyles([]byte(doc)) {
			if got, _ := style.rewrite(nil, []byte(doc)); len(got) > 16*len(doc)+1<<17 {
				t.Errorf("%.8s… %s: %d bytes became %d", doc, style.name, len(doc), len(got))
			}
		}
	}
}

func TestStyles(t *testing.T) {
	for _, tt := range []struct{ doc, style, want string }{
		{`{"a": 1.0, "b":1e2,"c":-0.0,"d":1.50,"e":12345678901234567890,"f":1e-7,"g":1e21}`, "JavaScript",
			`{"a":1,"b":100,"c":0,"d":1.5,"e":12345678901234567000,"f":1e-7,"g":1e+21}`},
		{`{"a":"é+<\"'"}`, ".NET", `{"a":"\u00E9\u002B\u003C\u0022\u0027"}`},
		{`["\u001bé\u2028"]`, "capital", `["\u001Bé\u2028"]`},
		{`["\u003cb\u003e\u2028\/\u0007"]`, "more escaped", "[\"<b>\u2028/\\u0007\"]"},
		{`["<='>"]`, "Gson", `["\u003c\u003d\u0027\u003e"]`},
	} {
		found := false
		for _, style := range jsonStyles([]byte(tt.doc)) {
			if strings.Contains(style.name, tt.style) && !found {
				found = true
				if got, ok := style.rewrite(nil, []byte(tt.doc)); !ok || string(got) != tt.want {
					t.Errorf("%s: got %s, want %s", style.name, got, tt.want)
				}
			}
		}
		if !found {
			t.Errorf("no style %s for %s", tt.style, tt.doc)
		}
	}
}
