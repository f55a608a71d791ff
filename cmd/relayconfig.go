package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/fixtures"
)

// Each flag of hook-relay itself is a setting: a key of that name in its file, and a variable. In force is the flag's value, else the
// variable's, else the file's, else the default.

// relaySettings are where the settings of a relay come from.
type relaySettings struct {
	file string // --config
	path string // of the file that was read; empty if there is none

	from   map[string]string // where a setting that is no default comes from, by its flag's name
	wrong  []error           // all that is wrong with the file and the variables
	strays []strayVariable
}

// A strayVariable looks like a setting, and is none.
type strayVariable struct {
	name string
	near []string // settings that it may be meant for, without the prefix
}

// next is what to do about it.
func (v strayVariable) next() string {
	return meant("HOOK_RELAY_", v.near, "`hook-relay config example` lists the settings")
}

// add gives hook-relay the flag that names the file, and has the file read before any command runs. All other flags of root are
// settings.
func (r *relaySettings) add(root *cobra.Command) {
	root.PersistentFlags().StringVar(&r.file, "config", "", "read settings from this `file` (default: hook-relay.yaml here, else "+relayFileOfSystem()+")")
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		if generatesCompletion(c) {
			return nil
		}
		if err := noEmpty(c.CommandPath(), c.Flags(), "data", "config"); err != nil {
			return err
		}
		r.read(root)
		if len(r.wrong) == 0 && c == root {
			r.exclude(root)
		}
		return firstOf(r.wrong)
	}
}

// generatesCompletion says whether c is for a shell, which wants no settings and can't show an error.
func generatesCompletion(c *cobra.Command) bool {
	for ; c != nil; c = c.Parent() {
		if c.Name() == "completion" || strings.HasPrefix(c.Name(), cobra.ShellCompRequestCmd) {
			return true
		}
	}
	return false
}

// firstOf is the first of the errors, which says how many more there are.
func firstOf(all []error) error {
	if len(all) < 2 {
		return errors.Join(all...)
	}
	next := "`hook-relay config check` shows " + plural(len(all)-1, "more mistake", "more mistakes")
	if f, ok := errors.AsType[*fault](all[0]); ok && f.next != "" {
		next = f.next + "; " + next
	}
	return fail(exitUsage, next, "%w", all[0])
}

// relayFileOfSystem is where the settings are of a relay that the system runs.
func relayFileOfSystem() string { return filepath.FromSlash("/etc/hook-relay/hook-relay.yaml") }

// find is the file to read, or empty if there is none.
func (r *relaySettings) find() string {
	if named := cmp.Or(r.file, os.Getenv("HOOK_RELAY_CONFIG")); named != "" {
		return named
	}
	for _, path := range []string{"hook-relay.yaml", relayFileOfSystem()} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return path
		}
	}
	return ""
}

// read gives the flags of root that are not on the command line the values of the variables and of the file.
func (r *relaySettings) read(root *cobra.Command) {
	r.from = make(map[string]string)
	var file map[string]fileSetting
	if r.path = r.find(); r.path != "" {
		file, r.wrong = readRelayFile(r.path, relayFlags(root))
	}
	for _, f := range relayFlags(root) {
		variable := relayVariable(f.Name)
		s, inFile := file[f.Name]
		switch {
		case f.Changed:
			r.from[f.Name] = "--" + f.Name
		case os.Getenv(variable) != "":
			r.from[f.Name] = variable
			r.set(f, variable+": ", variableValue(f, os.Getenv(variable)))
		case inFile:
			r.from[f.Name] = s.at
			r.set(f, s.at+": "+f.Name+": ", s.value.besides(f, filepath.Dir(r.path)))
		}
	}
	r.strays = strayVariables(os.Environ(), relayFlags(root))
}

// relayFlags are the flags that are settings, sorted by name.
func relayFlags(root *cobra.Command) []*pflag.Flag {
	var all []*pflag.Flag
	root.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "config" && f.Name != "help" && f.Name != "version" && !f.Hidden {
			all = append(all, f)
		}
	})
	return all
}

func relayVariable(flag string) string {
	return "HOOK_RELAY_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// A settingValue is a setting's value as it is written: one text, or a list of them.
type settingValue struct {
	texts []string
	list  bool
}

// variableValue is what a variable says; a list has commas in it.
func variableValue(f *pflag.Flag, text string) settingValue {
	if _, ok := f.Value.(pflag.SliceValue); !ok {
		return settingValue{texts: []string{text}}
	}
	v := settingValue{list: true}
	for one := range strings.SplitSeq(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			v.texts = append(v.texts, one)
		}
	}
	return v
}

