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

// pyTest writes a module for `python -m unittest` and pytest, of the standard library alone.
type pyTest struct {
	imports map[string]bool
	helpers map[string]bool
}

func newPyTest() language {
	return &pyTest{imports: make(map[string]bool), helpers: make(map[string]bool)}
}

func (p *pyTest) use(module string) { p.imports[module] = true }

func (p *pyTest) name(words []string, _ string) string { return "test_" + p.function(words) }
func (p *pyTest) function(words []string) string {
	return strings.ToLower(strings.ReplaceAll(strings.Join(words, "_"), "-", "_"))
}

func pyString(text string) string { return quoted(text, `\U%08x`) }

func (p *pyTest) test(c testCase) string {
	var b strings.Builder
	b.WriteString("\n")
	for _, line := range c.comments {
		b.WriteString("    # " + line + "\n")
	}
	fmt.Fprintf(&b, "    def %s(self):\n        webhook = Webhook(\n", c.name)
	fmt.Fprintf(&b, "            method=%s,\n            url=base() + %s,\n            headers=[\n", pyString(c.method), pyString(c.path))
	for _, f := range c.fields {
		fmt.Fprintf(&b, "                (%s, %s),\n", byteString(f[0]), byteString(f[1]))
	}
	fmt.Fprintf(&b, "            ],\n            body=%s,\n        )\n", p.body(c.body))
	if c.sign == "" {
		b.WriteString("        self.want_success(webhook)\n")
		return b.String()
	}
	p.helpers["refused"], p.helpers["secret"] = true, true
	fmt.Fprintf(&b, "        key = secret(%q, %s)\n", c.signing.variable, pyString(c.signing.recipe.Sample))
	fmt.Fprintf(&b, "        with self.subTest(\"signed\"):\n            self.want_success(%s(webhook, key))\n", c.sign)
	fmt.Fprintf(&b, "        with self.subTest(\"signed with another secret\"):\n            self.want_refused(%s(webhook, %s))\n", c.sign, pyString(c.signing.recipe.Other))
	return b.String()
}

