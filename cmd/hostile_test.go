package cmd_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/creack/pty"
)

// hostile is what a terminal would act on, or an eye would miss: a colour, a title, a cleared screen, C1 as a byte and as a
// character, DEL, a backspace, a turned direction, nothing wide, a tag, and bytes that are no UTF-8.
const hostile = "\x1b[31m\x1b]0;owned\x07\x1b[2J\x9b2J\u009b2J\x7f\b\u202eevil\u200b\U000e0041\xff\xc3\r"

// fieldHostile is as much of it as a header field may have.
const fieldHostile = "\u202eevil\u200b\u009b2J\x9b2J\U000e0041\xff"

// A hostileApp answers with hostile bytes in the reason, the header and the body; or with no HTTP at all.
func hostileApp(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var g sync.WaitGroup
	t.Cleanup(func() { _ = ln.Close(); g.Wait() })
	g.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			g.Go(func() { defer func() { _ = conn.Close() }(); answerHostile(conn) })
		}
	})
	return "http://" + ln.Addr().String()
}

func answerHostile(conn net.Conn) {
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, request.Body)
	switch request.URL.Query().Get("as") {
	case "garbage":
		_, _ = io.WriteString(conn, hostile+"\r\n\r\n")
	case "header":
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nX-"+hostile+": 1\r\n\r\n")
	default:
		body := `{"a":"` + hostile + `"}`
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 500 %s\r\nContent-Type: application/json; x=%s\r\nX-Evil: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
			fieldHostile, fieldHostile, fieldHostile, len(body), body)
	}
}

// sendHostile sends a request in exactly these bytes, and waits for the whole answer.
func sendHostile(t *testing.T, url, query, contentType, body string) {
	t.Helper()
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "POST /%s%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Type: %s\r\nX-GitHub-Event: push%s\r\nX-GitHub-Delivery: %s\r\n"+
		"X-Hub-Signature-256: sha256=%s\r\nUser-Agent: GitHub-Hookshot/%s\r\nX-Evil: %s\r\nContent-Length: %d\r\n\r\n%s",
		path, query, host, contentType, fieldHostile, fieldHostile, fieldHostile, fieldHostile, fieldHostile, len(body), body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(conn); err != nil {
		t.Fatal(err)
	}
}

// styling is hook's own.
var styling = regexp.MustCompile("\x1b\\[[0-9;]*m")

// harmless fails if a terminal would act on what a command printed, but for styling.
func harmless(t *testing.T, what string, out []byte) {
	t.Helper()
	for line := range bytes.Lines(out) {
		line = bytes.TrimRight(line, "\r\n")
		plain := string(styling.ReplaceAll(line, nil))
		bad := !utf8.ValidString(plain) || strings.ContainsFunc(plain, func(r rune) bool {
			return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
		})
		if bad {
			t.Errorf("%s printed %q", what, line)
		}
	}
}

// A terminalHook runs the program as itself, which the test binary is under that name.
type terminalHook struct {
	dir string
	env []string
}

func newTerminalHook(t *testing.T) *terminalHook {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"hook", "hook-relay"} {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	env := append(os.Environ(), "HOOK_HOME="+filepath.Join(dir, "home"), "LANG=C.UTF-8", "CI=1")
	return &terminalHook{dir, env}
}

func (h *terminalHook) command(program string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(h.dir, program), args...)
	c.Dir, c.Env = h.dir, h.env
	return c
}

// run runs a command to its end, and checks what it printed.
func (h *terminalHook) run(t *testing.T, args ...string) []byte {
	t.Helper()
	out, _ := h.command("hook", args...).CombinedOutput() // hostile requests are often found wrong
	harmless(t, fmt.Sprint(args), out)
	return out
}

// runOnTerminal is run on a terminal of 60 columns.
func (h *terminalHook) runOnTerminal(t *testing.T, args ...string) {
	t.Helper()
	c := h.command("hook", args...)
	terminal, err := pty.StartWithSize(c, &pty.Winsize{Rows: 40, Cols: 60})
	if err != nil {
		t.Skip(err)
	}
	shown, _ := io.ReadAll(terminal) // ends with an error once nobody writes any more
	_ = c.Wait()
	_ = terminal.Close()
	harmless(t, fmt.Sprint(args, " on a terminal"), shown)
}

