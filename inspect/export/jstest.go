package export

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// jsTest writes a module for `node --test`, without dependencies.
type jsTest struct {
	crypto  map[string]bool // what is imported of node:crypto
	helpers map[string]bool
}

func newJSTest() language {
	return &jsTest{crypto: make(map[string]bool), helpers: make(map[string]bool)}
}

func (j *jsTest) name(_ []string, title string) string { return title }
func (j *jsTest) function(words []string) string       { return words[0] + camel(words[1:]) }

func jsString(text string) string { return quoted(text, `\u{%x}`) }

func (j *jsTest) test(c testCase) string {
	var b strings.Builder
	b.WriteString("\n")
	for _, line := range c.comments {
		b.WriteString("// " + line + "\n")
	}
	given := "t"
	if c.sign == "" {
		given = ""
	}
	fmt.Fprintf(&b, "test(%s, async (%s) => {\n  const webhook = {\n", jsString(c.name), given)
	fmt.Fprintf(&b, "    method: %s,\n    url: base + %s,\n    headers: [\n", jsString(c.method), jsString(c.path))
	for _, f := range c.fields {
		fmt.Fprintf(&b, "      [%s, %s],\n", byteString(f[0]), byteString(f[1]))
	}
	fmt.Fprintf(&b, "    ],\n    body: %s,\n  };\n", j.body(c.body))
	if c.sign == "" {
		b.WriteString("  await wantSuccess(webhook);\n});\n")
		return b.String()
	}
	j.helpers["refused"], j.helpers["secret"] = true, true
	fmt.Fprintf(&b, "  const key = secret(%q, %s);\n", c.signing.variable, jsString(c.signing.recipe.Sample))
	fmt.Fprintf(&b, "  await t.test(\"signed\", () => wantSuccess(%s(webhook, key)));\n", c.sign)
	fmt.Fprintf(&b, "  await t.test(\"signed with another secret\", () => wantRefused(%s(webhook, %s)));\n});\n", c.sign, jsString(c.signing.recipe.Other))
	return b.String()
}

