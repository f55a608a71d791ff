package cmd

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/inspect/filter"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// readTyped reads a filter that was typed on the screen: flags and words as hook list has them, or a bare expression as for
// --where, or else words. An error is one line, with the next step.
func readTyped(text string, now time.Time) (selection, error) {
	text = strings.TrimSpace(text)
	if hasFlags(text) {
		return readFlags(text, now)
	}
	f, err := filter.Compile(text)
	if err == nil {
		return selection{narrowed(history.Query{}, f, now), f}, nil
	}
	if looksLikeExpression(text) {
		return selection{}, inOneLine(err)
	}
	words, err := splitWords(text)
	if err != nil {
		words = strings.Fields(text) // as in: it's
	}
	return selection{query: history.Query{Words: words}}, nil
}

// readFlags reads selectors and words.
func readFlags(text string, now time.Time) (selection, error) {
	args, err := splitWords(text)
	if err != nil {
		return selection{}, fmt.Errorf("%w; it stands around what has spaces", err)
	}
	var s selectors
	flags := typedFlags(&s)
	if err := flags.Parse(args); err != nil {
		return selection{}, wrongFlag(flags, err)
	}
	if len(flags.Args()) == 0 && !s.narrow() {
		return selection{}, errors.New("a flag is like --failed, --provider stripe, --status 4xx, --since 1h")
	}
	chosen, err := s.selection(flags.Args(), now)
	if err != nil {
		return selection{}, inOneLine(err)
	}
	return chosen, nil
}

// typedFlags are the flags that can be typed.
func typedFlags(s *selectors) *pflag.FlagSet {
	flags := pflag.NewFlagSet("filter", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.SetNormalizeFunc(oneName)
	flags.Usage = func() {}
	s.flags(flags)
	return flags
}

// notHere is what the other flags of hook list are here.
var notHere = map[string]string{
	"all-projects": "the screen is of this project alone; hook list --all-projects lists all",
	"file":         "hook ui FILE opens the screen on a session",
	"limit":        "the screen lists all that match",
	"follow":       "the screen follows what comes; G goes to the newest",
	"reverse":      "the newest is always on top",
	"redelivered":  "as an expression it is redelivered, without dashes",
	"json":         "hook list --json prints that; E exports from here",
	"format":       "hook list --format prints that; E exports from here",
	"delete":       "d deletes what is selected or marked",
	"yes":          "d asks before it deletes",
	"all":          "esc shows all",
}

var flagName = regexp.MustCompile(`(?:^|\s)--([a-z][a-z-]*)`)

// hasFlags says whether some of the text is meant as flags.
func hasFlags(text string) bool {
	if strings.HasPrefix(text, "--") {
		return true
	}
	known := typedFlags(new(selectors))
	return slices.ContainsFunc(flagName.FindAllStringSubmatch(unquoted(text), -1), func(m []string) bool {
		return known.Lookup(m[1]) != nil || notHere[m[1]] != ""
	})
}

// wrongFlag says what is wrong with flags that can't be parsed.
func wrongFlag(flags *pflag.FlagSet, err error) error {
	if _, name, ok := strings.Cut(err.Error(), "unknown flag: --"); ok {
		if instead := notHere[name]; instead != "" {
			return fmt.Errorf("--%s has no place here: %s", name, instead)
		}
		var names, begin []string
		flags.VisitAll(func(f *pflag.Flag) {
			names = append(names, "--"+f.Name)
			if strings.HasPrefix(f.Name, name) {
				begin = append(begin, "--"+f.Name)
			}
		})
		if len(begin) == 0 {
			return fmt.Errorf("there is no --%s; %s", name, didYouMean("", "--"+name, names, "there are "+strings.Join(names, " ")))
		}
		return fmt.Errorf("there is no --%s; did you mean %s?", name, strings.Join(begin, " or "))
	}
	if _, name, ok := strings.Cut(err.Error(), "flag needs an argument: --"); ok {
		if f := flags.Lookup(name); f != nil {
			what, about := pflag.UnquoteUsage(f)
			return fmt.Errorf("--%s needs one more word, its %s: %s", name, what, about)
		}
	}
	words, _, _ := strings.Cut(err.Error(), ": strconv.")
	return fmt.Errorf("%s; flags are like --failed, --provider stripe, --status 4xx", words)
}

var (
	operator   = regexp.MustCompile(`==|!=|>=|<=|&&|\|\|`)
	fieldFirst = regexp.MustCompile(`^[!(\s]*([a-z_]+)(\.|\[|\s*[=<>!~]|\s+(contains|startsWith|endsWith|matches)\s*(\(|"|'|$)|\s+(not )?in\s*(\[|\())`)
	callFirst  = regexp.MustCompile(`^[!(\s]*(any|all|none|one|filter|find|map|count|sum|len|lower|upper|trim|date|duration|int|float|string)\(`)
)

// looksLikeExpression says whether a text that is no expression yet is meant to become one.
func looksLikeExpression(text string) bool {
	bare := unquoted(text)
	if operator.MatchString(bare) || callFirst.MatchString(bare) {
		return true
	}
	m := fieldFirst.FindStringSubmatch(bare)
	return m != nil && slices.ContainsFunc(filter.Fields(), func(f filter.Field) bool { return f.Name == m[1] })
}

var quotes = regexp.MustCompile(`"[^"]*"?|'[^']*'?`)

// unquoted is a text with nothing between its quotes.
func unquoted(text string) string {
	return quotes.ReplaceAllStringFunc(text, func(q string) string { return q[:1] + q[:1] })
}

// inOneLine is an error with its next step, and with its place if it is a mistake in an expression.
func inOneLine(err error) error {
	if e, ok := errors.AsType[*filter.Error](err); ok {
		return withNext(fmt.Sprintf("%s, at character %d", e.Message, e.At+1), e.Next)
	}
	if f, ok := errors.AsType[*fault](err); ok {
		return withNext(f.Error(), f.next)
	}
	return err
}

func withNext(what, next string) error {
	if next == "" {
		next = "docs/finding.md has the language"
	}
	return errors.New(what + "; " + next)
}

// searchWords are the words of the filter's language, for completion.
func searchWords() (all []string) {
	for _, f := range filter.Fields() {
		all = append(all, f.Name)
	}
	all = append(all, "contains", "startsWith", "endsWith", "matches")
	typedFlags(new(selectors)).VisitAll(func(f *pflag.Flag) { all = append(all, "--"+f.Name) })
	return all
}