// body is the text as it is where a raw string can hold it.
func (p *pyTest) body(body []byte) string {
	text := string(body)
	switch {
	case len(body) == 0:
		return `b""`
	case IsText(body) && !strings.ContainsAny(text, "\r") && !strings.Contains(text, "'''") && !strings.HasSuffix(text, `\`) && !strings.HasSuffix(text, "'"):
		return "r'''" + text + "'''.encode()"
	case utf8.Valid(body):
		return pyString(text) + ".encode()"
	}
	p.use("base64")
	return "base64.b64decode('''\n" + base64Lines(body) + "''')"
}

func (p *pyTest) signer(name string, s signing) string {
	var b strings.Builder
	r := s.recipe
	fmt.Fprintf(&b, "\n\ndef %s(webhook, secret):\n    \"\"\"Sign as %s does.\"\"\"\n", name, strings.NewReplacer(`"`, "'", `\`, "/").Replace(s.title))
	b.WriteString("    webhook = dataclasses.replace(webhook, headers=list(webhook.headers))\n")
	if usesTime(r) {
		fmt.Fprintf(&b, "    timestamp = %s\n", p.timestamp(r.Time))
	}
	p.mark(&b, r, signature.MarkTimestamp, "timestamp")
	p.places(&b, r, false, "")
	p.sum(&b, r, "signature")
	p.places(&b, r, true, "signature")
	mark := "signature"
	if r.Digest == "" && strings.Contains(string(r.Body), signature.MarkSignature) {
		p.use("json")
		mark = "json.dumps(signature)[1:-1]"
	}
	p.mark(&b, r, signature.MarkSignature, mark)
	for i, older := range r.Also {
		variable := "older" + strconv.Itoa(i+1)
		p.sum(&b, older, variable)
		p.places(&b, older, true, variable)
	}
	b.WriteString("    return webhook\n")
	return b.String()
}

// mark sets what stands in the body.
func (p *pyTest) mark(b *strings.Builder, r signature.Recipe, mark, value string) {
	if strings.Contains(string(r.Body), mark) {
		fmt.Fprintf(b, "    webhook.body = webhook.body.replace(b%s, (%s).encode())\n", pyString(mark), value)
	}
}

func (p *pyTest) timestamp(form signature.TimeForm) string {
	p.use("time")
	switch form {
	case signature.TimeMillis:
		return "str(time.time_ns() // 1_000_000)"
	case signature.TimeISO:
		return `time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())`
	case signature.TimeISOPlain:
		return `time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())`
	case signature.TimeHTTP:
		p.use("email.utils")
		return "email.utils.formatdate(usegmt=True)"
	default:
		return "str(int(time.time()))"
	}
}

func (p *pyTest) places(b *strings.Builder, r signature.Recipe, signed bool, variable string) {
	for _, at := range r.Headers {
		if holdsSignature(at) == signed {
			fmt.Fprintf(b, "    webhook.headers.append((%s, %s))\n", byteString(at.Name), p.joined(at.Value, variable))
		}
	}
	for _, at := range r.Query {
		if holdsSignature(at) == signed {
			p.use("urllib.parse")
			fmt.Fprintf(b, "    webhook.url += (\"&\" if \"?\" in webhook.url else \"?\") + urllib.parse.urlencode({%s: %s})\n", pyString(at.Name), p.joined(at.Value, variable))
		}
	}
}

// joined is an expression of a string.
func (p *pyTest) joined(parts []signature.Ingredient, variable string) string {
	return p.sequence(parts, variable, `""`, p.text)
}

// content is an expression of bytes.
func (p *pyTest) content(parts []signature.Ingredient) string {
	return p.sequence(parts, "", `b""`, p.bytes)
}

func (p *pyTest) sequence(parts []signature.Ingredient, variable, none string, one func(signature.Ingredient, string) string) string {
	var all []string
	for _, part := range parts {
		all = append(all, one(part, variable))
	}
	if len(all) == 0 {
		return none
	}
	return strings.Join(all, " + ")
}

func (p *pyTest) text(part signature.Ingredient, variable string) string {
	switch part.Kind {
	case signature.IngredientBodyHash:
		p.use("hashlib")
		return "hashlib.sha256(webhook.body).hexdigest()"
	case signature.IngredientForm:
		p.helpers["form"] = true
		p.use("urllib.parse")
		return "sorted_form(webhook.body)"
	case signature.IngredientTimestamp:
		return "timestamp"
	case signature.IngredientSecret:
		return "secret"
	case signature.IngredientMethod:
		return "webhook.method"
	case signature.IngredientURL:
		p.helpers["url"] = true
		return "public_url(webhook.url)"
	case signature.IngredientPath:
		p.use("urllib.parse")
		return "urllib.parse.urlsplit(webhook.url).path"
	case signature.IngredientHeader:
		return fmt.Sprintf("dict(webhook.headers)[%s]", byteString(part.Text))
	case signature.IngredientSignature:
		return variable
	default:
		return byteString(part.Text)
	}
}

func (p *pyTest) bytes(part signature.Ingredient, _ string) string {
	switch part.Kind {
	case signature.IngredientBody:
		return "webhook.body"
	case signature.IngredientText:
		return "b" + byteString(part.Text)
	case signature.IngredientHeader:
		return p.text(part, "") + `.encode("latin-1")`
	default:
		return p.text(part, "") + ".encode()"
	}
}

// sum sets a variable to the signature.
func (p *pyTest) sum(b *strings.Builder, r signature.Recipe, variable string) {
	if r.Digest == "" {
		value := p.content(r.Content)
		if r.Encoding == signature.EncodingText {
			value = p.joined(r.Content, "")
		} else {
			value = p.encoded(r.Encoding, "("+value+")", "("+value+").hex()")
		}
		fmt.Fprintf(b, "    %s = %s\n", variable, value)
		return
	}
	p.use("hashlib")
	hash := "hashlib." + strings.ToLower(r.Digest)
	mac := macOf(variable)
	if r.Keyed {
		p.use("hmac")
		fmt.Fprintf(b, "    %s = hmac.new(%s, %s, %s)\n", mac, p.key(r), p.content(r.Content), hash)
	} else {
		fmt.Fprintf(b, "    %s = %s(%s)\n", mac, hash, p.content(r.Content))
	}
	fmt.Fprintf(b, "    %s = %s\n", variable, p.encoded(r.Encoding, mac+".digest()", mac+".hexdigest()"))
}

// encoded writes bytes, which are also at hand in hexadecimal digits.
func (p *pyTest) encoded(e signature.Encoding, raw, digits string) string {
	switch e {
	case signature.EncodingHex:
		return digits
	case signature.EncodingUpperHex:
		return digits + ".upper()"
	case signature.EncodingBase64URL:
		p.use("base64")
		return "base64.urlsafe_b64encode(" + raw + `).decode().rstrip("=")`
	case signature.EncodingHexBase64:
		p.use("base64")
		return "base64.b64encode(" + digits + ".encode()).decode()"
	default:
		p.use("base64")
		return "base64.b64encode(" + raw + ").decode()"
	}
}

func (p *pyTest) key(r signature.Recipe) string {
	switch r.Key {
	case signature.KeyHex:
		return "bytes.fromhex(secret)"
	case signature.KeyBase64:
		p.use("base64")
		return fmt.Sprintf("base64.b64decode(secret.removeprefix(%s))", pyString(r.Prefix))
	case signature.KeyBase64Prefix:
		p.use("base64")
		prefix := pyString(r.Prefix)
		return fmt.Sprintf("base64.b64decode(secret.removeprefix(%s)) if secret.startswith(%s) else secret.encode()", prefix, prefix)
	case signature.KeyEntities:
		p.use("html")
		return "html.unescape(secret).encode()"
	default:
		return "secret.encode()"
	}
}

func (p *pyTest) file(base string, signers, tests []string) string {
	for _, name := range []string{"dataclasses", "http.client", "os", "threading", "unittest", "urllib.parse", "wsgiref.simple_server"} {
		p.use(name)
	}
	return fill(pythonFile, map[string]any{
		"Imports": slices.Sorted(maps.Keys(p.imports)), "Base": pyString(base),
		"Tests": strings.Join(tests, ""), "Signers": strings.Join(signers, ""), "Helpers": p.helpers,
	})
}
