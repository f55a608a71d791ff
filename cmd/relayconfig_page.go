package cmd

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newConfigExample(s streams) *cobra.Command {
	page := false
	c := &cobra.Command{
		Use:     "example",
		Short:   "Print a file with every setting, all commented out",
		Example: "  hook-relay config example > hook-relay.yaml",
		Args:    exactly(cobra.NoArgs, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			if page {
				return writeRelayPage(s.out, relayFlags(c.Root()))
			}
			return writeRelayExample(s.out, relayFlags(c.Root()))
		},
	}
	c.Flags().BoolVar(&page, "markdown", false, "print the page of the documentation instead")
	return c
}

// writeRelayExample writes a file of settings that sets nothing.
func writeRelayExample(out io.Writer, flags []*pflag.Flag) error {
	w := bufio.NewWriter(out)
	_, _ = fmt.Fprint(w, "# The settings of hook-relay. Take the # from a line to set it; `hook-relay config check` says whether all is well.\n"+
		"# A flag of the same name goes before the file, and so does a variable: public-url is --public-url and HOOK_RELAY_PUBLIC_URL.\n"+
		"# Files and folders are seen from the folder of this file.\n")
	for _, f := range flags {
		_, _ = fmt.Fprintln(w)
		for _, line := range wrap(usageOf(f), lineWidth) {
			_, _ = fmt.Fprintln(w, "#", line)
		}
		_, _ = fmt.Fprintln(w, "#"+exampleLine(f))
	}
	return w.Flush()
}

// usageOf is what the flag's help says, as it suits a file.
func usageOf(f *pflag.Flag) string {
	_, usage := pflag.UnquoteUsage(f)
	return strings.ReplaceAll(usage, " (repeatable)", " (a list)")
}

// defaultOf is a flag's default as one would write it: 168h, not 168h0m0s.
func defaultOf(f *pflag.Flag) string {
	text := f.DefValue
	switch {
	case text == "[]":
		return ""
	case f.Value.Type() == "duration" && strings.HasSuffix(text, "m0s"):
		text = strings.TrimSuffix(text, "0s")
		if strings.HasSuffix(text, "h0m") {
			text = strings.TrimSuffix(text, "0m")
		}
	}
	return text
}

// exampleLine is a line that sets the flag: to its default, or to a word for what it takes.
func exampleLine(f *pflag.Flag) string {
	value := defaultOf(f)
	if value == "" {
		unit, _ := pflag.UnquoteUsage(f)
		value = strings.ToUpper(unit)
	}
	if _, ok := f.Value.(pflag.SliceValue); ok {
		value = "[" + strings.Trim(value, "[]") + "]"
	}
	return f.Name + ": " + value
}

const relayPage = `# Settings of hook-relay

<!-- Made by go run ./cmd/hook-relay config example --markdown > docs/relay-config.md: change the flags, not this page. -->

Each setting is a key in the file ` + "`hook-relay.yaml`" + `, a flag of the same name and a variable: ` + "`public-url`, `--public-url` and `HOOK_RELAY_PUBLIC_URL`" + `.
In force is the flag's value, else the variable's, else the file's, else the default.

    # /etc/hook-relay/hook-relay.yaml
    addr: 127.0.0.1:8080
    public-url: https://relay.example
    data: /var/lib/hook-relay
    trusted-proxy: [127.0.0.1, 10.0.0.0/8]
    timeout: 2m

The file is the one that ` + "`--config FILE` or `HOOK_RELAY_CONFIG`" + ` names, else ` + "`hook-relay.yaml`" + ` in the current folder, else ` + "`/etc/hook-relay/hook-relay.yaml`" + `. It is read by
` + "`token`, `name`" + ` and the other commands too, so that they find the data folder. The relay reads it once, when it starts; files that it names are read again where their setting says so.

- A key that there isn't, one that is there twice, and a value that can't be are errors with file, line and column: the relay does not start.
- Files and folders are seen from the folder of the file that names them; on the command line and in variables, from the current one.
- A list is written ` + "`[one, two]`" + ` or with a ` + "`- one`" + ` on each line; in a variable with commas. An empty variable is as if it were not there.
- A value that begins with one of ` + "`*&!|>%@[{`" + ` goes in quotes: ` + "`domain: '*.relay.example'`" + `. Anchors, aliases and tags aren't used.
- A variable that begins with ` + "`HOOK_RELAY_`" + ` and is no setting gets a warning in the log, but for those that Kubernetes sets for a service of that name.

` + "`hook-relay config check [FILE]`" + ` reads it all as the relay does, with the files that are named in it, and says everything that is wrong; the exit code is 0 or 2. It
makes and changes nothing. What can be read and written is judged for the user who asks, so be the relay's: ` + "`sudo -u hook-relay hook-relay config check`" + `; the folders of the
systemd unit are there from its first start on. ` + "`--show`" + ` prints what is in force and where each value is from. ` + "`hook-relay config example`" + ` prints a file with every setting, commented out.

| setting | default | |
|---|---|---|
`

// writeRelayPage writes docs/relay-config.md.
func writeRelayPage(out io.Writer, flags []*pflag.Flag) error {
	w := bufio.NewWriter(out)
	_, _ = fmt.Fprint(w, relayPage)
	for _, f := range flags {
		unit, _ := pflag.UnquoteUsage(f)
		name, value := "`"+f.Name+"`", ""
		if unit != "" {
			name += " " + strings.ToUpper(unit)
		}
		if text := defaultOf(f); text != "" {
			value = "`" + text + "`"
		}
		_, _ = fmt.Fprintf(w, "| %s | %s | %s |\n", name, value, strings.ReplaceAll(usageOf(f), "|", `\|`))
	}
	return w.Flush()
}
