package cmd

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

func TestLogsArePrintable(t *testing.T) {
	const hostile = "a\u009b2J\u202e\x7f\x1b"
	var b bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&b, printableLog()), slog.NewJSONHandler(&b, printableLog())} {
		slog.New(handler).Warn("said", "text", hostile, "error", errors.New(hostile), "number", 7)
	}
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		if inspect.Printable(line) != line || !strings.Contains(line, "u009b2J") || !strings.Contains(line, "7") {
			t.Errorf("%q", line)
		}
	}
}
