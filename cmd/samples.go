package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/fixtures"
)

// ownFolder is the project's folder of fixtures.
const ownFolder = "hook"

// samples is where this project's events come from.
func (p place) samples() (fixtures.Library, error) {
	dir, err := p.project.fixtures()
	return fixtures.Within(dir), err
}

// fixtures is the project's folder of fixtures, as seen from here.
func (p project) fixtures() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(p.dir, ownFolder)
	if rel, err := filepath.Rel(here, dir); err == nil && !strings.HasPrefix(rel, ".."+string(filepath.Separator)+"..") {
		dir = rel
	}
	return dir, nil
}

func apiVersionFlag(f *pflag.FlagSet, version *string) {
	f.StringVar(version, "api-version", "", "make the event as this `version` of the provider's API has it")
}

// isPath says whether an argument names a file, not a provider.
func isPath(arg string) bool {
	return strings.ContainsAny(arg, `/\`) || slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(arg))
}

// openSample reads the event that the arguments name: a fixture's path, or a provider and an event.
func (p place) openSample(provider, event string, o fixtures.Options) (*fixtures.Maker, error) {
	l, err := p.samples()
	if err != nil {
		return nil, err
	}
	var m *fixtures.Maker
	if isPath(provider) {
		m, err = l.OpenFile(provider, o)
	} else {
		m, err = l.Open(strings.ToLower(provider), event, o)
	}
	if err != nil {
		return nil, badSample(l, err)
	}
	return m, nil
}

// badSample turns an error about samples into one with the next step.
func badSample(l fixtures.Library, err error) error {
	if e, ok := errors.AsType[*fixtures.UnknownProviderError](err); ok {
		return fail(exitUsage, meant("", e.Nearest, "`hook events` lists the providers"), "%w", err)
	}
	if e, ok := errors.AsType[*fixtures.UnknownEventError](err); ok {
		if names, _ := l.Scenarios(e.Provider); slices.Contains(names, e.Name) {
			return fail(exitUsage, fmt.Sprintf("it is a scenario: `hook send %s %s --scenario`", e.Provider, e.Name), "%w", err)
		}
		all, _ := l.Events(e.Provider)
		return fail(exitUsage, meant("", e.Nearest, fmt.Sprintf("`hook events %s` lists all %d", e.Provider, len(all))), "%w", err)
	}
	if e, ok := errors.AsType[*fixtures.UnknownVersionError](err); ok {
		return fail(exitUsage, fmt.Sprintf("without --api-version the usual one is sent; `hook events %s` names them", e.Provider), "%w", err)
	}
	if e, ok := errors.AsType[*fixtures.UnknownScenarioError](err); ok {
		next := fmt.Sprintf("`hook events %s` lists them; docs/scenarios.md tells how to write one", e.Provider)
		if events, _ := l.Events(e.Provider); slices.Contains(events, e.Name) {
			next = fmt.Sprintf("it is an event: `hook send %s %s`", e.Provider, e.Name)
		}
		return fail(exitUsage, next, "%w", err)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fail(exitUsage, "give the path of a fixture, or a provider and an event: `hook events` lists them", "%w", err)
	}
	return fail(exitUsage, "docs/fixtures.md describes these files", "%w", err)
}