// begin begins a program and gives its lines; stop ends it and checks all that it printed.
func (h *terminalHook) begin(t *testing.T, program string, args ...string) (await func(pattern string) string, stop func()) {
	t.Helper()
	c := h.command(program, args...)
	r, w := io.Pipe()
	c.Stdout, c.Stderr = w, w
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	lines := make(chan string, 1000) // more than are printed here
	var g sync.WaitGroup
	g.Go(func() {
		defer close(lines)
		for s := bufio.NewScanner(io.TeeReader(r, &all)); s.Scan(); {
			lines <- s.Text()
		}
	})
	await = func(pattern string) string {
		t.Helper()
		want := regexp.MustCompile(pattern)
		for line := range lines {
			if m := want.FindStringSubmatch(line); m != nil {
				return m[len(m)-1]
			}
		}
		t.Fatalf("%s ended before it printed %s:\n%q", program, pattern, all.String())
		return ""
	}
	stop = sync.OnceFunc(func() {
		_ = c.Process.Signal(os.Interrupt)
		var drained sync.WaitGroup
		drained.Go(func() {
			for range lines {
			}
		})
		_ = c.Wait()
		_ = w.Close()
		drained.Wait()
		g.Wait()
		harmless(t, fmt.Sprint(program, args), all.Bytes())
	})
	t.Cleanup(stop)
	return await, stop
}

// hostileBodies are bodies of each kind that is laid out, by their types.
func hostileBodies() map[string]string {
	return map[string]string{
		"application/json":                              `{"a` + strings.ToValidUTF8(fieldHostile, "") + `":"` + fieldHostile + `","ref":"refs/heads/` + fieldHostile + `"}`,
		"application/x+json":                            `{"broken":"` + hostile + `"`,
		"application/xml":                               `<a b="` + fieldHostile + `">` + hostile + `<!--` + hostile + `--></a>`,
		"text/xml":                                      `<a>` + hostile,
		"text/plain":                                    hostile + "\n" + hostile,
		"application/x-www-form-urlencoded":             "a%1b%9b=" + "%1b%5b31m%0d&payload=%7B%22a%22%3A%22%1b%22%7D&" + fieldHostile + "=" + hostile,
		"multipart/form-data; boundary=x":               "--x\r\nContent-Disposition: form-data; name=\"" + fieldHostile + "\"\r\nX-" + hostile + ": 1\r\n\r\n" + hostile + "\r\n--x--\r\n",
		"application/octet-stream":                      "\x00" + hostile,
		"text/plain; charset=\"x" + fieldHostile + "\"": hostile,
	}
}

func TestNothingFromTheNetworkActsOnATerminal(t *testing.T) {
	h, app := newTerminalHook(t), hostileApp(t)
	await, stop := h.begin(t, "hook", "listen", app, "--plain")
	url := await(`(http://127\.0\.0\.1:\d+/e/[a-z0-9-]+)`)
	for contentType, body := range hostileBodies() {
		sendHostile(t, url, "/%1b%5b31m/"+"\u202e\u009b?as="+"%1b\u202e\u009b", contentType, body)
	}
	sendHostile(t, url, "?as=garbage", "text/plain", "garbage")
	sendHostile(t, url, "?as=header", "text/plain", "header")
	stop()

	ids := regexp.MustCompile(`"id":"(d_[a-z2-7]+)"`).FindAllStringSubmatch(string(h.run(t, "list", "--json")), -1)
	if want := len(hostileBodies()) + 2; len(ids) != want {
		t.Errorf("%d deliveries are listed, want %d", len(ids), want)
	}
	h.run(t, "list")
	h.run(t, "list", "evil")
	for _, id := range ids {
		h.run(t, "show", id[1])
		h.runOnTerminal(t, "show", id[1], "--reveal")
	}
	h.runOnTerminal(t, "list")
	h.run(t, "verify", ids[0][1])
	for _, view := range []string{"--json", "--headers", "--attempts", "--response"} {
		h.run(t, "show", "last", view)
	}
	h.run(t, "verify", "last", "--json")
	h.run(t, "replay", ids[0][1], "--to", app)
	h.run(t, "replay", ids[0][1], "--to", app+"/?as=garbage", "--json")
	h.run(t, "send", "github", "push", "--to", app)
	h.run(t, "send", "github", "push", "--to", app+"/?as=garbage")
	h.run(t, "show", "d_"+hostile[:5])
	h.run(t, "list", "--where", fieldHostile)
}

// The relay's log is for its operator, and in it are the names that its users give.
func TestTheRelaysLogIsHarmless(t *testing.T) {
	for _, flags := range [][]string{nil, {"--json"}} {
		h, app := newTerminalHook(t), hostileApp(t)
		awaitRelay, stopRelay := h.begin(t, "hook-relay", append([]string{"--addr", "127.0.0.1:0", "--public-url", "http://127.0.0.1", "--data", h.dir}, flags...)...)
		addr := awaitRelay(`(127\.0\.0\.1:\d+)`)
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, "GET /e/x"+fieldHostile+" HTTP/1.1\r\nHost: "+fieldHostile+"\r\n\r\n"+hostile)
		_, _ = io.ReadAll(conn)
		_ = conn.Close()
		request, err := http.NewRequest(http.MethodPost, "http://"+addr+"/e/quiet-otter-k7q2/"+"%1b%9b", strings.NewReader(hostile))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Evil", fieldHostile)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		_ = app
		stopRelay()
	}
}
