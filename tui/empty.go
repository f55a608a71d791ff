package tui

import "fmt"

// emptyLines is what to do until the first webhook comes, the most useful first.
func emptyLines(t theme, url string, c Config, s Status) []line {
	if c.Recorded != "" {
		return []line{{text: "Nothing was captured here yet.", look: strong}, {}, entry("next", "hook listen 3000 captures what comes; hook demo shows how it looks")}
	}
	lines := []line{
		{text: "Waiting for the first webhook.", look: strong},
		{},
		entry("URL", url+"   c copies it"),
	}
	if s.AppKnown {
		lines = append(lines, entry("app", s.App))
	} else if c.Target != "" {
		lines = append(lines, entry("app", t.clean(c.Target)))
	}
	try := fmt.Sprintf(`curl -d '{"hello":"hook"}' %s`, url)
	if c.Do.Send != nil {
		lines = append(lines, entry("try", "S sends a sample event, signed as its provider does; or"), entry("", try))
	} else {
		lines = append(lines, entry("try", try))
	}
	if !c.Public {
		lines = append(lines, entry("reach", "local only: providers can't reach this URL yet"))
	}
	lines = append(lines, entry("relay", orElse(s.Relay, "not connected yet")))
	lines = append(lines, entries(t, "secrets", c.Secrets)...)
	return append(lines, entries(t, "next", c.Tips)...)
}

// entry is a named fact.
func entry(name, text string) line {
	const column = 9
	return line{label: fmt.Sprintf("%-*s", column, name), text: text, hang: column}
}

// entries are facts under one name, which is written once.
func entries(t theme, name string, texts []string) []line {
	var lines []line
	for _, text := range texts {
		lines = append(lines, entry(name, t.clean(text)))
		name = ""
	}
	return lines
}
