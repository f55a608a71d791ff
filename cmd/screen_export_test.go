package cmd

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/tui"
)

// secretive is a delivery with a secret in its header and one in its body.
func secretive() *inspect.Delivery {
	return &inspect.Delivery{
		ID: "d_4f2ac7k2m3n4", Method: "POST", URL: "http://127.0.0.1:4400/e/quiet-otter/in?token=sk_live_1234567890abcdefghij", Path: "/in",
		ReceivedAt: time.Date(2026, 11, 20, 14, 2, 12, 0, time.UTC), Provider: "stripe", EventType: "invoice.paid",
		Header:   http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer sesame-sesame"}, "Stripe-Signature": {"t=1,v1=ab"}},
		Body:     inspect.CaptureOf([]byte(`{"note":"it's","password":"hunter2-hunter2"}`)),
		Attempts: []inspect.Attempt{{Number: 1, Target: "http://127.0.0.1:1/in", Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: 400, Header: http.Header{}, Body: inspect.CaptureOf([]byte("no"))}}},
	}
}

// copied is what the form with that key makes of d.
func copied(t *testing.T, d *inspect.Delivery, key string) (string, error) {
	t.Helper()
	forms := new(acting).copyForms()
	i := slices.IndexFunc(forms, func(f tui.CopyForm) bool { return f.Key == key })
	if i < 0 {
		t.Fatalf("there is no form %q", key)
	}
	return forms[i].Make(d)
}

func TestCopies(t *testing.T) {
	for key, want := range map[string]string{
		"b": `{"note":"it's","password":"hunter2-hunter2"}`,
		"a": "no",
		"h": "Authorization: Bearer [masked]\nContent-Type: application/json\nStripe-Signature: t=1,v1=ab",
		"H": "Authorization: Bearer sesame-sesame\nContent-Type: application/json\nStripe-Signature: t=1,v1=ab",
		"u": "http://127.0.0.1:4400/e/quiet-otter/in?token=[masked]",
		"i": "d_4f2ac7k2m3n4",
		"r": "hook replay d_4f2ac7k2m3n4",
	} {
		if got, err := copied(t, secretive(), key); got != want || err != nil {
			t.Errorf("%s: got %q, %v; want %q", key, got, err, want)
		}
	}
}

// Keys of a menu's own can't be a form's, and each is there once.
func TestCopyKeys(t *testing.T) {
	taken := []string{"j", "k", "q", "?", "/", "@"}
	for _, f := range new(acting).copyForms() {
		if slices.Contains(taken, f.Key) {
			t.Errorf("%s: %s is taken", f.Name, f.Key)
		}
		taken = append(taken, f.Key)
	}
}

// The command that is copied runs, and sends what came.
func TestCopiedCurlRuns(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip(err)
	}
	got := make(chan [2]string, 1)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- [2]string{string(b), r.Header.Get("Authorization")}
	}))
	defer app.Close()
	d := secretive()
	d.Attempts[0].Target = app.URL + "/in"
	for key, want := range map[string][2]string{
		"c": {`{"note":"it's","password":"[masked]"}`, "Bearer [masked]"},
		"C": {`{"note":"it's","password":"hunter2-hunter2"}`, "Bearer sesame-sesame"},
	} {
		command, err := copied(t, d, key)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s\n%s", err, out, command)
		}
		if got := <-got; got != want {
			t.Errorf("%s: the app got %q, want %q", key, got, want)
		}
		if strings.HasPrefix(command, "#") || strings.HasSuffix(command, "\n") {
			t.Errorf("%s: it isn't the command alone: %q", key, command)
		}
	}
}

func TestWhatCannotBeCopied(t *testing.T) {
	binary, cut, silent := secretive(), secretive(), secretive()
	binary.Body = inspect.CaptureOf([]byte("\x1f\x8b\x00\x1b[2J"))
	binary.Header.Set("X-Evil", "\x1b]52;c;")
	cut.Body.Complete, cut.Body.Size = false, 1000
	silent.Body, silent.Attempts = inspect.CaptureOf(nil), nil
	for _, c := range []struct {
		d         *inspect.Delivery
		key, want string
	}{
		{binary, "b", "the body, 7 B, is no plain text: E exports it"},
		{binary, "H", "is no plain text"},
		{cut, "b", "only 44 of the body's 1,000 bytes were kept"},
		{cut, "c", "only 44 of the body's 1,000 bytes were kept"},
		{silent, "b", "there is no body"},
		{silent, "a", "the app gave no answer"},
	} {
		if got, err := copied(t, c.d, c.key); got != "" || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %q, %v; want %q", c.key, got, err, c.want)
		}
	}
}

