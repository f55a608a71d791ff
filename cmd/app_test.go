package cmd_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/faults"
)

// Where TEST_APP is an address, the test's binary is an app that listens there. It answers with its process id, and ends when
// it is asked for /exit/CODE.
func init() {
	address := os.Getenv("TEST_APP")
	if address == "" {
		return
	}
	fmt.Println("the app's first words")
	err := http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if code, ok := strings.CutPrefix(r.URL.Path, "/exit/"); ok {
			n, _ := strconv.Atoi(code)
			os.Exit(n)
		}
		_, _ = fmt.Fprintf(w, "pid %d", os.Getpid())
	}))
	die("%v", err)
}

// begin runs a program in a folder of its own until the test ends.
func begin(t *testing.T, env []string, name string, args ...string) *program {
	t.Helper()
	dir := t.TempDir()
	p := &program{cmd: exec.Command(name, args...), ended: make(chan struct{}), changed: make(chan struct{})}
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), append([]string{"HOOK_HOME=" + filepath.Join(dir, "home"), "NO_COLOR=1", "LANG=C.UTF-8"}, env...)...)
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var g sync.WaitGroup
	g.Go(func() {
		_ = p.cmd.Wait()
		close(p.ended)
	})
	t.Cleanup(func() {
		_ = p.cmd.Process.Signal(os.Interrupt) // it ends what it has started
		late := time.AfterFunc(awaitTime, func() { _ = p.cmd.Process.Kill() })
		g.Wait()
		late.Stop()
		if t.Failed() {
			t.Logf("%s %q\n%s", name, args, p.output.String())
		}
	})
	return p
}

// await waits until a line of the output matches, and gives its groups.
func (p *program) await(t *testing.T, want string) []string {
	t.Helper()
	re, late, ended := regexp.MustCompile("(?m)"+want), time.After(awaitTime), false
	for {
		p.mu.Lock()
		m := re.FindSubmatchIndex(p.output.Bytes()[p.read:])
		changed := p.changed
		if m != nil {
			from := p.output.Bytes()[p.read:]
			groups := make([]string, len(m)/2)
			for i := range groups {
				groups[i] = string(from[m[2*i]:m[2*i+1]])
			}
			line := bytes.IndexByte(from[m[1]:], '\n')
			p.read += m[1] + max(line, 0)
			p.mu.Unlock()
			return groups
		}
		p.mu.Unlock()
		if ended {
			t.Fatalf("it ended before it printed %q", want)
		}
		select {
		case <-changed:
		case <-p.ended:
			ended = true
		case <-late:
			t.Fatalf("it did not print %q", want)
		}
	}
}

// wantExit waits for the program's end.
func (p *program) wantExit(t *testing.T, code int) {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(awaitTime):
		t.Fatal("it does not end")
	}
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("it ended with %d, want %d", got, code)
	}
}

// post gives the status and the body of what a webhook is answered.
func post(t *testing.T, url string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Post(url, "text/plain", strings.NewReader("hi"))
	if err != nil {
		return err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, body)
}

// freePort is one where nobody listens before the test has somebody listen there.
func freePort(t *testing.T) string {
	t.Helper()
	addr, release, err := faults.ClosedPort()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	_, port, _ := net.SplitHostPort(addr)
	return port
}

const readyURL = `"type":"ready","url":"([^"]+)"`

func TestListenStartsTheApp(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no env")
	}
	port := freePort(t)
	p := begin(t, nil, "hook", "listen", "--json", port, "--", "env", "TEST_APP=127.0.0.1:"+port, "hook")
	url := p.await(t, readyURL)[1]
	if got := post(t, url); !strings.HasPrefix(got, "200 pid ") { // it waits for the app, which is only starting
		t.Errorf("got %q", got)
	}
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = p.cmd.Process.Signal(os.Interrupt)
	p.wantExit(t, 0)
	_ = conn.SetDeadline(time.Now().Add(awaitTime))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !strings.Contains(fmt.Sprint(err), "reset") {
		t.Errorf("the app outlives hook: %v", err)
	}
	p.await(t, `"type":"summary","received":1,"answered_2xx":1`)
}

