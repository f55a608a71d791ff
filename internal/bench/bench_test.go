package main

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if code, isRole := play(os.Args[1:]); isRole {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// It builds the real programs and needs seconds, so it runs with HOOK_SLOW=1 only.
func TestBenchRuns(t *testing.T) {
	if os.Getenv("HOOK_SLOW") != "1" {
		t.Skip("HOOK_SLOW=1 runs it")
	}
	for _, c := range []struct {
		args string
		want map[string]int
	}{
		{"-c 1,8", map[string]int{"machine": 1, "cell": 8, "summary": 8}},
		{"-rate 200 -c 8", map[string]int{"machine": 1, "cell": 2, "summary": 2}},
		{"-upload 2MiB", map[string]int{"machine": 1, "cell": 2, "summary": 2}},
		{"-tls -c 8", map[string]int{"machine": 1, "cell": 2, "summary": 2}},
		{"-recording -c 8", map[string]int{"machine": 1, "cell": 2, "summary": 2}},
		{"-history 1000", map[string]int{"machine": 1, "history": 1, "question": 48, "stream": 4}},
		{"-reconnect 5", map[string]int{"machine": 1, "reconnect": 1, "reconnect_summary": 1}},
		{"-idle 5", map[string]int{"machine": 1, "idle": 1}},
	} {
		t.Run(c.args, func(t *testing.T) {
			if strings.HasPrefix(c.args, "-idle") && runtime.GOOS != "linux" {
				t.Skip("the memory of a process is known on Linux only")
			}
			args := append(strings.Fields(c.args), "-rounds", "1", "-json")
			switch what, _, _ := strings.Cut(c.args, " "); what {
			case "-history":
			case "-reconnect":
				args = append(args, "-warmup", "50ms")
			case "-idle":
				args = append(args, "-d", "200ms")
			default:
				args = append(args, "-d", "200ms", "-warmup", "50ms")
			}
			checkRun(t, args, c.want)
		})
	}
}

// checkRun runs the benchmark, which shall print so many objects of each type, with figures in all.
func checkRun(t *testing.T, args []string, want map[string]int) {
	t.Helper()
	var out, talk bytes.Buffer
	if code := run(t.Context(), args, &out, &talk); code != 0 {
		t.Fatalf("got exit code %d, want 0:\n%s", code, talk.String())
	}
	got := make(map[string]int)
	for line := range bytes.Lines(out.Bytes()) {
		var l struct {
			Type      string
			PerSecond float64 `json:"per_second"`
			First     any     `json:"first_ms"`
			Held      int64   `json:"rss_held_bytes"`
			Median    float64 `json:"median_ms"`
			Bytes     int64
		}
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if l.Type != "machine" && l.PerSecond <= 0 && l.First == nil && l.Held <= 0 && l.Median <= 0 && l.Bytes <= 0 {
			t.Errorf("got %s, want a figure", line)
		}
		got[l.Type]++
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWebhook(t *testing.T) {
	target := &url.URL{Scheme: "http", Host: "127.0.0.1:1", Path: "/e/bench"}
	for _, size := range []int{minBody, 513, 2048, 100_000} {
		w := newWebhook(target, size, 7)
		w.next()
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(w.next())))
		if err != nil {
			t.Fatal(err)
		}
		body := make([]byte, size)
		if n, _ := r.Body.Read(body); r.ContentLength != int64(size) || n == 0 {
			t.Errorf("size %d: got Content-Length %d", size, r.ContentLength)
		}
		var event struct{ ID, Type string }
		if err := json.Unmarshal(w.body, &event); err != nil || event.ID != "evt_0007000000000002" || event.Type == "" {
			t.Errorf("size %d: got %v %v", size, event, err)
		}
		when, sum, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Stripe-Signature"), "t="), ",v1=")
		mac := hmac.New(sha256.New, []byte(signingSecret))
		mac.Write(append([]byte(when+"."), w.body...))
		if want := hex.EncodeToString(mac.Sum(nil)); sum != want || len(when) != timeDigits {
			t.Errorf("size %d: got the signature %s at %s, want %s", size, sum, when, want)
		}
	}
}

func TestReadAnswer(t *testing.T) {
	const good = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
	for _, c := range []struct {
		name, answer string
		wrong, fails bool
	}{
		{"good", good, false, false},
		{"another status", strings.Replace(good, "200 OK", "502 Bad Gateway", 1), true, false},
		{"another body", strings.Replace(good, "ok", "no", 1), true, false},
		{"a longer body", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok!", true, false},
		{"no length", "HTTP/1.1 200 OK\r\n\r\n", false, true},
		{"cut", good[:len(good)-1], false, true},
	} {
		r := bufio.NewReader(strings.NewReader(c.answer + good))
		if c.fails {
			r = bufio.NewReader(strings.NewReader(c.answer))
		}
		wrong, err := readAnswer(r, answer)
		if (err != nil) != c.fails || err == nil && (wrong != "") != c.wrong {
			t.Errorf("%s: got %q and %v", c.name, wrong, err)
		}
		if c.fails {
			continue
		}
		if wrong, err := readAnswer(r, answer); wrong != "" || err != nil {
			t.Errorf("%s: the answer behind it: got %q and %v, want none", c.name, wrong, err)
		}
	}
}

func TestSummarise(t *testing.T) {
	var results []result
	for _, r := range []struct{ two, tunnel float64 }{{100, 150}, {200, 200}, {50, 100}} {
		results = append(results,
			result{Concurrency: 1, Path: "two", PerSecond: r.two, P50: 4, P99: 10},
			result{Concurrency: 1, Path: "tunnel", PerSecond: r.tunnel, P50: 3, P99: r.tunnel / 10})
	}
	chosen, err := choose("tunnel,two")
	if err != nil {
		t.Fatal(err)
	}
	got := summarise(options{concurrency: []int{1}, paths: chosen, baseline: twoHops}, results)
	if len(got) != 2 || got[1].Path != "tunnel" || got[1].PerSecond != 150 || *got[1].Ratio != (spread{1.5, 1, 2}) {
		t.Errorf("got %+v, want the tunnel second, at 150/s, 1.5 times the two hops, between 1 and 2", got)
	}
	if *got[1].P50Ratio != (spread{0.75, 0.75, 0.75}) || *got[1].P99Ratio != (spread{1.5, 1, 2}) {
		t.Errorf("got the latencies' ratios %+v and %+v, want 0.75 and as for the requests", *got[1].P50Ratio, *got[1].P99Ratio)
	}
	if got[1].CPU != nil {
		t.Errorf("got the processor time %v, want none", *got[1].CPU)
	}
}

func TestSplit(t *testing.T) {
	var r result
	r.split([]string{"app", "hop", "hop", "load"}, yield{Requests: 1000, CPU: []time.Duration{1e6, 2e6, 3e6, 4e6}})
	if len(r.Parts) != 4 || *r.CPU != 5 || *r.TotalCPU != 10 {
		t.Errorf("got %+v with %v and %v, want 5 µs for the hops and 10 for all", r.Parts, *r.CPU, *r.TotalCPU)
	}
}

func TestQuantile(t *testing.T) {
	sorted := []time.Duration{1, 2, 3, 4}
	got := [...]time.Duration{quantile(sorted, 0.5), quantile(sorted, 0.99), quantile(sorted[:0], 0.5)}
	if want := [...]time.Duration{2, 4, 0}; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
