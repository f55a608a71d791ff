package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/fixtures"
)

func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "hook",
		Short: "Receive, send, inspect and replay webhooks on your own machine",
		Long: "hook brings webhooks to the app on your machine, sends sample events signed as the provider signs them,\n" +
			"keeps every delivery, delivers it again, and says why a signature does not verify.",
		Example: "  hook demo\n" +
			"  hook listen 3000/webhooks/stripe\n" +
			"  hook send stripe payment_intent.succeeded",
		Version:       Version,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return c.Help()
		},
	}
	root.SetVersionTemplate("hook {{.Version}}\n")
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(flagError)
	root.SetGlobalNormalizationFunc(oneName)
	root.AddGroup(
		&cobra.Group{ID: "deliver", Title: "Deliver:"},
		&cobra.Group{ID: "inspect", Title: "Inspect:"},
		&cobra.Group{ID: "setup", Title: "Set up:"},
		&cobra.Group{ID: "help", Title: "Find your way:"},
	)
	root.SetHelpCommandGroupID("help")
	root.SetCompletionCommandGroupID("help")
	for _, c := range []*cobra.Command{newListen(s), newSend(s), newReplay(s)} {
		c.GroupID = "deliver"
		root.AddCommand(c)
	}
	for _, c := range []*cobra.Command{newVerify(s), newList(s), newShow(s), newUI(s), newDiff(s), newWait(s), newExport(s), newImport(s)} {
		c.GroupID = "inspect"
		root.AddCommand(c)
	}
	for _, c := range []*cobra.Command{newSecret(s), newRelay(s)} {
		c.GroupID = "setup"
		root.AddCommand(c)
	}
	for _, c := range []*cobra.Command{newDemo(s), newEvents(s)} {
		c.GroupID = "help"
		root.AddCommand(c)
	}
	return root
}

// oneName lets flags be called as other tools call them.
func oneName(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	switch name {
	case "forward-to":
		name = "to"
	case "events":
		name = "event"
	case "skip-verify":
		name = "insecure"
	}
	return pflag.NormalizedName(name)
}

// unknownCommand names the commands below c that were meant.
func unknownCommand(c *cobra.Command, name string) error {
	var names []string
	for _, below := range c.Commands() {
		if !below.Hidden {
			names = append(names, below.Name())
		}
	}
	path := c.CommandPath()
	return fail(exitUsage, didYouMean(path+" ", name, names, "`"+path+" --help` lists the commands"), "%s has no command %q", path, name)
}

// flagError makes every mistake in a flag a usage fault that names the flag that was meant.
func flagError(c *cobra.Command, err error) error {
	fallback := fmt.Sprintf("`%s --help` lists the flags", c.CommandPath())
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	if _, wrong, ok := strings.Cut(err.Error(), "unknown flag: "); ok {
		return &fault{fmt.Errorf("%s has no flag %s", c.CommandPath(), wrong), didYouMean("", wrong, names, fallback), exitUsage}
	}
	if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return wrongValue(c, wrong, fallback)
	}
	return fail(exitUsage, fallback, "%w", err)
}

// didYouMean names the words that a wrong one might have been meant for, each behind prefix, or says fallback.
func didYouMean(prefix, wrong string, among []string, fallback string) string {
	return meant(prefix, fixtures.Nearest(wrong, among, 3), fallback)
}

// meant is didYouMean for words that were found already.
func meant(prefix string, near []string, fallback string) string {
	if len(near) == 0 {
		return fallback
	}
	return "did you mean " + prefix + strings.Join(near, " or "+prefix) + "? " + fallback
}

// exactly makes cobra's check of the number of arguments a usage fault.
func exactly(check cobra.PositionalArgs, usage string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case check(c, args) == nil:
			return nil
		case c.HasAvailableSubCommands() && len(args) > 0:
			return unknownCommand(c, args[0])
		}
		return fail(exitUsage, "`"+c.CommandPath()+" --help` shows examples", "%s takes %s, not %s", c.CommandPath(), usage, plural(len(args), "argument", "arguments"))
	}
}