// Each form writes what `hook export` writes.
func TestScreenExportsEachForm(t *testing.T) {
	l, _, _ := printing(t)
	d := secretive()
	other := secretive()
	other.ID, other.ReceivedAt = "d_aaaaaaaaaaaa", d.ReceivedAt.Add(-time.Minute)
	if _, err := l.store.Import(t.Context(), []*inspect.Delivery{d, other}); err != nil {
		t.Fatal(err)
	}
	a := l.browsing(l.store, l.secrets, nil)
	t.Chdir(t.TempDir())
	forms := a.all().ExportForms
	if got, want := len(forms), len(exportFormats())-1; got != want {
		t.Errorf("got %d forms, want all %d but fixtures", got, want)
	}
	for _, form := range forms {
		said, err := a.export(t.Context(), []string{d.ID, other.ID}, form.Name, form.File)
		if err != nil {
			t.Errorf("%s: %v", form.Name, err)
			continue
		}
		if !strings.HasPrefix(said, "wrote 2 deliveries to "+form.File+" (") || !strings.Contains(said, "secrets are masked in 2;") {
			t.Errorf("%s: said %q", form.Name, said)
		}
		b, err := os.ReadFile(form.File)
		if err != nil || bytes.Contains(b, []byte("hunter2")) || bytes.Contains(b, []byte("sesame")) {
			t.Errorf("%s: %v, or it has a secret", form.Name, err)
		}
		if form.Name != asSession && form.Name != formatOf(form.File) && !strings.HasSuffix(form.File, "_test.go") && !strings.HasSuffix(form.File, "_test.py") {
			t.Errorf("%s: %s is a name of %q", form.Name, form.File, formatOf(form.File))
		}
	}
	if b, err := os.ReadFile("webhooks.ndjson"); err != nil || !strings.HasPrefix(string(b), `{"type":"delivery","id":"d_aaaaaaaaaaaa"`) {
		t.Errorf("the oldest isn't first: %.60q, %v", b, err)
	}
}

func TestScreenOverwritesNothing(t *testing.T) {
	l, _, _ := printing(t)
	d := secretive()
	if _, err := l.store.Import(t.Context(), []*inspect.Delivery{d}); err != nil {
		t.Fatal(err)
	}
	a := l.browsing(l.store, l.secrets, nil)
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Chdir(dir)
	for _, name := range []string{"x.har", "x-2.har", "x_test.go"} {
		write(t, name, "mine")
	}
	for _, c := range []struct{ form, file, want string }{
		{"har", "x.har", "x.har is there already: x-3.har is free"},
		{"go", "x_test.go", "x_test.go is there already: x-2_test.go is free"},
		{"har", " ~/x.har", filepath.Join(dir, "x.har") + " is there already"},
		{"har", ".", "is a folder"},
		{"har", "missing/x.har", "there is no folder missing"},
		{"har", "-", "needs the name of a file"},
		{"har", " ", "needs the name of a file"},
	} {
		if said, err := a.export(t.Context(), []string{d.ID}, c.form, c.file); said != "" || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %q, %v; want %q", c.file, said, err, c.want)
		}
	}
	if b, err := os.ReadFile("x.har"); err != nil || string(b) != "mine" {
		t.Errorf("got %q, %v", b, err)
	}
	said, err := a.export(t.Context(), []string{d.ID, "d_gone"}, "har", "~/y.har")
	if err != nil || !strings.Contains(said, "1 is not there any more") {
		t.Errorf("got %q, %v", said, err)
	}
	if files := a.wrote.all(); !slices.Equal(files, []string{filepath.Join(dir, "y.har")}) {
		t.Errorf("wrote %v", files)
	}
}

// What can't be written in a form is said, and nothing stays behind.
func TestScreenExportsNothing(t *testing.T) {
	l, _, _ := printing(t)
	d := secretive()
	d.Method = "PO ST"
	if _, err := l.store.Import(t.Context(), []*inspect.Delivery{d}); err != nil {
		t.Fatal(err)
	}
	a := l.browsing(l.store, l.secrets, nil)
	t.Chdir(t.TempDir())
	if said, err := a.export(t.Context(), []string{d.ID}, "curl", "x.sh"); said != "" || err == nil || !strings.Contains(err.Error(), "nothing was written: "+d.ID+" is left out: its method") {
		t.Errorf("got %q, %v", said, err)
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestScreenSavesFixtures(t *testing.T) {
	s := newStage(t, false)
	if _, err := s.do.Send(t.Context(), tui.Sample{Provider: "stripe", Event: "invoice.paid"}); err != nil {
		t.Fatal(err)
	}
	id := s.over()
	said, err := s.do.SaveFixture(t.Context(), id, " paid in yen ")
	if err != nil || !strings.HasPrefix(said, "wrote "+filepath.Join("hook", "stripe", "paid in yen.yaml")) || !strings.Contains(said, "`hook send stripe 'paid in yen'` sends it") {
		t.Errorf("got %q, %v", said, err)
	}
	if _, err := s.do.SaveFixture(t.Context(), id, "paid in yen"); err == nil || !strings.Contains(err.Error(), "give it another name") {
		t.Errorf("a second time: got %v", err)
	}
	if first := s.do.Samples()[0]; first.Event != "paid in yen" {
		t.Fatalf("the first sample is %+v", first)
	}
	if said, err := s.do.Send(t.Context(), s.do.Samples()[0]); err != nil || !strings.Contains(said, ": 200 in ") {
		t.Errorf("sending it: got %q, %v", said, err)
	}
	if _, err := s.do.SaveFixture(t.Context(), id, "../../outside"); err == nil {
		if _, err := os.Stat(filepath.Join("..", "outside.yaml")); err == nil {
			t.Error("it was written outside of the project's folder")
		}
	}
}
