package cmd_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/internal/terminal"
)

// What replays print stays whole: the progress is not drawn into it.
func TestReplayLinesAndProgress(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for range 3 {
		d.run("send", "stripe", "invoice.paid", "--to", d.app)
	}
	const slowly = "replay last:3 --pace 5/s" // the progress is drawn ten times a second
	for _, c := range []struct{ command, line string }{
		{slowly, `^  d_.* 200 → 200 |^3 replayed`},
		{slowly + " | cat", `^  d_.* 200 → 200 |^3 replayed`},
		{slowly + " --json", `^{"type":"(delivery|summary)".*}$`},
		{slowly + " --json | cat", `^{"type":"(delivery|summary)".*}$`},
		{slowly + " --set nothing=1 >lines", `^hook: (warning: left out|error|hint): `},
	} {
		t.Run(c.command, func(t *testing.T) {
			s := terminal.Open(t, terminal.Options{Dir: d.dir, Env: d.env("NO_COLOR=1"), Width: 1500, Height: 24}, "sh", "-c", "hook "+c.command)
			_, f := s.Exit()
			lines, whole := 0, regexp.MustCompile(c.line)
			for line := range strings.Lines(f.String()) {
				if line = strings.TrimRight(line, " \n"); line == "" {
					continue
				}
				if lines++; !whole.MatchString(line) {
					t.Errorf("got the line %q", line)
				}
			}
			if lines < 3 {
				t.Errorf("got %d lines:\n%s", lines, f)
			}
		})
	}
}
