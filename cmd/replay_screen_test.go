package cmd_test

import (
	"net/url"
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

// The question before something goes to another machine counts what goes there: not what goes elsewhere, nor what is left out.
func TestReplayAsksForWhatGoesThere(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	here, err := url.Parse(d.app)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"invoice.paid", "invoice.paid", "customer.created"} {
		d.run("send", "stripe", kind, "--to", d.app)
	}
	lines := strings.SplitAfter(d.run("export", "last:3", "--as", "ndjson"), "\n")
	for i := range lines {
		if i > 0 {
			lines[i] = strings.ReplaceAll(lines[i], here.Host, "192.0.2.7")
		}
	}
	d.write("three.ndjson", strings.Join(lines, ""))
	for flags, want := range map[string]string{
		"":                                      "send 2 webhooks to 192.0.2.7, which is another machine?",
		"--set data.object.total=7":             "send one webhook to 192.0.2.7, which is another machine?",
		"--fault duplicate":                     "send 4 webhooks to 192.0.2.7, which is another machine?",
		"--set data.object.total=7 --to :81":    "", // on this machine
		"--to http://192.0.2.8 --set total=7":   "", // nothing fits
		"--to http://192.0.2.8/hooks --shuffle": "send 3 webhooks to 192.0.2.8, which is another machine?",
	} {
		t.Run(flags, func(t *testing.T) {
			s := d.open(terminal.Options{Width: 150, Height: 24}, append([]string{"replay", "three.ndjson"}, strings.Fields(flags)...)...).In(t)
			if want == "" {
				if _, f := s.Exit(); strings.Contains(f.String(), "another machine") {
					t.Errorf("asked:\n%s", f)
				}
				return
			}
			s.Await(want)
			s.Type("n\r")
			if code, f := s.Exit(); code != 130 || !strings.Contains(f.String(), "nothing was sent to 192.0.2.") {
				t.Errorf("got %d, want 130:\n%s", code, f)
			}
		})
	}
}
