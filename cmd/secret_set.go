package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

type secretSetOptions struct {
	provider           string
	global, add, force bool
}

func newSecretSet(s streams) *cobra.Command {
	var o secretSetOptions
	c := &cobra.Command{
		Use:   "set PROVIDER",
		Short: "Keep a provider's signing secret",
		Long: "Set asks for the secret, or reads it from standard input, and keeps it for this project. It is not taken as an argument,\n" +
			"as the shell would keep that. A listener that runs uses it within a second.",
		Example: "  hook secret set stripe\n  hook secret set github --global < secret.txt\n  hook secret set stripe --add",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				if p := signature.Lookup(strings.ToLower(args[0])); p != nil {
					return notAnArgument(p.Name)
				}
				return notAnArgument("PROVIDER")
			}
			return exactly(cobra.ExactArgs(1), "a provider")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.provider = args[0]
			p, err := findPlace(s)
			if err != nil {
				return err
			}
			return p.setSecret(c.Context(), o)
		},
	}
	f := c.Flags()
	f.BoolVar(&o.global, "global", false, "keep it for all projects; a project's own counts first")
	f.BoolVar(&o.add, "add", false, "keep the older ones too, as while a secret is being changed: all are tried")
	f.BoolVar(&o.force, "force", false, "keep it even if it isn't in the provider's form")
	return c
}

func (p place) setSecret(ctx context.Context, o secretSetOptions) error {
	provider, err := secretProvider(o.provider)
	if err != nil {
		return err
	}
	value, err := p.askSecret(ctx, provider)
	if err != nil {
		return err
	}
	if err := checkSecret(provider, value, o.force); err != nil {
		return err
	}
	found, err := findSecrets(p.project, nil, p.in, p.err)
	if err != nil {
		return err
	}
	target := p.project.safe(o.global)
	now, why, err := found.keep(target, provider, value, o.add)
	if err != nil {
		return notKept("set", err)
	}
	if why != nil && !errors.Is(why, errNoKeychain) {
		_, _ = fmt.Fprintf(p.err, "hook: warning: the keychain did not take it, so it is in a file: %s\n", inspect.Printable(why.Error()))
	}
	where := "the keychain"
	if why != nil {
		where = target.path + ", which only you can read"
	}
	beside := ""
	if len(now) > 1 {
		beside = fmt.Sprintf(", beside %d older", len(now)-1)
	}
	if _, err = fmt.Fprintf(p.out, "%s  %s  kept %s, in %s%s\n", provider.Name, signature.Mask(value), scope(o.global), inspect.Printable(where), beside); err != nil {
		return err
	}
	if first := before(found, provider, o.global); first != "" {
		_, _ = fmt.Fprintf(p.err, "hook: warning: %s comes first, so this one is not used as long as that is there\n", inspect.Printable(first))
	}
	return nil
}

// before is the source of what counts before a safe's secrets of the provider; empty if nothing does.
func before(s *secrets, p *signature.Provider, global bool) string {
	if found := s.found(p); len(found) > 0 {
		return found[0].Source
	}
	project := s.now().safes[0]
	if own := project.Secrets[p.Name]; global && len(own) > 0 {
		return project.source(own[0], false)
	}
	return ""
}

// checkSecret says whether a value can be a secret of the provider. With force, only what can't be kept is refused.
func checkSecret(p *signature.Provider, value string, force bool) error {
	const again = "set it again; --force keeps it as it is"
	switch err := p.CheckSecret(value); {
	case value == "":
		return fail(exitUsage, "paste it when `hook secret set "+p.Name+"` asks, or give it on standard input: < FILE", "secret set: there is no secret in it")
	case !utf8.ValidString(value) || len(value) > maxSecret:
		return fail(exitUsage, "give the secret and nothing else", "secret set: it is not UTF-8 text of up to %d bytes", maxSecret)
	case force:
		return nil
	case err != nil:
		next := again
		if p.SecretAt != "" {
			next = "copy it from " + p.SecretAt + " and " + again
		}
		return fail(exitUsage, next, "secret set: %w", err)
	case len(value) > 1 && strings.ContainsAny(value[:1], `"'`) && value[0] == value[len(value)-1]:
		return fail(exitUsage, "without them, "+again, "secret set: there are quotes around it, which would count as a part of it")
	}
	return nil
}