// body is the text as it is where a raw template can hold it.
func (j *jsTest) body(body []byte) string {
	text := string(body)
	switch {
	case len(body) == 0:
		return `Buffer.alloc(0)`
	case IsText(body) && !strings.Contains(text, "\r") && !strings.HasSuffix(text, `\`) && !strings.Contains(text, "\\`") && !strings.Contains(text, `\${`):
		text = strings.NewReplacer("`", "${\"`\"}", "${", `${"${"}`).Replace(text)
		return "Buffer.from(String.raw`" + text + "`)"
	case utf8.Valid(body):
		return "Buffer.from(" + jsString(text) + ")"
	}
	return "Buffer.from(`\n" + base64Lines(body) + "`, \"base64\")"
}

func (j *jsTest) signer(name string, s signing) string {
	var b strings.Builder
	r := s.recipe
	fmt.Fprintf(&b, "\n// %s signs as %s does.\nfunction %s({ method, url, headers, body }, secret) {\n", name, s.title, name)
	b.WriteString("  headers = new Headers(headers);\n")
	if usesTime(r) {
		fmt.Fprintf(&b, "  const timestamp = %s;\n", jsTimestamp(r.Time))
	}
	j.mark(&b, r, signature.MarkTimestamp, "timestamp")
	j.places(&b, r, false, "")
	j.sum(&b, r, "signature")
	j.places(&b, r, true, "signature")
	mark := "signature"
	if r.Digest == "" {
		mark = "JSON.stringify(signature).slice(1, -1)"
	}
	j.mark(&b, r, signature.MarkSignature, mark)
	for i, older := range r.Also {
		variable := "older" + strconv.Itoa(i+1)
		j.sum(&b, older, variable)
		j.places(&b, older, true, variable)
	}
	b.WriteString("  return { method, url, headers, body };\n}\n")
	return b.String()
}

// mark sets what stands in the body.
func (j *jsTest) mark(b *strings.Builder, r signature.Recipe, mark, value string) {
	if strings.Contains(string(r.Body), mark) {
		j.helpers["replaced"] = true
		fmt.Fprintf(b, "  body = replaced(body, %s, %s);\n", jsString(mark), value)
	}
}

func jsTimestamp(form signature.TimeForm) string {
	switch form {
	case signature.TimeMillis:
		return "String(Date.now())"
	case signature.TimeISO:
		return `new Date().toISOString().slice(0, 19) + "Z"`
	case signature.TimeISOPlain:
		return "new Date().toISOString().slice(0, 19)"
	case signature.TimeHTTP:
		return "new Date().toUTCString()"
	default:
		return "String(Math.floor(Date.now() / 1000))"
	}
}

func (j *jsTest) places(b *strings.Builder, r signature.Recipe, signed bool, variable string) {
	for _, at := range r.Headers {
		if holdsSignature(at) == signed {
			fmt.Fprintf(b, "  headers.set(%s, %s);\n", jsString(at.Name), j.joined(at.Value, variable))
		}
	}
	for _, at := range r.Query {
		if holdsSignature(at) == signed {
			fmt.Fprintf(b, "  url += (url.includes(\"?\") ? \"&\" : \"?\") + %s + encodeURIComponent(%s);\n", jsString(at.Name+"="), j.joined(at.Value, variable))
		}
	}
}

// joined is an expression of a string.
func (j *jsTest) joined(parts []signature.Ingredient, variable string) string {
	var all []string
	for _, part := range parts {
		all = append(all, j.ingredient(part, variable))
	}
	if len(all) == 0 {
		return `""`
	}
	return strings.Join(all, " + ")
}

func (j *jsTest) ingredient(part signature.Ingredient, variable string) string {
	switch part.Kind {
	case signature.IngredientBody:
		return "body"
	case signature.IngredientBodyHash:
		j.crypto["createHash"] = true
		return `createHash("sha256").update(body).digest("hex")`
	case signature.IngredientForm:
		j.helpers["form"] = true
		return "sortedForm(body)"
	case signature.IngredientTimestamp:
		return "timestamp"
	case signature.IngredientSecret:
		return "secret"
	case signature.IngredientMethod:
		return "method"
	case signature.IngredientURL:
		j.helpers["publicURL"] = true
		return "publicURL(url)"
	case signature.IngredientPath:
		return "new URL(url).pathname"
	case signature.IngredientHeader:
		return fmt.Sprintf("headers.get(%s)", jsString(part.Text))
	case signature.IngredientSignature:
		return variable
	default:
		if !utf8.ValidString(part.Text) {
			return fmt.Sprintf("Buffer.from(%s, \"latin1\")", byteString(part.Text))
		}
		return jsString(part.Text)
	}
}

// sum declares a variable with the signature.
func (j *jsTest) sum(b *strings.Builder, r signature.Recipe, variable string) {
	if r.Digest == "" {
		value := j.joined(r.Content, "")
		if r.Encoding != signature.EncodingText {
			value = jsEncoded(r.Encoding, func(form string) string { return fmt.Sprintf("Buffer.from(%s).toString(%q)", value, form) })
		}
		fmt.Fprintf(b, "  const %s = %s;\n", variable, value)
		return
	}
	made := fmt.Sprintf("createHash(%q)", strings.ToLower(r.Digest))
	if r.Keyed {
		j.crypto["createHmac"] = true
		made = fmt.Sprintf("createHmac(%q, %s)", strings.ToLower(r.Digest), j.key(r))
	} else {
		j.crypto["createHash"] = true
	}
	mac := macOf(variable)
	fmt.Fprintf(b, "  const %s = %s;\n", mac, made)
	for _, part := range r.Content {
		fmt.Fprintf(b, "  %s.update(%s);\n", mac, j.ingredient(part, ""))
	}
	encoded := jsEncoded(r.Encoding, func(form string) string { return fmt.Sprintf("%s.digest(%q)", mac, form) })
	fmt.Fprintf(b, "  const %s = %s;\n", variable, encoded)
}

// jsEncoded writes a sum, of which in says how Node writes it.
func jsEncoded(e signature.Encoding, in func(form string) string) string {
	switch e {
	case signature.EncodingUpperHex:
		return in("hex") + ".toUpperCase()"
	case signature.EncodingHexBase64:
		return "Buffer.from(" + in("hex") + ").toString(\"base64\")"
	default:
		return in(string(e))
	}
}

func (j *jsTest) key(r signature.Recipe) string {
	switch r.Key {
	case signature.KeyHex:
		return `Buffer.from(secret, "hex")`
	case signature.KeyBase64, signature.KeyBase64Prefix:
		if r.Prefix == "" {
			return `Buffer.from(secret, "base64")`
		}
		prefix := jsString(r.Prefix)
		decoded := fmt.Sprintf("Buffer.from(secret.slice(%s.length), \"base64\")", prefix)
		plain := `Buffer.from(secret, "base64")`
		if r.Key == signature.KeyBase64Prefix {
			plain = "secret"
		}
		return fmt.Sprintf("secret.startsWith(%s) ? %s : %s", prefix, decoded, plain)
	case signature.KeyEntities:
		j.helpers["entities"] = true
		return "unescaped(secret)"
	default:
		return "secret"
	}
}

func (j *jsTest) file(base string, signers, tests []string) string {
	return fill(jsFile, map[string]any{
		"Crypto": strings.Join(slices.Sorted(maps.Keys(j.crypto)), ", "), "Base": jsString(base),
		"Tests": strings.Join(tests, ""), "Signers": strings.Join(signers, ""), "Helpers": j.helpers,
	})
}