func TestListenEndsWithTheApp(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no env")
	}
	for _, code := range []int{0, 7} {
		port := freePort(t)
		p := begin(t, nil, "hook", "listen", "--json", port, "--", "env", "TEST_APP=127.0.0.1:"+port, "hook")
		url := p.await(t, readyURL)[1]
		if got := post(t, url+"/exit/"+strconv.Itoa(code)); !strings.HasPrefix(got, "502 ") || !strings.Contains(got, "app_closed") {
			t.Errorf("got %q", got)
		}
		p.wantExit(t, code)
		p.await(t, fmt.Sprintf(`"type":"state","app":"ended","error":"exit status %d"`, code))
		p.await(t, `"type":"summary","received":1,`)
		if code != 0 {
			p.await(t, `^hook: error: env ended: exit status 7$`)
		}
		if p.mu.Lock(); !strings.Contains(p.output.String(), "the app's first words\n") {
			t.Error("what the app prints is not passed on")
		}
		p.mu.Unlock()
	}
}

// A terminal that is closed ends hook as Ctrl-C does, and what the app has started.
func TestListenEndsWithItsTerminal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGHUP")
	}
	port := freePort(t)
	p := begin(t, []string{"TEST_ADDRESS=127.0.0.1:" + port}, "hook", "listen", "--json", port, "--",
		"sh", "-c", `(TEST_APP=$TEST_ADDRESS hook </dev/null) & wait`)
	p.await(t, `"app":"up"`)
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = p.cmd.Process.Signal(syscall.SIGHUP)
	p.wantExit(t, 0)
	p.await(t, `"type":"summary"`)
	_ = conn.SetDeadline(time.Now().Add(awaitTime))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !strings.Contains(fmt.Sprint(err), "reset") {
		t.Errorf("the app outlives hook: %v", err)
	}
}

// Not even SIGKILL leaves the app behind.
func TestAppDoesNotOutliveAKilledHook(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can do this")
	}
	port := freePort(t)
	p := begin(t, nil, "hook", "listen", "--json", port, "--", "env", "TEST_APP=127.0.0.1:"+port, "hook")
	p.await(t, `"app":"up"`)
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = p.cmd.Process.Kill()
	_ = conn.SetDeadline(time.Now().Add(awaitTime))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !strings.Contains(fmt.Sprint(err), "reset") {
		t.Errorf("the app outlives hook: %v", err)
	}
}

func TestListenWaitsForTheApp(t *testing.T) {
	port := freePort(t)
	p := begin(t, nil, "hook", "listen", "--plain", port, "--wait-for-app", "10m")
	url := p.await(t, `(http://\S+/e/\S+)`)[1]
	p.await(t, `app :\d+ is down; start it, deliveries wait up to 10m0s until then`)
	answer := make(chan string, 1)
	var g sync.WaitGroup
	g.Go(func() { answer <- post(t, url) })
	defer g.Wait()
	ln, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	app := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "back") }))
	_ = app.Listener.Close()
	app.Listener = ln
	app.Start()
	defer app.Close()
	if got := <-answer; got != "200 back" {
		t.Errorf("got %q", got)
	}
	want := `app :\d+ is up`
	if runtime.GOOS == "linux" {
		want += fmt.Sprintf(` \(\S+, pid %d\)`, os.Getpid())
	}
	p.await(t, want)
}

// Who else listens on the port is told.
func TestAppOnAnotherAddress(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has 127.0.0.2, and says who listens there")
	}
	ln, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	p := begin(t, nil, "hook", "listen", "--plain", "127.0.0.1:"+port)
	p.await(t, fmt.Sprintf(`app :%s is down; \S+ \(pid %d\) listens on 127.0.0.2:%s only`, port, os.Getpid(), port))
	j := begin(t, nil, "hook", "listen", "--json", "127.0.0.1:"+port)
	j.await(t, fmt.Sprintf(`"type":"state","app":"down","pid":%d,"program":"[^"]+","address":"127.0.0.2:%s"`, os.Getpid(), port))
}

// A relay that can't be reached now may be there soon: the listener says so and keeps trying.
func TestListenKeepsTrying(t *testing.T) {
	asked := make(chan struct{}, 100)
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer away.Close()
	for relay, want := range map[string]string{
		away.URL: "the relay answered 502", "http://127.0.0.1:1": "the relay refused the connection", "http://no-such-host.invalid": "lookup no-such-host.invalid",
	} {
		p := begin(t, nil, "hook", "listen", "--plain", "--relay", relay, "3000")
		for range 2 {
			p.await(t, "not connected, trying again in .*"+want)
		}
		_ = p.cmd.Process.Signal(os.Interrupt)
		p.wantExit(t, 5)
	}
	if len(asked) < 2 {
		t.Errorf("the proxy was asked %d times", len(asked))
	}
}
