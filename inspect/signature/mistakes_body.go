package signature

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A variant is a body that may have been signed in place of the one that arrived.
type variant struct {
	body []byte
	text string // for people: "without the newline at its end"
}

// newlines tries what editors, shells and proxies do to the ends of lines.
func (s *search) newlines() (Explanation, bool) {
	body := s.r.Body
	all := []variant{
		{bytes.TrimRight(body, "\r\n"), "without the newline at its end"},
		{bytes.TrimSpace(body), "without the white space around it"},
		{bytes.TrimRight(body, "\x00"), "without the zero bytes at its end"},
	}
	if len(body) <= maxReparsed {
		unix := bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))
		all = append(all,
			variant{slices.Concat(body, []byte("\n")), "with a newline at its end"},
			variant{slices.Concat(body, []byte("\r\n")), "with CR and LF at its end"},
			variant{unix, "with LF in place of CR LF"},
			variant{bytes.ReplaceAll(unix, []byte("\n"), []byte("\r\n")), "with CR LF in place of LF"},
			variant{bytes.TrimRight(unix, "\n"), "with LF in place of CR LF and no newline at its end"},
		)
	}
	for _, v := range all {
		if s.signedBody(v.body) {
			return Explanation{
				Mistake: MistakeBodyNewline, Headline: "the body's line ends were changed",
				Text: s.facts() + " It verifies for the same body " + v.text + ": " + s.difference(v.body) +
					". Something on the way, or a file that the body was kept in, added or removed them.",
				Next: "take the body as raw bytes, and keep it in files byte for byte",
			}, true
		}
	}
	return Explanation{}, false
}

// nothingSigned tries what is left of a body that somebody else has read before.
func (s *search) nothingSigned() (Explanation, bool) {
	for _, text := range []string{"", "{}", "[]", "null", "undefined", "None", "nil", `""`, "\n"} {
		if s.signedBody([]byte(text)) {
			is := "an empty body"
			if text = strings.TrimSpace(text); text != "" {
				is = "the body " + text
			}
			return Explanation{
				Mistake: MistakeBodyEmpty, Headline: "an empty body was signed",
				Text: fmt.Sprintf("%s It verifies for %s; %s arrived. Whatever made the signature had no body at hand: "+
					"its stream was read before, or the body was set after signing.", s.facts(), is, size(len(s.r.Body))),
				Next: "sign the bytes that are sent, read once and kept",
			}, true
		}
	}
	return Explanation{}, false
}

// stringified tries the texts that programs make of a body that is no string.
func (s *search) stringified() (Explanation, bool) {
	body := s.r.Body
	for _, text := range []string{"[object Object]", "[object Buffer]", "[object Uint8Array]", "[object ArrayBuffer]", "<Buffer >"} {
		if s.signedBody([]byte(text)) {
			return s.asText(text+", which JavaScript makes of an object that becomes text", []byte(text)), true
		}
	}
	if len(body) > largeBody {
		return Explanation{}, false
	}
	quoted, _ := json.Marshal(string(body))
	for _, v := range []variant{
		{unstringed(body), "what the body is the JSON string of"},
		{unstringed(slices.Concat([]byte(`"`), body, []byte(`"`))), "the body with its backslashes resolved: it was escaped as a JSON string is"},
		{plain(nil, quoted), "the body as a JSON string: it was written as JSON a second time"},
		{quoted, "the body as a JSON string: it was written as JSON a second time"},
		{slices.Concat([]byte("b'"), body, []byte("'")), "the body as Python shows bytes, within b'…'"},
		{slices.Concat([]byte("'"), body, []byte("'")), "the body in quotation marks"},
		{slices.Concat([]byte(`"`), body, []byte(`"`)), "the body in quotation marks"},
		{bufferJSON(body), "the JSON that Node makes of a Buffer"},
		{numbersOf(body), "the body's bytes as numbers, as Uint8Array becomes text"},
		{[]byte(hex.EncodeToString(body)), "the body in hexadecimal digits"},
	} {
		if len(v.body) > 0 && s.signedBody(v.body) {
			return s.asText(v.text, v.body), true
		}
	}
	if e, found := s.base64Body(); found {
		return e, true
	}
	return Explanation{}, false
}

