package cmd

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func newSecret(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "secret",
		Short: "Keep the signing secrets of a project, and see where they come from",
		Long: "Secret keeps signing secrets in the system's keychain, or in a file that only you can read. They count behind --secret,\n" +
			"the variables of the environment and those of .env, and before the project's test secrets.",
		Example: "  hook secret set stripe\n  hook secret list",
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownSubcommand(c, args[0])
			}
			return c.Help()
		},
	}
	c.AddCommand(newSecretSet(s), newSecretList(s), newSecretRemove(s))
	return c
}

func unknownSubcommand(c *cobra.Command, name string) error {
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	return fail(exitUsage, didYouMean(c.CommandPath()+" ", name, names, "`"+c.CommandPath()+" --help` lists the commands"), "%s has no command %q", c.CommandPath(), name)
}

func newSecretRemove(s streams) *cobra.Command {
	var global bool
	c := &cobra.Command{
		Use:     "rm PROVIDER",
		Aliases: []string{"remove"},
		Short:   "Forget what `hook secret set` kept of a provider",
		Example: "  hook secret rm stripe\n  hook secret rm stripe --global",
		Args:    exactly(cobra.ExactArgs(1), "a provider"),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := findPlace(s)
			if err != nil {
				return err
			}
			return p.removeSecret(args[0], global)
		},
	}
	c.Flags().BoolVar(&global, "global", false, "the one for all projects")
	return c
}

func (p place) removeSecret(name string, global bool) error {
	provider, err := secretProvider(name)
	if err != nil {
		return err
	}
	found, err := findSecrets(p.project, nil, p.in, p.err)
	if err != nil {
		return err
	}
	n, err := found.drop(p.project.safe(global), provider)
	if err != nil {
		return notKept("rm", err)
	}
	if n == 0 {
		next := "`hook secret list` shows what there is"
		if other, err := p.project.safe(!global).read(); err == nil && len(other.Secrets[provider.Name]) > 0 {
			next = "there is one " + scope(!global) + ": `hook secret rm " + provider.Name + globalFlag(!global) + "`"
		}
		return fail(exitFailed, next, "secret rm: no secret of %s is kept %s", provider.Title, scope(global))
	}
	if found, err = findSecrets(p.project, nil, p.in, p.err); err != nil {
		return err
	}
	used := "none"
	if own := found.configured(provider); len(own) > 0 {
		used = own[0].Source
	} else if provider.CanSign() {
		used = sourceTests
	}
	_, err = fmt.Fprintf(p.out, "%s  forgotten %s; used from now on: %s\n", provider.Name, scope(global), inspect.Printable(used))
	return err
}

// scope says for whom a secret is kept.
func scope(global bool) string {
	if global {
		return "for all projects"
	}
	return "for this project"
}

func globalFlag(global bool) string {
	if global {
		return " --global"
	}
	return ""
}

// notKept is why a safe couldn't be changed.
func notKept(what string, err error) error {
	return fail(exitFailed, "set HOOK_HOME to a folder that can be written", "secret %s: %w", what, err)
}

// providerForm is what providers' names look like. Whatever doesn't may be a secret in the wrong place.
var providerForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,29}$`)

// secretProvider finds the provider that an argument names, and doesn't repeat one that may be a secret.
func secretProvider(name string) (*signature.Provider, error) {
	if name, _, ok := strings.Cut(name, "="); ok && signature.Lookup(name) != nil {
		return nil, notAnArgument(name)
	}
	if !providerForm.MatchString(name) {
		return nil, fail(exitUsage, "`hook events` lists the providers", "secret: an argument is no provider's name")
	}
	return lookup(name)
}

// notAnArgument refuses a secret on the command line.
func notAnArgument(provider string) error {
	return fail(exitUsage, fmt.Sprintf("`hook secret set %s` asks for it, `hook secret set %[1]s < FILE` reads it; take this one out of the shell's history", provider),
		"secret set: a secret as an argument is seen by other programs and kept by the shell")
}
