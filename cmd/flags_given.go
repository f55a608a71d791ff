package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// noEmpty refuses flags that were given without a value, as a variable of the shell gives it that isn't set: what they say by
// default is something else.
func noEmpty(command string, given *pflag.FlagSet, names ...string) error {
	for _, name := range names {
		if f := given.Lookup(name); f.Changed && (f.Value.String() == "" || f.Value.String() == "[]") {
			return fail(exitUsage, "leave it out, or see whether a variable of the shell isn't set", "%s: --%s is empty", command, name)
		}
	}
	return nil
}

// wrongValue says why a flag doesn't take the value that it was given, and what it takes.
func wrongValue(c *cobra.Command, wrong *pflag.InvalidValueError, fallback string) error {
	f, why := wrong.GetFlag(), wrong.Unwrap()
	at := "--" + f.Name + ": "
	if c.HasParent() {
		at = strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" ") + ": " + at
	}
	if kind := notOfKind(f, at, strconv.Quote(shorten(wrong.GetValue())), wrong.GetValue()); kind != nil {
		return kind
	}
	if own, ok := errors.AsType[*fault](why); ok {
		fallback = cmp.Or(own.next, fallback)
	}
	return fail(exitUsage, fallback, "%s%w", at, why)
}

// notOfKind is the error for a text that isn't of the kind that a flag takes; nil for kinds that have words of their own for it.
// shown is what may be shown of the text, and at where it was found.
func notOfKind(f *pflag.Flag, at, shown, text string) error {
	unit, _ := pflag.UnquoteUsage(f)
	switch kind := f.Value.Type(); {
	case kind == "duration":
		next := "a duration is like 70s or 5m"
		if n, err := strconv.Atoi(text); err == nil && n > 0 {
			next = fmt.Sprintf("say the unit: %ds are seconds, %dm minutes", n, n)
		}
		return fail(exitUsage, next, "%s%s is no duration", at, shown)
	case kind == "bool":
		return fail(exitUsage, "write true or false", "%s%s is neither true nor false", at, shown)
	case unit == unixTime:
		return fail(exitUsage, "`date +%s` prints that of now", "%s%s is no Unix time, in whole seconds", at, shown)
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"), strings.HasPrefix(kind, "float"):
		return fail(exitUsage, "a number is like 100", "%s%s is no number that it takes", at, shown)
	}
	return nil
}

// unixTime is what the value of a flag is called in help that takes one.
const unixTime = "Unix time"

// A waitValue is a flag: how long to wait, and not less than nothing.
type waitValue time.Duration

// Set reads the flag.
func (v *waitValue) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return errors.New("a time is like 30s or 5m")
	}
	*v = waitValue(d)
	return nil
}

func (v *waitValue) String() string {
	if *v == 0 {
		return ""
	}
	return time.Duration(*v).String()
}

// Type is what the flag's value is called in help.
func (v *waitValue) Type() string { return "duration" }
