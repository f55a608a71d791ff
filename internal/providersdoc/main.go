// Command providersdoc writes docs/providers.md from the data that hook works with.
//
//	go run ./internal/providersdoc > docs/providers.md
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	write(out)
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "providersdoc:", err)
		os.Exit(1)
	}
}

const preface = `# Providers

<!-- Made by go run ./internal/providersdoc > docs/providers.md: change the data in inspect/signature, not this page. -->

Who hook recognises, verifies and signs for, and what to know of each. ` + "`hook events PROVIDER`" + ` shows the same.
A sender that is not here can be declared in a few lines: [own-schemes.md](own-schemes.md).

In what is signed, ` + "`{body}`" + ` is the exact bytes of the body, ` + "`{timestamp}`" + ` the time as the request carries it, ` + "`{url}`" + ` the whole URL as it
is registered. The confidence says how sure hook is:

| confidence | meaning |
|---|---|
| judged | the provider's own library or server was seen to agree |
| published | it agrees with a request whose signature the provider has published |
| documented | it follows the provider's documentation; nothing independent has confirmed it |
| unconfirmed | from other sources; a signature that does not match is called unknown, never invalid |

`

const held = `
## Held while you are away

These never send a webhook again by themselves, unless told to, and nothing reads what the app answers. With ` + "`--when-away auto`" + `, the default, a relay holds
what they send while ` + "`hook listen`" + ` is away, and answers 202; whatever others send is answered 502, so that they send it again, or their user sees that it failed.
Those in the second list can't be told by the header alone: name them with ` + "`--provider`" + `.

`

// write writes the page.
func write(w io.Writer) {
	p := printer{w}
	p.text(preface)
	p.text("| provider | name | proof | confidence |\n|---|---|---|---|\n")
	for _, provider := range signature.Providers() {
		p.text("| [%s](#%s) | `%s` | %s | %s |\n", provider.Title, anchor(provider.Title), provider.Name, proof(provider), provider.Confidence)
	}
	p.held()
	for _, provider := range signature.Providers() {
		p.section(provider)
	}
}

type printer struct{ io.Writer }

func (p printer) text(format string, args ...any) { _, _ = fmt.Fprintf(p, format, args...) } // bufio keeps the error

// held lists the forgetful providers.
func (p printer) held() {
	var known, unknown []string
	for _, provider := range signature.Providers() {
		switch link := "[" + provider.Title + "](#" + anchor(provider.Title) + ")"; {
		case !provider.Forgetful:
		case provider.KnownByHeader():
			known = append(known, link)
		default:
			unknown = append(unknown, link)
		}
	}
	p.text("%s- %s\n- %s\n", held, strings.Join(known, ", "), strings.Join(unknown, ", "))
}

func (p printer) section(provider *signature.Provider) {
	p.text("\n## %s\n\n", provider.Title)
	if provider.Note != "" {
		p.text("%s\n\n", provider.Note)
	}
	for _, o := range provider.Outlines() {
		p.text("- **Signature**: `%s`, %s", o.Form, o.Algorithm)
		if o.Signs != "" {
			p.text(" of `%s`", o.Signs)
		}
		p.text("\n- **Key**: %s\n", o.Key)
		if o.Clock != "" {
			p.text("- **Time**: %s\n", o.Clock)
		}
	}
	if len(provider.Outlines()) == 0 {
		p.text("- **Signature**: none\n")
	}
	for _, line := range [][2]string{
		{"Variables", code(provider.SecretVars)}, {"Where the URL is registered", provider.RegisterAt}, {"Where the secret is", provider.SecretAt},
		{"Sends from", code(provider.Addresses)},
		{"Waits", wait(provider.Timeout)}, {"Success", provider.Success}, {"Retries", provider.Retries}, {"Held while you are away", kept(provider)}, {"Asks before it sends", asks(provider)},
		{"Confidence", string(provider.Confidence)}, {"Documentation", "<" + provider.Docs + ">"},
	} {
		if line[1] != "" && line[1] != "<>" {
			p.text("- **%s**: %s\n", line[0], line[1])
		}
	}
}

// proof is how a provider proves itself, in a few words.
func proof(p *signature.Provider) string {
	var all []string
	for _, o := range p.Outlines() {
		all = append(all, o.Algorithm)
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}

func asks(p *signature.Provider) string {
	if !p.HasHandshake() {
		return ""
	}
	if p.ChallengeSecret == "" {
		return "yes, and hook knows the [answer](challenges.md)"
	}
	return "yes, and hook knows the [answer](challenges.md), which takes " + p.ChallengeSecret
}

func kept(p *signature.Provider) string {
	switch {
	case !p.Forgetful:
		return ""
	case p.KnownByHeader():
		return "yes, as it would be lost"
	default:
		return "if the endpoint names it (`--provider`), as it would be lost"
	}
}

func code(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

func wait(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String() + " for an answer"
}

// anchor is a heading's name in links.
func anchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		default:
			return -1
		}
	}, strings.ToLower(title))
}
