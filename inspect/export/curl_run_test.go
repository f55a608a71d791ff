package export

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// The commands send what the deliveries have, and nothing else: whatever shell and curl there are say so.
func TestCurlSendsTheSame(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil || runtime.GOOS == "windows" {
		t.Skip("there is no curl, or no shell")
	}
	type received struct {
		method, target string
		header         http.Header
		body           []byte
	}
	got := make(chan received, 1)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- received{r.Method, r.RequestURI, r.Header, body}
	}))
	t.Cleanup(app.Close)
	here := func(d *inspect.Delivery) (Place, error) {
		u := d.URL
		if i := strings.Index(u, "/e/"); i >= 0 {
			u = u[i:]
		} else {
			u = "/" + strings.TrimPrefix(u, "https://relay.example/")
		}
		return Place{URL: app.URL + u}, nil
	}
	deliveries := someDeliveries()
	for name, body := range map[string]string{
		"empty": "", "at": "@file", "quotes": `it's "so" \n $HOME $(id)`, "lines": "a\nb\r\nc\n\n", "nul": "\x00", "latin": "caf\xe9", "escape": "\x1b[2J",
		"long": strings.Repeat("0123456789", 40_000), "document": "__END__\n__END__\n",
	} {
		deliveries = append(deliveries, &inspect.Delivery{
			ID: "d_" + name, Method: "POST", URL: "https://relay.example/" + name, Header: http.Header{"Content-Type": {"x/y"}, "User-Agent": {"it's {me} [1-2]"}},
			Body: inspect.CaptureOf([]byte(body)),
		})
	}
	deliveries = append(deliveries, &inspect.Delivery{ID: "d_head", Method: "HEAD", URL: "https://relay.example/e/../a/./b?x={1,2}&y=[1-3]", Header: http.Header{}})
	for _, shell := range []string{"sh", "bash"} {
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		for _, d := range deliveries {
			if shell == "sh" && strings.Contains(fmt.Sprint(d.Header), "\u202e") || d.ID == "d_binarydddddd" {
				continue // what a terminal would act on in a header wants $'…', which not every sh has
			}
			script := written(t, "curl", Options{Where: here}, d)
			command := exec.CommandContext(t.Context(), shell)
			command.Stdin = bytes.NewReader(script)
			if out, err := command.CombinedOutput(); err != nil {
				t.Errorf("%s in %s: %v: %s\n%s", d.ID, shell, err, out, script[:min(len(script), 2000)])
				continue
			}
			r := <-got
			place, _ := here(d)
			if target := strings.TrimPrefix(place.URL, app.URL); r.method != d.Method || r.target != target {
				t.Errorf("%s in %s: %s %s, want %s %s", d.ID, shell, r.method, r.target, d.Method, target)
			}
			if !bytes.Equal(r.body, d.Body.Bytes) {
				t.Errorf("%s in %s: body %.200q, want %.200q", d.ID, shell, r.body, d.Body.Bytes)
			}
			want := d.Header.Clone()
			for _, h := range []http.Header{want, r.header} {
				delete(h, "Content-Length")
			}
			if fmt.Sprintf("%q", r.header) != fmt.Sprintf("%q", want) {
				t.Errorf("%s in %s: header %q, want %q", d.ID, shell, r.header, want)
			}
		}
	}
}
