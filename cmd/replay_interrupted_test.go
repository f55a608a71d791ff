package cmd_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/cmd"
)

// An interruptingFile is a file during whose reading the user presses Ctrl-C.
type interruptingFile struct{ press func() }

func (f interruptingFile) Read([]byte) (int, error) {
	f.press()
	return 0, io.EOF
}

func TestReplayInterruptedWhileReading(t *testing.T) {
	const entry = `{"request": {"method": "POST", "url": "http://127.0.0.1:1/hooks", "headers": [], "postData": {"mimeType": "application/json", "text": "{}"}}}`
	for flags, want := range map[string]string{
		"":       "0 replayed · 0 fixed · 0 still failing · 0 regressed\ninterrupted before the first was sent\n",
		"--json": `"interrupted":true`,
	} {
		t.Setenv("HOOK_HOME", t.TempDir())
		ctx, cancel := context.WithCancel(t.Context())
		in := io.MultiReader(strings.NewReader(`{"log": {"version": "1.2", "entries": [`+entry+","), interruptingFile{cancel}, strings.NewReader(entry+"]}}"))
		report := filepath.Join(t.TempDir(), "replay.xml")
		args := append([]string{"replay", "-", "--to", "http://127.0.0.1:1", "--junit", report}, strings.Fields(flags)...)
		var out, talk strings.Builder
		code := cmd.Main(ctx, args, in, &out, &talk)
		cancel()
		if code != 130 || !strings.Contains(out.String(), want) || talk.String() != "" {
			t.Errorf("%q: got %d, want 130, and %q, want %q; said %q", flags, code, out.String(), want, talk.String())
		}
		if xml, err := os.ReadFile(report); err != nil || !strings.Contains(string(xml), `<error type="not sent" message="interrupted before the first was sent">`) {
			t.Errorf("%q: the report is %s, %v", flags, xml, err)
		}
	}
}
