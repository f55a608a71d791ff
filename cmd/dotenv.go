package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// maxDotEnv is how long a .env may be, in bytes.
const maxDotEnv = 1 << 20

// readDotEnv reads a .env file as the libraries of most languages do: NAME=VALUE lines, `export` in front or not, values
// bare, in single quotes (as they stand) or in double quotes (with \n, \r, \t, \" and \\, over several lines if need be).
// Nothing is expanded. A line that can't be read is passed over and named in skipped, by its number and never by its text,
// as it may hold a secret. A file that isn't there has nothing in it.
func readDotEnv(path string) (found []variable, skipped []int, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err == nil && (info.Size() > maxDotEnv || !info.Mode().IsRegular()) {
		err = fmt.Errorf("%s is no file, or longer than %d bytes", path, maxDotEnv)
	}
	if err != nil {
		return nil, nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	found, skipped = parseDotEnv(string(b))
	return found, skipped, nil
}

func parseDotEnv(text string) (found []variable, skipped []int) {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	for number := 1; text != ""; {
		line, rest, _ := strings.Cut(text, "\n")
		lines := 1
		name, value, ok := dotEnvName(line)
		if ok && value != "" && strings.ContainsRune(`"'`+"`", rune(value[0])) {
			// A quoted value ends at its quote, which may be on a later line.
			from := text[strings.Index(line, value):]
			var length int
			if value, length, ok = unquoteDotEnv(from); ok {
				lines += strings.Count(from[:length], "\n")
				_, rest, _ = strings.Cut(from[length:], "\n")
			}
		} else if strings.HasPrefix(value, "#") {
			value = ""
		} else if comment := strings.Index(value, " #"); comment >= 0 {
			value = strings.TrimRight(value[:comment], " \t")
		}
		switch {
		case ok:
			found = append(found, variable{name, value, ".env (" + name + ")"})
		case strings.TrimSpace(line) != "" && !strings.HasPrefix(strings.TrimSpace(line), "#"):
			skipped = append(skipped, number)
		}
		number += lines
		text = rest
	}
	return found, skipped
}

// dotEnvName cuts a line at its name; the value is what is left, without the white space around it.
func dotEnvName(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, "=")
	name = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), "export "))
	ok = ok && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == ""
	return name, strings.TrimSpace(value), ok
}

// unquoteDotEnv reads a quoted value from the beginning of text and says how long it was with its quotes.
func unquoteDotEnv(text string) (value string, length int, ok bool) {
	quote := text[0]
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == quote:
			return b.String(), i + 1, true
		case c == '\\' && quote == '"' && i+1 < len(text):
			i++
			b.WriteString(escapedDotEnv(text[i]))
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, false
}

func escapedDotEnv(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 'r':
		return "\r"
	case 't':
		return "\t"
	case '"', '\\':
		return string(c)
	}
	return "\\" + string(c)
}
