package cmd

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect/export"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

type exportOptions struct {
	selectors
	refs, words        []string
	as, out, name, to  string
	all, reveal, force bool
	selected           bool // some selector was given
}

// The formats that package export can't write by itself: one is package fixtures', the other the history's.
const (
	asFixture = "fixture"
	asSession = "session"
)

// exportFormats are what --as takes.
func exportFormats() []string {
	names := []string{asFixture}
	for _, f := range export.Formats() {
		names = append(names, f.Name)
	}
	return append(names, asSession)
}

// sessionFiles are the extensions of session files.
func sessionFiles() []string { return []string{".session", ".hook"} }

func newExport(s streams) *cobra.Command {
	var o exportOptions
	c := &cobra.Command{
		Use:   "export [ID...] --as FORMAT",
		Short: "Hand deliveries on: as files, commands, tests and fixtures",
		Long: "Write captured deliveries for other tools and people: those with the ids (last is the last live one, last:5 the last\n" +
			"five), those that the selectors choose, or --all. They come oldest first, to stdout or the file -o. Secrets are masked\n" +
			"unless --reveal is given; truncated bodies are said.\n\n" +
			"Formats:\n" + formatsHelp(),
		Example: "  hook export last --as curl\n" +
			"  hook export --provider stripe --since 1h -o stripe.har\n" +
			"  hook export last:20 --as session -o for-maria.hook\n" +
			"  hook export last --as fixture --name refund-in-yen",
		RunE: func(c *cobra.Command, args []string) error {
			o.refs = args
			o.selected = o.given(c.Flags()) || c.Flags().Changed("words")
			if err := o.check(); err != nil {
				return err
			}
			return withHistory(c, s, func(p place, store *history.Store) error {
				if o.as == asFixture {
					return runExportFixture(c.Context(), p, store, o)
				}
				return runExport(c.Context(), p, store, o)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&o.as, "as", "", "write this `format` (default: what the name of the file -o says)")
	f.StringVarP(&o.out, "output", "o", "", "write this `FILE`, - for stdout; a folder gets a file for each")
	f.BoolVar(&o.reveal, "reveal", false, "leave secrets in")
	f.BoolVar(&o.force, "force", false, "overwrite a file that is there")
	f.StringVar(&o.to, "to", "", "curl, http and tests: send to this `URL` (default: curl and tests where it went, http where it came)")
	f.StringVar(&o.name, "name", "", "fixture: call it this `name` (default: the event and the end of the id)")
	f.BoolVar(&o.all, "all", false, "all that was captured")
	f.StringArrayVar(&o.words, "words", nil, "with these `words` in path, headers or body (repeatable)")
	o.flags(f)
	c.MarkFlagsMutuallyExclusive("output", "name")
	return c
}

// formatsHelp is what there is, a line each.
func formatsHelp() string {
	var b strings.Builder
	line := func(name, about string) { b.WriteString("  " + fit(name, 8) + " " + about + "\n") }
	for _, f := range export.Formats() {
		line(f.Name, f.About)
	}
	line(asSession, "one file with all that is known, for `hook list --file` and `hook import`")
	line(asFixture, "a readable file in the project's folder hook that `hook send` fires: it belongs in git")
	return strings.TrimSuffix(b.String(), "\n")
}

// check completes the options, and says what is wrong with them.
func (o *exportOptions) check() error {
	o.as = strings.ToLower(o.as)
	formats := exportFormats()
	switch {
	case o.as == "" && o.out != "" && o.out != "-":
		o.as = formatOf(o.out)
	case o.as != "" && !slices.Contains(formats, o.as):
		return fail(exitUsage, meant("--as ", fixtures.Nearest(o.as, formats, 2), "there is --as "+strings.Join(formats, ", ")), "export: there is no format %q", o.as)
	}
	one := len(o.refs) == 1 && !strings.HasPrefix(o.refs[0], lastMany)
	switch {
	case o.as == "":
		return fail(exitUsage, "say what to make of it: --as "+strings.Join(formats, ", "), "export: no format was given")
	case o.as == asFixture && (!one || o.selected || o.all):
		return fail(exitUsage, "a fixture is made of one delivery: `hook export ID --as fixture`", "export: which one is to be the fixture?")
	case o.name != "" && o.as != asFixture:
		return fail(exitUsage, "-o FILE names the file", "export: --name is for fixtures")
	case len(o.refs) == 0 && !o.selected && !o.all:
		return fail(exitUsage, "ids, last, last:5, selectors such as --since 1h, or --all say which", "export: no delivery was chosen")
	case o.all && (len(o.refs) > 0 || o.selected):
		return fail(exitUsage, "leave --all out, or the rest", "export: --all and a choice exclude each other")
	case o.to != "" && (o.as == asSession || o.as == asFixture || o.as == "har" || o.as == "ndjson"):
		return fail(exitUsage, "leave --to out", "export: %s says where a delivery went, not where to send it", o.as)
	}
	return nil
}

// formatOf is the format that a file's name says, "" if none.
func formatOf(path string) string {
	for _, extension := range sessionFiles() {
		if strings.HasSuffix(strings.ToLower(path), extension) {
			return asSession
		}
	}
	f, _ := export.ByFile(path)
	return f.Name
}
