package cmd

import (
	"errors"
	"time"

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
