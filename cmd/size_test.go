package cmd

import (
	"errors"
	"strings"
	"testing"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"1": 1, "1048576": 1 << 20, "10MiB": 10 << 20, "512KB": 512_000, "1.5 kib": 1536, "1,024": 1024, "1TiB": maxSize, "1024GiB": maxSize,
	} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]struct{ err, next string }{
		"1099511627777":      {"is more than 1TiB", "at most 1TiB"},
		"2TiB":               {"is more than 1TiB", "at most 1TiB"},
		"16EiB":              {"is more than 1TiB", "at most 1TiB"}, // no 64 bits hold it
		"999999999999999YiB": {"is more than 1TiB", "at most 1TiB"},
		"":                   {"is no size", "a size is like"},
		"0":                  {"is no size", "a size is like"},
		"0.5":                {"is no size", "a size is like"},
		"-1":                 {"is no size", "a size is like"},
		"much":               {"is no size", "a size is like"},
		"10 apples":          {"is no size", "a size is like"},
		"1.2.3":              {"is no size", "a size is like"},
	} {
		_, err := parseSize(text)
		f, ok := errors.AsType[*fault](err)
		if !ok || !strings.Contains(err.Error(), want.err) || !strings.Contains(f.next, want.next) || f.code != exitUsage {
			t.Errorf("%q: got %+v, want one that %s", text, err, want.err)
		}
	}
}
