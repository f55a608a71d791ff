package pasted

import (
	"regexp"
	"strings"
)

var (
	caret       = regexp.MustCompile(`\s\^"|\s\^[ \t]*\r?\n`)
	backslashes = regexp.MustCompile(`\\+"?`)
	posix       = regexp.MustCompile(`\s\$?'|\s\\\r?\n`)
)

// isWindows says whether a command was written for cmd.exe, as browsers' "Copy as cURL (cmd)" does: what is special comes
// behind carets. Whichever shell's signs come first is meant.
func isWindows(text string) bool {
	at := caret.FindStringIndex(text)
	if at == nil {
		return false
	}
	other := posix.FindStringIndex(text)
	return other == nil || at[0] < other[0]
}

// windowsWords splits the first command of a text as cmd.exe and then the program's own start do.
func windowsWords(text string) (words []string, rest string, err error) {
	command, rest := cmdLine(strings.ReplaceAll(text, "\r\n", "\n"))
	words, err = argv(command)
	return words, rest, err
}

// cmdLine is what cmd.exe hands to a program: carets are taken off, and what follows the command. Between quotation marks
// a caret is none.
func cmdLine(text string) (command, rest string) {
	var b strings.Builder
	quoted := false
	text = strings.TrimLeft(text, " \t\n")
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n', !quoted && (c == '&' || c == '|' || c == '<' || c == '>'):
			if c == '|' || c == '>' {
				return b.String(), ""
			}
			return b.String(), text[i+1:]
		case c == '^' && !quoted:
			if i++; i < len(text) && text[i] == '\n' { // the line goes on
				i++
			}
			if i >= len(text) {
				return b.String(), ""
			}
			c = text[i]
		}
		b.WriteByte(c)
	}
	return b.String(), ""
}

// argv splits a command line as Microsoft's C runtime does. Browsers double every backslash, though the runtime takes one of
// two off only before a quotation mark: where all are doubled, one of two is what was meant.
func argv(line string) ([]string, error) {
	s := &splitter{text: line}
	quoted, doubled := false, true
	for _, run := range backslashes.FindAllString(line, -1) {
		doubled = doubled && (strings.HasSuffix(run, `"`) || len(run)%2 == 0)
	}
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		slashes := len(rest) - len(strings.TrimLeft(rest, `\`))
		switch c := rest[0]; {
		case slashes > 0 && slashes < len(rest) && rest[slashes] == '"':
			if s.put(rest[:slashes/2], slashes); slashes%2 == 1 {
				s.put(`"`, 1)
			}
		case slashes > 0 && doubled:
			s.put(rest[:slashes/2], slashes)
		case slashes > 0:
			s.put(rest[:slashes], slashes)
		case quoted && strings.HasPrefix(rest, `""`):
			s.put(`"`, 2)
		case c == '"':
			quoted = !quoted
			s.put("", 1)
		case !quoted && (c == ' ' || c == '\t'):
			s.end()
			s.at++
		default:
			s.put(rest[:1], 1)
		}
	}
	if quoted {
		return nil, errUnclosed
	}
	s.end()
	return s.words, nil
}
