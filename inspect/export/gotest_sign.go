package export

import (
	"fmt"
	"go/format"
	"maps"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func goDigest(name string) (pack, function string) {
	switch name {
	case "MD5":
		return "crypto/md5", "md5.New"
	case "SHA1":
		return "crypto/sha1", "sha1.New"
	case "SHA384":
		return "crypto/sha512", "sha512.New384"
	case "SHA512":
		return "crypto/sha512", "sha512.New"
	default:
		return "crypto/sha256", "sha256.New"
	}
}

func (g *goTest) key(r signature.Recipe) string {
	switch r.Key {
	case signature.KeyHex:
		g.helpers["hexKey"] = true
		g.use("encoding/hex")
		return "hexKey(secret)"
	case signature.KeyBase64:
		g.helpers["base64Key"] = true
		g.use("encoding/base64", "strings")
		return fmt.Sprintf("base64Key(strings.TrimPrefix(secret, %q))", r.Prefix)
	case signature.KeyBase64Prefix:
		g.helpers["base64Key"], g.helpers["prefixedKey"] = true, true
		g.use("encoding/base64", "strings")
		return fmt.Sprintf("prefixedKey(secret, %q)", r.Prefix)
	case signature.KeyEntities:
		g.use("html")
		return "[]byte(html.UnescapeString(secret))"
	default:
		return "[]byte(secret)"
	}
}

// encoded writes a sum, or, of a token, a text.
func (g *goTest) encoded(e signature.Encoding, sum string, text bool) string {
	bytes := sum
	if text {
		bytes = "[]byte(" + sum + ")"
	}
	switch e {
	case signature.EncodingHex:
		g.use("encoding/hex")
		return "hex.EncodeToString(" + bytes + ")"
	case signature.EncodingUpperHex:
		g.use("encoding/hex", "strings")
		return "strings.ToUpper(hex.EncodeToString(" + bytes + "))"
	case signature.EncodingBase64:
		g.use("encoding/base64")
		return "base64.StdEncoding.EncodeToString(" + bytes + ")"
	case signature.EncodingBase64URL:
		g.use("encoding/base64")
		return "base64.RawURLEncoding.EncodeToString(" + bytes + ")"
	case signature.EncodingHexBase64:
		g.use("encoding/base64", "encoding/hex")
		return "base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(" + bytes + ")))"
	default:
		return sum
	}
}

// joined is an expression of a string.
func (g *goTest) joined(parts []signature.Ingredient, variable string) string {
	var all []string
	for _, part := range parts {
		all = append(all, g.ingredient(part, variable))
	}
	if len(all) == 0 {
		return `""`
	}
	return strings.Join(all, "+")
}

func (g *goTest) ingredient(part signature.Ingredient, variable string) string {
	switch part.Kind {
	case signature.IngredientBody:
		return "w.body"
	case signature.IngredientBodyHash:
		g.helpers["hash"] = true
		g.use("crypto/sha256", "encoding/hex")
		return "sha256Hex(w.body)"
	case signature.IngredientForm:
		g.helpers["form"] = true
		g.use("slices", "strings", "net/url")
		return "sortedForm(w.body)"
	case signature.IngredientTimestamp:
		return "timestamp"
	case signature.IngredientSecret:
		return "secret"
	case signature.IngredientMethod:
		return "w.method"
	case signature.IngredientURL:
		g.helpers["publicURL"] = true
		g.use("os", "strings", "net/url")
		return "publicURL(w.url)"
	case signature.IngredientPath:
		g.helpers["path"] = true
		g.use("net/url")
		return "path(w.url)"
	case signature.IngredientHeader:
		return fmt.Sprintf("w.header.Get(%q)", part.Text)
	case signature.IngredientSignature:
		return variable
	default:
		return goString(part.Text)
	}
}

func holdsSignature(at signature.Place) bool {
	return slices.ContainsFunc(at.Value, func(i signature.Ingredient) bool { return i.Kind == signature.IngredientSignature })
}

func usesTime(r signature.Recipe) bool { return r.Time != signature.TimeNone }

func (g *goTest) file(base string, signers, tests []string) string {
	g.use("io", "net/http", "net/http/httptest", "os", "strings", "testing", "time")
	text := fill(goFile, map[string]any{
		"Imports": slices.Sorted(maps.Keys(g.imports)), "Base": goString(base), "Tests": strings.Join(tests, ""),
		"Signers": strings.Join(signers, ""), "Helpers": g.helpers,
	})
	if formatted, err := format.Source([]byte(text)); err == nil {
		return string(formatted)
	}
	return text
}
