package cmd_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// A listening is a `hook listen` that runs, in a project of its own.
type listening struct {
	t     *testing.T
	dir   string // of the project
	bin   string // the first folder of its PATH
	env   []string
	cmd   *exec.Cmd
	lines chan string // of its stdout and stderr, closed at its end
	ended func() error
}

// newListening prepares one with the exposers of the tests in its PATH.
func newListening(t *testing.T, env ...string) *listening {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs symbolic links and signals")
	}
	h := &listening{t: t, dir: t.TempDir(), bin: t.TempDir()}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"hook", "cloudflared", "ngrok", "tailscale", "expose"} {
		if err := os.Symlink(self, filepath.Join(h.bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	h.env = append([]string{
		"HOOK_HOME=" + t.TempDir(), "HOME=" + h.dir, "NO_COLOR=1", "LANG=C.UTF-8", "GORACE=" + os.Getenv("GORACE"),
		"PATH=" + h.bin + string(os.PathListSeparator) + os.Getenv("PATH"),
	}, env...)
	return h
}

// hook is a command in the listener's project.
func (h *listening) hook(args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(h.bin, "hook"), args...)
	c.Dir, c.Env = h.dir, h.env
	return c
}

// start runs it in front of an app that says ok.
func (h *listening) start(args ...string) {
	h.t.Helper()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	h.t.Cleanup(app.Close)
	h.cmd = h.hook(append([]string{"listen", app.URL}, args...)...)
	r, w, err := os.Pipe()
	if err != nil {
		h.t.Fatal(err)
	}
	h.cmd.Stdout, h.cmd.Stderr = w, w
	err = h.cmd.Start()
	_ = w.Close()
	if err != nil {
		h.t.Fatal(err)
	}
	h.lines = make(chan string, 10_000)
	var g sync.WaitGroup
	g.Go(func() {
		defer close(h.lines)
		defer r.Close()
		for in := bufio.NewScanner(r); in.Scan(); {
			h.lines <- in.Text()
		}
	})
	h.ended = sync.OnceValue(func() error {
		err := h.cmd.Wait()
		g.Wait()
		return err
	})
	h.t.Cleanup(func() {
		_ = h.cmd.Process.Signal(os.Interrupt)
		_ = h.ended()
	})
}

// await gives what the groups of want match in the first line that does.
func (h *listening) await(want string) []string {
	h.t.Helper()
	re, late := regexp.MustCompile(want), time.After(awaitTime)
	var passed []string
	for {
		select {
		case line, ok := <-h.lines:
			if !ok {
				h.t.Fatalf("it ended before it printed %q, after\n%s", want, strings.Join(passed, "\n"))
			}
			if m := re.FindStringSubmatch(line); m != nil {
				return m[1:]
			}
			passed = append(passed, line)
		case <-late:
			h.t.Fatalf("it did not print %q, but\n%s", want, strings.Join(passed, "\n"))
		}
	}
}

// A ready is the ready line.
type ready struct {
	URL    string
	Public bool
	Note   string
}

func (h *listening) awaitReady() ready {
	h.t.Helper()
	var r ready
	if err := json.Unmarshal([]byte(h.await(`^(\{"type":"ready".*)`)[0]), &r); err != nil {
		h.t.Fatal(err)
	}
	return r
}

// at is where the exposer of the tests really is that claims to be at that URL: its port is in the name.
func (r ready) at(t *testing.T) (addr, host string) {
	t.Helper()
	u, err := url.Parse(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?:^fake-|:)([0-9]+)`).FindStringSubmatch(u.Host)
	if m == nil {
		t.Fatalf("%s is no URL of the tests' exposers", r.URL)
	}
	return "127.0.0.1:" + m[1], u.Host
}

// webhook sends one to the public URL, and wants the app's answer.
func (h *listening) webhook(r ready) {
	h.t.Helper()
	addr, host := r.at(h.t)
	u, _ := url.Parse(r.URL)
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, "http://"+addr+u.Path, strings.NewReader(`{"hello":"hook"}`))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Host = host
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK || string(body) != "ok" || err != nil {
		h.t.Fatalf("the webhook got %s %q, %v", resp.Status, body, err)
	}
	h.await(`^\{"type":"delivery".*"status":200`)
	for late := time.Now().Add(awaitTime); ; { // its row follows its answer
		shown, err := h.hook("show", "last", "--json").CombinedOutput()
		if err == nil && strings.Contains(string(shown), fmt.Sprintf(`"url":%q`, r.URL)) {
			return
		}
		if time.Now().After(late) {
			h.t.Fatalf("the delivery's URL is not %s: %v\n%s", r.URL, err, shown)
		}
	}
}

// strangers can't use the relay inside hook for endpoints of their own.
func (h *listening) strangers(r ready) {
	h.t.Helper()
	addr, host := r.at(h.t)
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, "http://"+addr+wire.Path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Host = host
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		h.t.Errorf("%s lets strangers in: %s", host, resp.Status)
	}
}

// witness is a connection to the exposer: it breaks when the exposer ends.
func (h *listening) witness(r ready) (gone func()) {
	h.t.Helper()
	addr, _ := r.at(h.t)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	return func() {
		h.t.Helper()
		_ = conn.SetReadDeadline(time.Now().Add(awaitTime))
		if _, err := conn.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
			h.t.Errorf("the exposer lives on: %v", err)
		}
	}
}

// kill has the exposer end by itself.
func (r ready) kill(t *testing.T) {
	t.Helper()
	addr, _ := r.at(t)
	if resp, err := http.Get("http://" + addr + "/die"); err == nil {
		resp.Body.Close()
		t.Fatalf("the exposer answered %s", resp.Status)
	}
}

// interrupt is Ctrl-C: hook and the exposer end.
func (h *listening) interrupt(gone func()) {
	h.t.Helper()
	if err := h.cmd.Process.Signal(os.Interrupt); err != nil {
		h.t.Fatal(err)
	}
	if err := h.ended(); err != nil {
		h.t.Errorf("hook ended with %v", err)
	}
	gone()
}

func TestViaKnown(t *testing.T) {
	for via, host := range map[string]string{"cloudflared": "trycloudflare.com", "ngrok": "ngrok-free.app", "tailscale": "tail0000.ts.net"} {
		t.Run(via, func(t *testing.T) {
			t.Parallel()
			h := newListening(t)
			h.start("--json", "--via", via)
			r := h.awaitReady()
			if !r.Public || !regexp.MustCompile(`^https://fake-[0-9]+\.`+regexp.QuoteMeta(host)+`/e/[a-z0-9-]+$`).MatchString(r.URL) {
				t.Fatalf("ready is %+v", r)
			}
			gone := h.witness(r)
			h.webhook(r)
			h.strangers(r)
			h.interrupt(gone)
		})
	}
}

