package signature

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An edit is a change to a secret that people make without meaning to.
type edit struct {
	mistake string
	value   string // the secret as it would have to be
	key     []byte // or the key itself, if the scheme would make another of every text
	text    string // what it would mean
	next    string
}

// edits are the changes that are tried to a secret, the likeliest first, those that leave it as it is left out.
func edits(secret, title string) []edit {
	all := slices.Concat(trimmed(secret), prefixes(secret), pasted(secret), decoded(secret, title), added(secret), cases(secret))
	known := map[string]bool{secret: true, "": true}
	return slices.DeleteFunc(all, func(e edit) bool {
		if e.key != nil {
			return false
		}
		again := known[e.value]
		known[e.value] = true
		return again
	})
}

// here is an edit of the secret that is configured, there of the one that the sender has.
func here(mistake, value, text string) edit {
	return edit{mistake: mistake, value: value, text: text, next: "correct the secret where it is configured"}
}

func there(mistake, value, text string) edit {
	return edit{mistake: mistake, value: value, text: text, next: "enter the secret anew at the sender"}
}

// trimmed are changes to what stands around the secret.
func trimmed(secret string) []edit {
	literal := secret
	for _, end := range []string{`\n`, `\r`, `\n`} {
		literal = strings.TrimSuffix(literal, end)
	}
	return []edit{
		here(MistakeSecretWhitespace, trimSpace(secret), "without the white space around the secret"),
		here(MistakeSecretQuotes, unquote(secret), "without the quotation marks around the secret"),
		here(MistakeSecretWhitespace, literal, `without the \n that is written out at the secret's end`),
	}
}

// trimSpace takes away white space of any kind, and what can't be seen at all: a byte order mark, zero-width characters.
func trimSpace(secret string) string {
	return strings.TrimFunc(secret, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == 0 })
}

// unquote is secret without white space and one or more kinds of quotation marks around it.
func unquote(secret string) string {
	const marks = "\"'`“”‘’«»"
	if !strings.ContainsAny(secret, marks) {
		return secret
	}
	return strings.Trim(secret, marks+" \t\r\n")
}

// prefixes are changes to what providers write before their secrets.
func prefixes(secret string) []edit {
	all := []edit{
		here(MistakeSecretPrefix, strings.TrimPrefix(secret, "v1,"), "without v1, before the secret, which does not belong to it"),
	}
	if bare, prefixed := strings.CutPrefix(secret, "whsec_"); prefixed {
		return append(all, edit{
			mistake: MistakeSecretPrefix, value: bare,
			text: "without whsec_: the sender cut the prefix off, which belongs to the secret",
			next: "let the sender sign with the whole secret, prefix included",
		})
	}
	return append(all, here(MistakeSecretPrefix, "whsec_"+secret, "with whsec_ before the secret: the prefix belongs to it and was cut off"))
}

// pasted are the secrets that may be meant where more was pasted than one.
func pasted(secret string) []edit {
	var all []edit
	cut := func(value, text string) {
		all = append(all, here(MistakeSecretPasted, unquote(trimSpace(value)), text))
	}
	if name, value, found := strings.Cut(secret, "="); found && isVariable(name) {
		cut(value, "without the variable's name before the secret")
	}
	if _, value, found := strings.Cut(secret, ": "); found {
		cut(value, "without the name before the secret")
	}
	if value, _, found := strings.Cut(secret, " #"); found {
		cut(value, "without the comment behind the secret")
	}
	for _, scheme := range []string{"Bearer ", "Basic ", "HMAC ", "sha256="} {
		if value, found := strings.CutPrefix(secret, scheme); found {
			cut(value, "without "+strings.TrimSpace(scheme)+" before the secret")
		}
	}
	if bare := strings.TrimRight(secret, ";,"); bare != secret {
		cut(bare, "without the punctuation behind the secret")
	}
	if lines := strings.Fields(secret); len(lines) > 1 && len(lines) <= 4 && !strings.Contains(secret, "-----") {
		for _, one := range lines {
			cut(one, "with one of the texts that the secret holds, and not with all")
		}
	}
	return all
}

// isVariable says whether text is an environment variable's name, perhaps behind "export".
func isVariable(text string) bool {
	name := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "export "))
	return len(name) > 2 && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == "" &&
		(strings.Contains(name, "_") || name == strings.ToUpper(name))
}

// decoded are the ways of decoding a secret, or of not doing it.
func decoded(secret, title string) []edit {
	bare := strings.TrimPrefix(secret, "whsec_")
	asText := title + " uses the secret's whole text as the key; do the same"
	all := []edit{
		undecoded(secret, "with the secret's text as the key: it was used undecoded", title),
		undecoded(bare, "with the text behind whsec_ as the key: it was used undecoded", title),
	}
	for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		key, err := alphabet.DecodeString(bare)
		if err != nil || len(key) == 0 {
			continue
		}
		if text := trimSpace(string(key)); len(key) >= 6 && isText(key) {
			all = append(all, here(MistakeSecretEncoding, text, "with what the secret is base64 of: it was encoded once too often"))
		}
		all = append(all, edit{mistake: MistakeSecretEncoding, key: key, text: "with the secret base64-decoded: the sender decoded it", next: asText})
		break
	}
	if key, err := hex.DecodeString(secret); err == nil && len(key) > 0 {
		if isText(key) {
			all = append(all, here(MistakeSecretEncoding, string(key), "with what the secret's hexadecimal digits stand for"))
		}
		all = append(all, edit{mistake: MistakeSecretEncoding, key: key, text: "with the secret's hexadecimal digits decoded: the sender decoded them", next: asText})
	}
	if plain, err := url.QueryUnescape(secret); err == nil {
		all = append(all, here(MistakeSecretEncoding, plain, "with the secret's percent signs resolved: it was URL-encoded"))
	}
	return append(all,
		there(MistakeSecretEncoding, url.QueryEscape(secret), "with the secret URL-encoded: the sender's copy is"),
		there(MistakeSecretEncoding, base64.StdEncoding.EncodeToString([]byte(secret)), "with the secret's base64: the sender encoded it"),
		there(MistakeSecretEncoding, base64.StdEncoding.EncodeToString([]byte(secret+"\n")), "with the base64 of the secret and a newline: the sender encoded both"))
}

