package cmd

import (
	"fmt"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// printProvider says what to know of a provider: how it signs, where its secret is, how it delivers.
func (p place) printProvider(provider *signature.Provider) error {
	about := schemeLines(provider)
	about = append(about,
		[2]string{"register", provider.RegisterAt}, [2]string{"secret", provider.SecretAt},
		[2]string{"variables", strings.Join(provider.SecretVars, ", ")})
	about = append(about, [2]string{"from", strings.Join(provider.Addresses, ", ")})
	secret, err := p.secretLine(provider)
	if err != nil {
		return err
	}
	about = append(about, secret)
	if provider.Timeout > 0 {
		about = append(about, [2]string{"waits", provider.Timeout.String() + " for an answer"})
	}
	about = append(about, [2]string{"success", provider.Success}, [2]string{"retries", provider.Retries})
	if provider.HasHandshake() {
		asks := "whether the URL is meant for it, before it sends events: `hook listen --provider " + provider.Name + "` answers"
		if provider.ChallengeSecret != "" {
			asks += "; while you are away with --challenge-secret, " + provider.ChallengeSecret
		}
		about = append(about, [2]string{"asks", asks})
	}
	if provider.Forgetful {
		about = append(about, [2]string{"held", "by a relay while you are away, as it is sent only once"})
	}
	about = append(about, [2]string{"note", provider.Note}, [2]string{"sure", confidenceWords(provider.Confidence)}, [2]string{"page", provider.Docs})
	for _, line := range about {
		if line[1] == "" {
			continue
		}
		width := lineWidth - 13
		if line[0] == "test" { // to be copied
			width = 0
		}
		for i, text := range wrap(line[1], width) {
			name := line[0]
			if i > 0 {
				name = ""
			}
			_, _ = fmt.Fprintf(p.err, "  %s %s\n", p.pen.faint.Sprint(fit(name, 10)), text)
		}
	}
	return nil
}

// schemeLines say how the provider's requests prove where they come from.
func schemeLines(provider *signature.Provider) [][2]string {
	outlines := provider.Outlines()
	if len(outlines) == 0 {
		return [][2]string{{"signature", "none: nothing in a request proves who sent it"}}
	}
	var lines [][2]string
	for i, o := range outlines {
		name := "signature"
		if i > 0 {
			name = "or"
		}
		text := o.Form + ", " + o.Algorithm
		if o.Signs != "" {
			text += " of " + o.Signs
		}
		lines = append(lines, [2]string{name, text}, [2]string{"key", o.Key}, [2]string{"time", o.Clock})
	}
	return lines
}

// secretLine says which secret is in use, or, of a test secret, what the app must be given.
func (p place) secretLine(provider *signature.Provider) ([2]string, error) {
	found, err := findSecrets(p.project, nil, p.in, p.err)
	if err != nil {
		return [2]string{}, err
	}
	own := found.of(provider)
	switch {
	case len(own) == 0:
		return [2]string{}, nil
	case own[0].Test:
		return [2]string{"test", "until you configure a secret: " + setVariable(provider, own[0].Value)}, nil
	default:
		return [2]string{"found", own[0].Source}, nil
	}
}

func confidenceWords(c signature.Confidence) string {
	switch c {
	case signature.Judged:
		return "its own library or server was seen to agree"
	case signature.Published:
		return "it agrees with a signature that the provider has published"
	case signature.Documented:
		return "it follows the documentation; nothing independent has confirmed it"
	case signature.Unconfirmed:
		return "no: a signature that does not match is called unknown, never invalid"
	default:
		return ""
	}
}