func (s *search) asText(what string, signed []byte) Explanation {
	return Explanation{
		Mistake: MistakeBodyStringified, Headline: "a program's text for the body was signed",
		Text: s.facts() + " It verifies for " + what + ": " + s.difference(signed) + ".",
		Next: "sign and verify the body's raw bytes, and turn them into nothing else before",
	}
}

// base64Body tries both directions of base64, in which gateways hand bodies on.
func (s *search) base64Body() (Explanation, bool) {
	body := bytes.TrimSpace(s.r.Body)
	found := func(text string, signed []byte) (Explanation, bool) {
		return Explanation{
			Mistake: MistakeBodyBase64, Headline: "the body is in base64",
			Text: s.facts() + " It verifies for " + text + ": " + s.difference(signed) + ". Gateways hand bodies to functions so.",
			Next: "decode the body's base64 before it is verified (isBase64Encoded tells of it at AWS), or pass the body on as it came",
		}, true
	}
	for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
		if plain, err := alphabet.DecodeString(string(body)); err == nil && len(plain) > 0 && s.signedBody(plain) {
			return found("what the body is base64 of", plain)
		}
	}
	if coded := []byte(base64.StdEncoding.EncodeToString(s.r.Body)); s.signedBody(coded) {
		return found("the body's base64", coded)
	}
	return Explanation{}, false
}

// unstringed is the text of a JSON string; nil if text is none.
func unstringed(text []byte) []byte {
	var plain string
	if text = bytes.TrimSpace(text); len(text) < 2 || text[0] != '"' || json.Unmarshal(text, &plain) != nil {
		return nil
	}
	return []byte(plain)
}

// bufferJSON is {"type":"Buffer","data":[…]}.
func bufferJSON(body []byte) []byte {
	return slices.Concat([]byte(`{"type":"Buffer","data":[`), numbersOf(body), []byte("]}"))
}

func numbersOf(body []byte) []byte {
	all := make([]byte, 0, 4*len(body))
	for i, b := range body {
		if i > 0 {
			all = append(all, ',')
		}
		all = strconv.AppendInt(all, int64(b), 10)
	}
	return all
}

// decompressed tries the body without the compression that it has.
func (s *search) decompressed() (Explanation, bool) {
	open, name := decompressor(s.r.Body)
	if open == nil || !s.spend(2*maxReparsed) {
		return Explanation{}, false
	}
	plain, err := io.ReadAll(io.LimitReader(open, maxReparsed))
	if err != nil && len(plain) == 0 || !s.signedBody(plain) {
		return Explanation{}, false
	}
	return Explanation{
		Mistake: MistakeBodyCompressed, Headline: "the body was signed before it was compressed",
		Text: fmt.Sprintf("%s It verifies for the body without its %s: %s arrived, %s were signed.",
			s.facts(), name, size(len(s.r.Body)), thousands(len(plain))),
		Next: "decompress the body before it is verified, or compress it before it is signed",
	}, true
}

// decompressor tells compression by its first bytes; nil if there is none that is known here.
func decompressor(body []byte) (io.Reader, string) {
	switch {
	case bytes.HasPrefix(body, []byte{0x1f, 0x8b}):
		if r, err := gzip.NewReader(bytes.NewReader(body)); err == nil {
			return r, "gzip"
		}
	case len(body) > 2 && body[0] == 0x78 && (int(body[0])<<8+int(body[1]))%31 == 0:
		if r, err := zlib.NewReader(bytes.NewReader(body)); err == nil {
			return r, "deflate"
		}
	case len(body) > 2 && body[0] != '{' && body[0] != '[' && !isASCII(body[:min(len(body), 64)]):
		return flate.NewReader(bytes.NewReader(body)), "deflate"
	}
	return nil, ""
}
