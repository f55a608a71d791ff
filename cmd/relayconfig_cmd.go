package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/inspect"
)

func newRelayConfig(s streams, o *relayOptions) *cobra.Command {
	c := &cobra.Command{
		Use:     "config",
		Short:   "Check the file of settings, or print one to begin with",
		Example: "  hook-relay config example > hook-relay.yaml\n  hook-relay config check",
		Long: "Each flag of hook-relay is a setting too: a key of that name in hook-relay.yaml, here or in /etc/hook-relay, and a variable:\n" +
			"--public-url is public-url and HOOK_RELAY_PUBLIC_URL. In force is the flag's value, else the variable's, else the file's.",
		Args:              exactly(cobra.NoArgs, "check or example"),
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil }, // a file with mistakes is what these are for
	}
	c.AddCommand(newConfigCheck(s, o), newConfigExample(s))
	return c
}

func newConfigCheck(s streams, o *relayOptions) *cobra.Command {
	show := false
	c := &cobra.Command{
		Use:     "check [FILE]",
		Short:   "Check the settings without starting anything",
		Example: "  hook-relay config check\n  hook-relay config check /etc/hook-relay/hook-relay.yaml --show",
		Long: "Read the settings as the relay does when it starts, from the file and the variables, and say all that is wrong with them.\n" +
			"The files that they name are read too, and whether you may write the folders; nothing is opened, made or written.",
		Args: exactly(cobra.MaximumNArgs(1), "one file"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				if o.config.file = args[0]; args[0] == "" {
					return fail(exitUsage, "leave it out, or see whether a variable of the shell isn't set", "config check: the file's name is empty")
				}
			}
			return runConfigCheck(s, o, c.Root(), show)
		},
	}
	c.Flags().BoolVar(&show, "show", false, "print the settings in force, and where each is from")
	return c
}

func runConfigCheck(s streams, o *relayOptions, root *cobra.Command, show bool) error {
	r := &o.config
	r.read(root)
	what := r.path
	if what == "" {
		what = "the variables, without a file"
	}
	if r.path == "" && !r.fromVariables() {
		return fail(exitUsage, "`hook-relay config example > hook-relay.yaml` makes one", "there is no hook-relay.yaml here, and no %s", relayFileOfSystem())
	}
	r.exclude(root)
	if len(r.wrong) == 0 { // else values are missing, which would look like more mistakes
		for _, err := range append(o.mistakes(), o.folderMistakes()...) {
			r.wrong = append(r.wrong, r.locate(err))
		}
	}
	for _, v := range r.strays {
		_, _ = fmt.Fprintf(s.err, "hook-relay: warning: %s is no setting; %s\n", inspect.Printable(v.name), v.next())
	}
	if len(r.wrong) > 0 {
		return sayMistakes(s.out, r.wrong)
	}
	if show {
		if err := showSettings(s.out, r, root); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(s.out, "%s: ok\n", inspect.Printable(what))
	return err
}

// fromVariables says whether any variable has a say, as all settings of a container are.
func (r *relaySettings) fromVariables() bool {
	for _, from := range r.from {
		if strings.HasPrefix(from, relayVariable("")) {
			return true
		}
	}
	return len(r.strays) > 0
}

// sayMistakes prints each with its next step, and is the error of them all.
func sayMistakes(out io.Writer, wrong []error) error {
	for _, err := range wrong {
		line := inspect.Printable(err.Error()) + "\n"
		if p, ok := errors.AsType[*pointed](err); ok {
			line += "    " + strings.Join(p.lines, "\n    ") + "\n"
		}
		if f, ok := errors.AsType[*fault](err); ok && f.next != "" {
			line += "  " + inspect.Printable(f.next) + "\n"
		}
		if _, err := io.WriteString(out, line); err != nil {
			return err
		}
	}
	return fail(exitUsage, "", "the settings have %s", plural(len(wrong), "mistake", "mistakes"))
}

// showSettings prints each setting, its value and where that is from.
func showSettings(out io.Writer, r *relaySettings, root *cobra.Command) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, f := range relayFlags(root) {
		value := shownValue(f, f.Value.String())
		if several, ok := f.Value.(pflag.SliceValue); ok {
			value = shownValue(f, strings.Join(several.GetSlice(), ","))
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", f.Name, inspect.Printable(value), inspect.Printable(cmp.Or(r.from[f.Name], "default")))
	}
	return w.Flush()
}

// shownValue is a value as others may see it.
func shownValue(f *pflag.Flag, value string) string {
	switch {
	case value == "":
		return "-"
	case isSecret(f):
		return "(not shown)"
	}
	return value
}
