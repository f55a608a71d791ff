package cmd

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// readSecretFlag reads [PROVIDER=]SOURCE. PROVIDER= counts only for a known provider, as secrets may hold a "=".
func readSecretFlag(p project, flag string, stdin io.Reader, talk io.Writer) (signature.Secret, error) {
	secret := signature.Secret{}
	source := flag
	if name, rest, ok := strings.Cut(flag, "="); ok && signature.Lookup(name) != nil {
		secret.Provider, source = name, rest
	} else if ok && isWord(name) && (rest == "-" || strings.HasPrefix(rest, "@") || strings.HasPrefix(rest, "env:")) {
		_, err := lookup(name) // a literal secret doesn't look like that
		return signature.Secret{}, err
	}
	value, from, err := readSource(source, stdin)
	if err != nil {
		return signature.Secret{}, err
	}
	if value == "" {
		return signature.Secret{}, fail(exitUsage, "a source is @FILE, env:NAME or - for standard input", "--secret from %s is empty", from)
	}
	if from == "" {
		from = "--secret"
		warnOnce(p, talk)
	}
	secret.Value, secret.Source = value, from
	return secret, nil
}

func isWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") == ""
}

// warnOnce warns, once in a project, of a secret that was given in clear.
func warnOnce(p project, talk io.Writer) {
	first := false
	_, err := p.remember(func(m *memory) bool {
		first = !m.Warned
		m.Warned = true
		return first
	})
	if first && err == nil {
		_, _ = fmt.Fprintln(talk, "hook: warning: a secret on the command line is seen by other programs and kept by the shell; one from @FILE, env:NAME or - is not")
	}
}

// readSource reads what @FILE, env:NAME or - stands for; anything else stands for itself, and has no name.
func readSource(source string, stdin io.Reader) (value, from string, err error) {
	switch {
	case source == "-":
		b, err := io.ReadAll(io.LimitReader(stdin, 1<<20))
		return trimNewline(string(b)), "standard input", err
	case strings.HasPrefix(source, "@"):
		b, err := os.ReadFile(source[1:])
		if err != nil {
			return "", "", fail(exitUsage, "@FILE names a file that holds the secret and nothing else", "read a secret: %w", err)
		}
		return trimNewline(string(b)), source[1:], nil
	case strings.HasPrefix(source, "env:"):
		value, set := os.LookupEnv(source[4:])
		if !set {
			return "", "", fail(exitUsage, "env:NAME takes the secret from the variable NAME: export it first", "the variable %s is not set", source[4:])
		}
		return value, source[4:], nil
	}
	return source, "", nil
}

// trimNewline takes one newline off, which editors and echo leave behind.
func trimNewline(s string) string {
	return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
}