// besides is the value with the paths in it that are relative seen from dir, where the file is that has them.
func (v settingValue) besides(f *pflag.Flag, dir string) settingValue {
	before := ""
	switch unit, _ := pflag.UnquoteUsage(f); strings.ToLower(unit) {
	case "file", "folder":
	case "source":
		before = "@" // @FILE
	default:
		return v
	}
	v.texts = slices.Clone(v.texts)
	for i, text := range v.texts {
		if path, ok := strings.CutPrefix(text, before); ok && path != "" && path != "-" && !filepath.IsAbs(path) {
			v.texts[i] = before + filepath.Join(dir, path)
		}
	}
	return v
}

// set gives a flag its value. What is the default anyway is as if it were not there, so that it excludes no other flag.
func (r *relaySettings) set(f *pflag.Flag, at string, v settingValue) {
	several, takesList := f.Value.(pflag.SliceValue)
	var err error
	switch {
	case takesList:
		err = several.Replace(v.texts)
	case v.list:
		r.wrong = append(r.wrong, fail(exitUsage, "write it as "+exampleLine(f), "%sit takes one value, not a list", at))
		return
	default:
		err = f.Value.Set(v.texts[0])
	}
	if err != nil {
		r.wrong = append(r.wrong, notLike(f, at, strings.Join(v.texts, ","), err))
		return
	}
	f.Changed = f.Value.String() != f.DefValue
}

// notLike is the error for a value that the flag does not take.
func notLike(f *pflag.Flag, at, text string, err error) error {
	shown := strconv.Quote(shorten(text))
	if isSecret(f) {
		shown = "its value, which is not shown here,"
	}
	if kind := notOfKind(f, at, shown, text); kind != nil {
		return kind
	}
	if isSecret(f) {
		return fail(exitUsage, "write it as "+exampleLine(f), "%s%s is wrong", at, shown)
	}
	next := "write it as " + exampleLine(f)
	if own, ok := errors.AsType[*fault](err); ok && own.next != "" {
		next = own.next
	}
	return fail(exitUsage, next, "%s%w", at, err)
}

// isSecret says whether a setting's value is one that nobody else may see; the name of a file is none.
func isSecret(f *pflag.Flag) bool {
	unit, _ := pflag.UnquoteUsage(f)
	return !strings.EqualFold(unit, "file") && f.Value.Type() != "bool" && slices.ContainsFunc(strings.Split(f.Name, "-"), func(word string) bool {
		return word == "secret" || word == "token" || word == "key" || word == "password"
	})
}

// exclude finds flags that don't go together, wherever they come from.
func (r *relaySettings) exclude(root *cobra.Command) {
	if err := root.ValidateFlagGroups(); err != nil {
		if words := together(err); words != "" {
			err = fail(exitUsage, "leave one of them out", "%s", words)
		}
		r.wrong = append(r.wrong, r.locate(err))
	}
}

// locate puts before an error that names flags where in the file or by which variable these were set.
func (r *relaySettings) locate(err error) error {
	if err == nil {
		return nil
	}
	var places []string
	for _, word := range strings.FieldsFunc(err.Error(), func(c rune) bool { return c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') }) {
		if name, isFlag := strings.CutPrefix(word, "--"); isFlag {
			if at := r.from[name]; at != "" && at != word && !slices.Contains(places, at) {
				places = append(places, at)
			}
		}
	}
	if len(places) == 0 {
		return err
	}
	return fmt.Errorf("%s: %w", strings.Join(places, ", "), err)
}

// say logs which file was read, and variables that nobody reads.
func (r *relaySettings) say(log *slog.Logger) {
	if r.path != "" {
		log.Info("settings read", "file", r.path)
	}
	for _, v := range r.strays {
		log.Warn("a variable that looks like a setting is none", "variable", v.name, "hint", v.next())
	}
}

// strayVariables are those that begin as settings do, and are none.
func strayVariables(environ []string, flags []*pflag.Flag) []strayVariable {
	const begin = "HOOK_RELAY_"
	known := []string{"CONFIG"} // without what they all begin with: by that, all are alike
	for _, f := range flags {
		known = append(known, strings.TrimPrefix(relayVariable(f.Name), begin))
	}
	var strays []strayVariable
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		rest, ours := strings.CutPrefix(name, begin)
		if ours && value != "" && !slices.Contains(known, rest) && !ofKubernetes(rest) {
			strays = append(strays, strayVariable{name, fixtures.Nearest(rest, known, 3)})
		}
	}
	slices.SortFunc(strays, func(a, b strayVariable) int { return strings.Compare(a.name, b.name) })
	return strays
}

// ofKubernetes says whether Kubernetes sets the variable by itself where a service is called hook-relay. rest is its name behind that.
func ofKubernetes(rest string) bool {
	return rest == "PORT" || strings.HasPrefix(rest, "PORT_") || strings.HasPrefix(rest, "SERVICE_HOST") || strings.HasPrefix(rest, "SERVICE_PORT")
}
