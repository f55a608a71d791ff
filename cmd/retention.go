package cmd

import (
	"bytes"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/goccy/go-yaml"

	"github.com/seed-4575fdc3/hook/inspect/history"
)

// How long deliveries are kept is the user's word alone: all projects share one history.

// A retention is `history:` in config.yaml: each a text, "" if it isn't there, "none" or "0" for no limit.
type retention struct {
	MaxAge   string `yaml:"max_age"`
	MaxCount string `yaml:"max_count"`
	MaxBytes string `yaml:"max_bytes"`
}

// A limit is one of them, with what reads it.
type limit struct {
	key, variable string
	text          *string
	read          func(text string, to *history.Options) error
	like          string
}

func (r *retention) limits() []limit {
	return []limit{
		{"max_age", "HOOK_HISTORY_MAX_AGE", &r.MaxAge, readMaxAge, "a time is like 30d or 12h, none for no limit"},
		{"max_count", "HOOK_HISTORY_MAX_COUNT", &r.MaxCount, readMaxCount, "a number is like 100000, none for no limit"},
		{"max_bytes", "HOOK_HISTORY_MAX_BYTES", &r.MaxBytes, readMaxBytes, "a size is like 2GiB or 500MB, none for no limit"},
	}
}

// check refuses what can't be read in the file at path, whose text is b, and any limit in a project's.
func (r *retention) check(path string, b []byte, users bool) error {
	for _, l := range r.limits() {
		if *l.text == "" {
			continue
		}
		at := path + ": " + position(b, "$.history."+l.key) + "history." + l.key
		if !users {
			return fail(exitUsage, "put it into config.yaml of HOOK_HOME or ~/.config/hook: one history serves all projects", "%s is not for a project's hook.yaml", at)
		}
		if err := readLimit(l, *l.text, new(history.Options)); err != nil {
			return fail(exitUsage, l.like, "%s: %w", at, err)
		}
	}
	return nil
}

// position is where in a YAML text the value at that path stands, "[3:12] ".
func position(text []byte, at string) string {
	path, err := yaml.PathString(at)
	if err != nil {
		return ""
	}
	node, err := path.ReadNode(bytes.NewReader(text))
	if err != nil {
		return ""
	}
	p := node.GetToken().Position
	return fmt.Sprintf("[%d:%d] ", p.Line, p.Column)
}

// into sets the limits in force: the variables', else the file's, else the history's own.
func (r retention) into(o *history.Options) error {
	for _, l := range r.limits() {
		text := *l.text
		if v := os.Getenv(l.variable); v != "" {
			text = v
		}
		if text == "" {
			continue
		}
		if err := readLimit(l, text, o); err != nil {
			return fail(exitUsage, l.like, "%s: %w", l.variable, err)
		}
	}
	return nil
}

func readLimit(l limit, text string, to *history.Options) error {
	if text = strings.TrimSpace(text); strings.EqualFold(text, "none") {
		text = "0"
	}
	return l.read(text, to)
}

const noLimit = -1

func readMaxAge(text string, to *history.Options) error {
	days, ok := strings.CutSuffix(text, "d")
	n, err := strconv.Atoi(days)
	age := time.Duration(n) * 24 * time.Hour
	if !ok || err != nil {
		if n, age, err = 0, 0, nil; text != "0" {
			age, err = time.ParseDuration(text)
		}
	}
	if err != nil || age < 0 || n < 0 || n > 100_000 {
		return fmt.Errorf("%q is no time", text)
	}
	if to.MaxAge = age; age == 0 {
		to.MaxAge = noLimit
	}
	return nil
}

func readMaxCount(text string, to *history.Options) error {
	n, err := strconv.Atoi(strings.NewReplacer("_", "", ",", "").Replace(text))
	if err != nil || n < 0 {
		return fmt.Errorf("%q is no number", text)
	}
	if to.MaxCount = n; n == 0 {
		to.MaxCount = noLimit
	}
	return nil
}

func readMaxBytes(text string, to *history.Options) error {
	n, err := humanize.ParseBigBytes(text)
	switch {
	case err != nil:
		return fmt.Errorf("%q is no size", text)
	case n.Cmp(big.NewInt(1<<60)) > 0:
		return fmt.Errorf("%q is more than 1EiB", text)
	}
	if to.MaxBytes = n.Int64(); to.MaxBytes == 0 {
		to.MaxBytes = noLimit
	}
	return nil
}
