package cmd

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func newSecretList(s streams) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the secrets that apply here: whose, masked, from where, and which of them are used",
		Long: "List names what the environment, .env and `hook secret set` have, and the test secrets that were made. Of a provider's\n" +
			"the first place that has any is used. A secret is never shown: of a long one the first 4 and last 2 characters are.",
		Example: "  hook secret list\n  hook secret list --json",
		Args:    exactly(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			p, err := findPlace(s)
			if err != nil {
				return err
			}
			return p.listSecrets(asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return c
}

// A listedSecret is one that applies in a project.
type listedSecret struct {
	Type     string `json:"type"` // "secret"
	Provider string `json:"provider"`
	Masked   string `json:"masked,omitempty"` // absent if the keychain doesn't give it
	Place    string `json:"place"`            // environment, dotenv, project, global or test
	Source   string `json:"source"`           // for people
	Used     bool   `json:"used"`
	Error    string `json:"error,omitempty"`
}

func (p place) listSecrets(asJSON bool) error {
	found, err := findSecrets(p.project, nil, p.in, p.err)
	if err != nil {
		return err
	}
	all := found.list()
	for _, l := range all {
		if asJSON {
			err = printJSON(p.out, l)
		} else {
			_, err = fmt.Fprintln(p.out, p.pen.secret(l))
		}
		if err != nil {
			return err
		}
	}
	if len(all) == 0 {
		_, _ = fmt.Fprintln(p.err, "hook: no secret is configured for this project: `hook secret set PROVIDER` keeps one")
	}
	return nil
}

func (p pen) secret(l listedSecret) string {
	sign, masked, remark := p.good.Sprint(p.sign("●", "*")), l.Masked, ""
	if !l.Used {
		sign, remark = p.faint.Sprint(p.sign("◌", "-")), "  not used: another comes first"
	}
	if l.Error != "" {
		masked, remark = "?", "  not used: the keychain doesn't give it: "+l.Error
	}
	return sign + " " + inspect.Printable(fmt.Sprintf("%s  %s  %s%s", fit(l.Provider, 17), fit(masked, 24), l.Source, remark))
}

// list names all secrets but those of flags, each provider's in the order in which they count.
func (s *secrets) list() []listedSecret {
	var all []listedSecret
	made := s.made()
	for _, p := range signature.Providers() {
		decided := false
		for _, v := range s.variablesOf(p) {
			place := "environment"
			if v.fromFile() {
				place = "dotenv"
			}
			all = append(all, listedSecret{"secret", p.Name, signature.Mask(v.value), place, v.source, !decided, ""})
			decided = true
		}
		for _, safe := range s.now().safes {
			kept := s.listSafe(safe, p, !decided)
			all = append(all, kept...)
			decided = decided || slices.ContainsFunc(kept, func(l listedSecret) bool { return l.Used })
		}
		if t := made[p.Name]; t != nil {
			all = append(all, listedSecret{"secret", p.Name, signature.Mask(t.Secret), "test", sourceTests, !decided, ""})
		}
	}
	return all
}

// listSafe names what a safe has of the provider's: all of it is used if nothing else was yet.
func (s *secrets) listSafe(c contents, p *signature.Provider, used bool) []listedSecret {
	place := "project"
	if c.safe.all {
		place = "global"
	}
	var all []listedSecret
	for i, k := range c.Secrets[p.Name] {
		l := listedSecret{Type: "secret", Provider: p.Name, Place: place, Source: c.source(k, i > 0)}
		if value, err := s.value(k); err != nil {
			l.Error = err.Error()
		} else {
			l.Masked, l.Used = signature.Mask(value), used
		}
		all = append(all, l)
	}
	return all
}
