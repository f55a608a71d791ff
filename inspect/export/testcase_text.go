package export

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// variableOf is the environment's variable that usually holds a provider's secret.
func variableOf(p *signature.Provider) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
	for _, name := range p.SecretVars {
		if name != "" && strings.Trim(name, letters+"0123456789") == "" && strings.Trim(name[:1], letters) == "" {
			return name
		}
	}
	return "WEBHOOK_SECRET"
}

// wordsOf are those that name a delivery's test.
func wordsOf(d *inspect.Delivery) []string {
	const limit = 8
	split := func(r rune) bool { return r > 'z' || !isWord(byte(r)) }
	words := strings.FieldsFunc(d.Provider, split)
	words = append(words, strings.FieldsFunc(d.EventType, split)...)
	for i, word := range words {
		words[i] = word[:min(len(word), 40)]
	}
	if len(words) == 0 {
		return []string{"webhook"}
	}
	return words[:min(len(words), limit)]
}

// titleOf names a delivery's test where any text does.
func titleOf(d *inspect.Delivery) string {
	return cmp.Or(strings.TrimSpace(ascii(d.Provider+" "+d.EventType)), "webhook")
}

func isWord(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}

// testFields are the headers that a test's client sends: those that it or the connection makes itself are left out.
func testFields(h http.Header) [][2]string {
	var fields [][2]string
	eachField(h, func(name, value string) {
		switch name {
		case "Connection", "Keep-Alive", "Te", "Trailer", "Upgrade", "Expect", "Accept-Encoding", "Proxy-Connection":
			return
		}
		fields = append(fields, [2]string{name, strings.Trim(value, " \t")})
	})
	return fields
}

// unsendable is a header that clients refuse to send.
func unsendable(h http.Header) (string, bool) {
	for name, values := range h {
		for _, value := range values {
			if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				return name, true
			}
		}
	}
	return "", false
}

// withoutParameter takes a parameter out of a path's query.
func withoutParameter(path, name string) string {
	path, query, asked := strings.Cut(path, "?")
	if !asked {
		return path
	}
	kept := slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool { return strings.HasPrefix(pair, name+"=") })
	if len(kept) == 0 {
		return path
	}
	return path + "?" + strings.Join(kept, "&")
}

// cutURL cuts a URL where its path begins.
func cutURL(url string) (base, path string) {
	start := strings.Index(url, "://") + len("://")
	end := len(url)
	if i := strings.IndexAny(url[start:], "/?#"); i >= 0 {
		end = start + i
	}
	return url[:end], asciiPath(url[end:])
}

// asciiPath is a path as every client sends it unchanged: what is no ASCII is escaped. It begins with a slash.
func asciiPath(path string) string {
	path, _, _ = strings.Cut(path, "#")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	var b strings.Builder
	for _, c := range []byte(path) {
		if c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' || c == '`' || c == '{' || c == '}' || c == '|' || c == '^' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// ascii is a text for a comment: one line that no language reads as anything else.
func ascii(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	const limit = 200
	return s[:min(len(s), limit)]
}
