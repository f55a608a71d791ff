package main

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		args, paths, baseline string
		concurrency           []int
		rounds                int
		duration, warmup      time.Duration
	}{
		{"", "direct one two tunnel", "two", []int{1, 16, 64}, 5, 3 * time.Second, 500 * time.Millisecond},
		{"-rate 500", "two tunnel", "two", []int{64}, 5, 3 * time.Second, 500 * time.Millisecond},
		{"-rate 500 -c 8 -only direct", "direct", "two", []int{8}, 5, 3 * time.Second, 500 * time.Millisecond},
		{"-upload 100MiB", "two tunnel", "two", []int{1}, 5, 3 * time.Second, 500 * time.Millisecond},
		{"-tls", "tunnel tunnel+tls", "tunnel", []int{1, 16, 64}, 5, 3 * time.Second, 500 * time.Millisecond},
		{"-tls -upload 1KiB -d 1s", "tunnel tunnel+tls", "tunnel", []int{1}, 5, time.Second, 500 * time.Millisecond},
		{"-recording", "tunnel+nostore tunnel", "tunnel+nostore", []int{1, 16, 64}, 5, 3 * time.Second, 500 * time.Millisecond},
		{"-recording -rate 500", "tunnel+nostore tunnel", "tunnel+nostore", []int{64}, 5, 3 * time.Second, 500 * time.Millisecond},
		{"-history 5000 -dir x", "direct one two tunnel", "two", []int{1, 16, 64}, 10, 3 * time.Second, 500 * time.Millisecond},
		{"-reconnect 1", "direct one two tunnel", "two", []int{1, 16, 64}, 20, 3 * time.Second, 11 * time.Second},
		{"-reconnect 2 -warmup 0s", "direct one two tunnel", "two", []int{1, 16, 64}, 3, 3 * time.Second, 0},
		{"-idle 9", "direct one two tunnel", "two", []int{1, 16, 64}, 1, 30 * time.Second, 500 * time.Millisecond},
	} {
		o, err := parse(strings.Fields(c.args), io.Discard)
		if err != nil {
			t.Errorf("%s: %v", c.args, err)
			continue
		}
		var names []string
		for _, p := range o.paths {
			names = append(names, p.name)
		}
		if strings.Join(names, " ") != c.paths || o.baseline != c.baseline || !slices.Equal(o.concurrency, c.concurrency) ||
			o.rounds != c.rounds || o.duration != c.duration || o.warmup != c.warmup {
			t.Errorf("%s: got %v %+v, want %+v", c.args, names, o, c)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, args := range []string{
		"tunnel", "-rounds 0", "-d 0s", "-body 1", "-body 99999999", "-c 0", "-only three", "-rate 0", "-rate 999999", "-rate 1 -c 100",
		"-upload 101MiB", "-upload 0", "-upload 1GiB", "-upload 1KiB -c 2", "-upload 1KiB -rate 1", "-reconnect 0", "-reconnect 99999",
		"-idle -1", "-idle 1 -reconnect 1", "-idle 1 -tls", "-recording -tls", "-history 10", "-history 2000 -c 1", "-dir x", "-reconnect 1 -d 1s", "-idle 1 -warmup 1s",
	} {
		var talk strings.Builder
		if o, err := parse(strings.Fields(args), &talk); err == nil || talk.Len() == 0 {
			t.Errorf("%s: got %+v and said %q, want an error that is said", args, o, talk.String())
		}
	}
}

func TestParseBytes(t *testing.T) {
	for size, want := range map[string]int64{"7": 7, "3KiB": 3072, "100MiB": maxUpload} {
		if got, err := parseBytes(size); got != want || err != nil {
			t.Errorf("%s: got %d and %v, want %d", size, got, err, want)
		}
	}
}