// An exposer that dies is started again, and its new URL is announced.
func TestViaComesBack(t *testing.T) {
	t.Parallel()
	h := newListening(t)
	h.start("--json", "--via", "expose --to {url}")
	first := h.awaitReady()
	h.webhook(first)
	first.kill(t)
	h.await(`^\{"type":"state","via":"waiting","error":"expose ended: exit status 1: .*it was told to die"`)
	second := h.awaitReady()
	if second.URL == first.URL || !second.Public {
		t.Errorf("ready is %+v after %+v", second, first)
	}
	h.webhook(second)
	if out, err := h.hook("send", "github", "push").CombinedOutput(); err != nil || !strings.Contains(string(out), "POST "+second.URL) {
		t.Errorf("send does not use the new URL: %v\n%s", err, out)
	}
	h.interrupt(h.witness(second))
}

// The same in lines for people.
func TestViaInLines(t *testing.T) {
	t.Parallel()
	h := newListening(t)
	h.start("--plain", "--via", "expose --to {url}")
	first := ready{URL: h.await(`· public · (http://\S+)  →`)[0]}
	first.kill(t)
	h.await(`◌ expose ended: exit status 1: .*it was told to die; starting it again in \d+ s$`)
	second := ready{URL: h.await(`· public · (http://\S+)  →`)[0]}
	h.interrupt(h.witness(second))
}

// What an exposer that can't begin says is shown, and the local URL works meanwhile.
func TestViaRefuses(t *testing.T) {
	for via, want := range map[string]string{
		"cloudflared": `"via":"waiting","error":"cloudflared ended: exit status 1: failed to request quick Tunnel: .*no such host`,
		"ngrok":       `"via":"waiting","error":"ngrok ended: exit status 1: authentication failed: .*Your authtoken: … ERR_NGROK_107"`,
		"tailscale":   `"via":"starting","error":"to enable it, visit https://login.tailscale.com/f/funnel\?node=nFake"`,
	} {
		t.Run(via, func(t *testing.T) {
			t.Parallel()
			h := newListening(t, "FAKE=refuse", "HOOK_VIA="+via)
			h.start("--json")
			h.await(want)
			out, err := h.hook("send", "github", "push").CombinedOutput()
			if err != nil || !regexp.MustCompile(`POST http://127\.0\.0\.1:\d+/e/`).Match(out) {
				t.Errorf("send got %v\n%s", err, out)
			}
			h.await(`^\{"type":"delivery".*"status":200`)
			h.interrupt(func() {})
			log, err := os.ReadFile(filepath.Join(strings.TrimPrefix(h.env[0], "HOOK_HOME="), "log", "listen.log"))
			if err != nil || strings.Contains(string(log), "SECRET") {
				t.Errorf("the log holds the authtoken, or can't be read: %v", err)
			}
		})
	}
}

// A hook that is killed takes the exposer along where the system can do that.
func TestViaDiesWithHook(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ends a child with its parent")
	}
	t.Parallel()
	h := newListening(t)
	h.start("--json", "--via", "cloudflared")
	gone := h.witness(h.awaitReady())
	if err := h.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = h.ended()
	gone()
}