func undecoded(key, text, title string) edit {
	return edit{
		mistake: MistakeSecretEncoding, key: []byte(key), text: text,
		next: title + " decodes the secret's text to make the key; do the same",
	}
}

// isText says whether bytes can be a secret that somebody typed or copied.
func isText(b []byte) bool {
	return utf8.Valid(b) && !bytes.ContainsFunc(bytes.TrimSpace(b), func(r rune) bool { return !unicode.IsPrint(r) })
}

// added are what a sender's copy may have more.
func added(secret string) []edit {
	return []edit{
		there(MistakeSecretWhitespace, secret+"\n", "with a newline behind the secret: the sender's copy has one"),
		there(MistakeSecretWhitespace, secret+"\r\n", "with CR and LF behind the secret: the sender's copy has them"),
		there(MistakeSecretWhitespace, secret+" ", "with a space behind the secret: the sender's copy has one"),
		there(MistakeSecretWhitespace, " "+secret, "with a space before the secret: the sender's copy has one"),
		there(MistakeSecretWhitespace, secret+`\n`, `with a written-out \n behind the secret: the sender's copy has one`),
		there(MistakeSecretQuotes, `"`+secret+`"`, "with quotation marks around the secret: the sender's copy has them"),
		there(MistakeSecretQuotes, "'"+secret+"'", "with quotation marks around the secret: the sender's copy has them"),
	}
}

// cases are the secret in capitals, and without any.
func cases(secret string) []edit {
	if len(secret) > maxHeader {
		return nil
	}
	return []edit{
		here(MistakeSecretCase, strings.ToLower(secret), "with all of the secret's letters small"),
		here(MistakeSecretCase, strings.ToUpper(secret), "with all of the secret's letters capital"),
	}
}

// editedSecret tries the provider's secrets with the changes that people make to them.
func (s *search) editedSecret() (Explanation, bool) {
	for _, c := range s.edited() {
		if e, found := s.editedKeys(c); found {
			return e, true
		}
		if strings.Contains(c.Value, "-----BEGIN ") {
			continue
		}
		own := s.ownKey(c.Value)
		for _, e := range edits(c.Value, s.p.Title) {
			switch {
			case e.key != nil && (bytes.Equal(e.key, own) || !s.keyVerifies(slices.Clone(e.key))):
				continue
			case e.key == nil && !s.verifies(s.r, e.value):
				continue
			}
			text := fmt.Sprintf("%s It verifies %s. The secret from %s is %s", s.facts(), e.text, place(c.Source), Mask(c.Value))
			if e.key == nil {
				text += fmt.Sprintf("; the signature was made with one of %d", utf8.RuneCountInString(e.value))
			}
			return Explanation{Mistake: e.mistake, Headline: headlines(e.mistake), Text: text + ".", Next: e.next}, true
		}
	}
	return Explanation{}, false
}

// ownKey is the key that the scheme makes of a secret, if it is known how; nil if not.
func (s *search) ownKey(secret string) []byte {
	c, _ := s.p.scheme.read(s.r)
	scheme := hmacOf(inner(s.p.scheme, c, secret))
	if scheme == nil {
		return nil
	}
	key, err := scheme.secret.appendKey(nil, secret)
	if err != nil {
		return nil
	}
	return key
}

func headlines(mistake string) string {
	switch mistake {
	case MistakeSecretWhitespace:
		return "there is white space around the secret"
	case MistakeSecretQuotes:
		return "there are quotation marks around the secret"
	case MistakeSecretPrefix:
		return "the secret was used with another prefix"
	case MistakeSecretPasted:
		return "the secret was pasted with something else"
	case MistakeSecretCase:
		return "the secret's letters have another case"
	default:
		return "the secret was decoded in another way"
	}
}

// secretMalformed explains a secret that the scheme can't use; if a simple change makes it fit, that.
func (s *search) secretMalformed() Explanation {
	for _, find := range []func() (Explanation, bool){s.editedSecret, s.otherSecret, s.otherProvider, s.otherKind} {
		if e, found := find(); found {
			return e
		}
	}
	e := Explanation{
		Mistake: MistakeSecretMalformed, Headline: "the secret has not the form that " + s.p.Title + " gives out",
		Text: "The secret from " + place(s.res.Secret) + " can't be used.",
		Next: "copy it again from " + s.p.SecretAt,
	}
	if len(s.own) > 0 {
		if err := s.p.CheckSecret(s.own[0].Value); err != nil {
			e.Text = fmt.Sprintf("The secret from %s can't be used: %v. It is %s.",
				place(s.own[0].Source), err, Mask(s.own[0].Value))
		}
	}
	return e
}
