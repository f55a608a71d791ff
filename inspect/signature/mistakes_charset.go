package signature

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var (
	byteOrderMark = []byte("\xef\xbb\xbf")
	replacement   = []byte("\xef\xbf\xbd") // U+FFFD, which decoders write for bytes that they can't read
)

// recoded tries the body in other charsets.
func (s *search) recoded() (Explanation, bool) {
	body := s.r.Body
	if len(body) > maxReparsed {
		return Explanation{}, false
	}
	if bare, marked := bytes.CutPrefix(body, byteOrderMark); marked {
		if s.signedBody(bare) {
			return s.charset("the same body without the byte order mark at its start", bare), true
		}
	} else if with := append(bytes.Clone(byteOrderMark), body...); len(body) <= largeBody && s.signedBody(with) {
		return s.charset("the same body behind a byte order mark", with), true
	}
	if utf8Text := fromUTF16(body); utf8Text != nil && s.signedBody(utf8Text) {
		return s.charset("the same text in UTF-8; it arrived in UTF-16", utf8Text), true
	}
	if isASCII(body) {
		return Explanation{}, false
	}
	for _, v := range []variant{
		{toLatin1(body, false), "the same text in ISO 8859-1 (Latin-1); it arrived in UTF-8"},
		{fromLatin1(body, false), "the same text in UTF-8; it arrived in ISO 8859-1 (Latin-1)"},
		{toLatin1(body, true), "the same text in Windows-1252; it arrived in UTF-8"},
		{fromLatin1(body, true), "the same text in UTF-8; it arrived in Windows-1252"},
		{asASCII(body, false), "the same text with a question mark for each character that is not ASCII"},
		{asASCII(body, true), "the same text with question marks for each character that is not ASCII, two for those beyond U+FFFF"},
		{bytes.ToValidUTF8(body, replacement), "the same text with U+FFFD for what is not UTF-8"},
	} {
		if v.body != nil && s.signedBody(v.body) {
			return s.charset(v.text, v.body), true
		}
	}
	return Explanation{}, false
}

func (s *search) charset(text string, signed []byte) Explanation {
	return Explanation{
		Mistake: MistakeBodyCharset, Headline: "the body's characters were written in another charset",
		Text: s.facts() + " It verifies for " + text + ": " + s.difference(signed) + ".",
		Next: "sign and verify the body's raw bytes; where they must become text, decode and encode them as UTF-8",
	}
}

// windows1252 are the characters of the bytes 0x80 to 0x9f, which Latin-1 does not have; 0 for none.
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// toLatin1 writes UTF-8 text with a byte for each character, those of Windows-1252 if windows is set; nil if it can't be.
func toLatin1(text []byte, windows bool) []byte {
	if !utf8.Valid(text) {
		return nil
	}
	out := make([]byte, 0, len(text))
	for _, r := range string(text) {
		b := byte(r)
		if r > 0xff || windows && r >= 0x80 && r < 0xa0 {
			at := slices.Index(windows1252[:], r)
			if !windows || at < 0 {
				return nil
			}
			b = 0x80 + byte(at)
		}
		out = append(out, b)
	}
	return out
}

// fromLatin1 reads each byte as a character.
func fromLatin1(text []byte, windows bool) []byte {
	out := make([]byte, 0, 2*len(text))
	for _, b := range text {
		r := rune(b)
		if windows && b >= 0x80 && b < 0xa0 {
			if r = windows1252[b-0x80]; r == 0 {
				r = rune(b)
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// asASCII writes question marks for what is not ASCII: one for a character, or one for each of its units of UTF-16.
func asASCII(text []byte, units bool) []byte {
	out := make([]byte, 0, len(text))
	for _, r := range string(text) {
		switch {
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case units && r > 0xffff:
			out = append(out, "??"...)
		default:
			out = append(out, '?')
		}
	}
	return out
}

// fromUTF16 is text in UTF-8 if it is UTF-16, with a mark or mostly ASCII; nil if not.
func fromUTF16(text []byte) []byte {
	if len(text) < 4 || len(text)%2 != 0 || len(text) > largeBody {
		return nil
	}
	order := binary.ByteOrder(binary.LittleEndian)
	switch {
	case text[0] == 0xff && text[1] == 0xfe:
		text = text[2:]
	case text[0] == 0xfe && text[1] == 0xff:
		order, text = binary.BigEndian, text[2:]
	case text[0] == 0 && text[1] != 0:
		order = binary.BigEndian
	case text[1] != 0 || text[0] == 0:
		return nil
	}
	units := make([]uint16, 0, len(text)/2)
	for i := 0; i+1 < len(text); i += 2 {
		units = append(units, order.Uint16(text[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// damagedBody tells of a body that lost some of its bytes for good.
func (s *search) damagedBody() (Explanation, bool) {
	if !s.signsAnything() {
		return Explanation{}, false
	}
	if n := bytes.Count(s.r.Body, replacement); n > 0 {
		return Explanation{
			Mistake: MistakeBodyCharset, Headline: "the body was decoded as text and lost bytes",
			Text: fmt.Sprintf("%s The body that arrived has U+FFFD %s times, which decoders write for bytes that they can't read. "+
				"What stood there is lost, and so the signature can't be verified any more.", s.facts(), thousands(n)),
			Next: "take the body as raw bytes, and never as text in a charset that it may not have",
		}, true
	}
	coding := strings.ToLower(strings.TrimSpace(header(s.r.Header, "Content-Encoding")))
	if open, _ := decompressor(s.r.Body); coding != "" && coding != "identity" && open == nil && isText(s.r.Body[:min(len(s.r.Body), 32)]) {
		return Explanation{
			Mistake: MistakeBodyCompressed, Headline: "the body was decompressed on the way",
			Text: fmt.Sprintf("%s The request says Content-Encoding: %s, and its body is not compressed. If the compressed bytes were "+
				"signed, they can't be made again: compressors differ.", s.facts(), printable(coding[:min(len(coding), 32)])),
			Next: "verify the body as it comes over the network, before anything decompresses it",
		}, true
	}
	return Explanation{}, false
}
