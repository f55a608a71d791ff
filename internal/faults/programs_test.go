package faults_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// programs gives the folder with the real hook and hook-relay, which are built at the first call.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "hook-faults")
	if err != nil {
		return "", err
	}
	built.Lock()
	built.dir = dir
	built.Unlock()
	const module = "github.com/seed-4575fdc3/hook"
	out, err := exec.Command("go", "build", "-o", dir+string(filepath.Separator), module+"/cmd/hook", module+"/cmd/hook-relay").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build hook and hook-relay: %w\n%s", err, out)
	}
	return dir, nil
})

var built struct {
	sync.Mutex
	dir string
}

func removePrograms() {
	built.Lock()
	defer built.Unlock()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
}

// A program is another process.
type program struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	talk   logged // what it printed on stderr
	exited chan struct{}
	slow   time.Duration // how much longer than usual await is patient with it

	mu    sync.Mutex
	lines []line // that it printed on stdout
	more  chan struct{}
	at    int // what await has seen
}

// A line is one JSON object of a program's output.
type line struct {
	Type  string
	URL   string
	Addr  string
	Relay string
	Error string
	Retry int64 `json:"retry_in_ms"`
	Text  string
}

// startProgram runs one of hook's programs in dir, with a home of its own there.
func startProgram(t testing.TB, dir, name string, args ...string) *program {
	t.Helper()
	folder, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	return start(t, dir, ownEnviron(dir), filepath.Join(folder, name), args...)
}

// ownEnviron is the environment of hook's programs: nothing of what is set for hook outside, and a home in dir.
func ownEnviron(dir string) []string {
	env := slices.DeleteFunc(os.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "HOOK_") })
	return append(env, "HOOK_HOME="+filepath.Join(dir, "home"))
}

// startRole runs this test's own binary as something else.
func startRole(t testing.TB, role string, args ...string) *program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return start(t, t.TempDir(), append(os.Environ(), roleVariable+"="+role), self, args...)
}

func start(t testing.TB, dir string, env []string, path string, args ...string) *program {
	t.Helper()
	p := &program{cmd: exec.Command(path, args...), exited: make(chan struct{}), more: make(chan struct{}, 1)}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stderr = dir, env, &p.talk
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.exited)
		p.read(stdout)
		_ = p.cmd.Wait() // how it ended is for the test to ask
	}()
	t.Cleanup(func() { p.kill(t) })
	return p
}

func (p *program) read(stdout io.Reader) {
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		var l line
		_ = json.Unmarshal(lines.Bytes(), &l)
		l.Text = lines.Text()
		p.mu.Lock()
		p.lines = append(p.lines, l)
		p.mu.Unlock()
		select {
		case p.more <- struct{}{}:
		default:
		}
	}
}

// await gives the next line that is as wanted, and passes over those before it.
func (p *program) await(t testing.TB, what string, wanted func(line) bool) line {
	t.Helper()
	late := time.NewTimer(patience + p.slow)
	defer late.Stop()
	for {
		p.mu.Lock()
		for p.at < len(p.lines) {
			l := p.lines[p.at]
			p.at++
			if wanted(l) {
				p.mu.Unlock()
				return l
			}
		}
		p.mu.Unlock()
		select {
		case <-p.more:
		case <-p.exited:
			t.Fatalf("%s ended before %s\n%s", p.cmd.Path, what, p.talk.String())
		case <-late.C:
			t.Fatalf("%s: there is no sign of %s\n%s", p.cmd.Path, what, p.talk.String())
		}
	}
}

// ready waits until the program says that it is.
func (p *program) ready(t testing.TB) line {
	t.Helper()
	return p.await(t, "its ready line", func(l line) bool { return l.Type == "ready" })
}

func (p *program) signal(t testing.TB, s os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Error(err)
	}
}

// kill ends the program without asking it, if it still runs, and waits for that.
func (p *program) kill(t testing.TB) {
	t.Helper()
	_ = p.cmd.Process.Kill()
	within(t, p.exited, "the end of a killed process")
}

// stop ends the program as a user would, and gives its exit code.
func (p *program) stop(t testing.TB) int {
	t.Helper()
	p.signal(t, os.Interrupt)
	within(t, p.exited, "the end of an interrupted process")
	return p.cmd.ProcessState.ExitCode()
}

// A site is hook as real processes: hook-relay, `hook listen`, and an app in this process.
type site struct {
	t      testing.TB
	dir    string
	app    *app
	relays int // how many were started
}

// newSite makes the folder and the app. The processes are started by the test.
func newSite(t testing.TB) *site {
	t.Helper()
	watch(t)
	s := &site{t: t, dir: t.TempDir(), app: startApp(t)}
	// The folder is a project of its own, so that nothing outside of it counts.
	if err := os.WriteFile(filepath.Join(s.dir, "hook.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// startRelay starts a hook-relay, which is told that senders and clients reach it at public, an address, if that isn't "".
func (s *site) startRelay(public string, more ...string) (*program, string) {
	s.t.Helper()
	s.relays++
	args := []string{"--addr", "127.0.0.1:0", "--anonymous", "--data", filepath.Join(s.dir, fmt.Sprint("relay", s.relays)), "--json"}
	if public != "" {
		args = append(args, "--public-url", "http://"+public)
	}
	p := startProgram(s.t, s.dir, "hook-relay", append(args, more...)...)
	return p, p.ready(s.t).Addr
}

// listen starts `hook listen` for the app with the relay at that address, and waits until it is ready.
func (s *site) listen(relay string, more ...string) *program {
	s.t.Helper()
	args := []string{"listen", s.app.addr, "--relay", "http://" + relay, "--name", otter, "--json"}
	p := startProgram(s.t, s.dir, "hook", append(args, more...)...)
	p.ready(s.t)
	return p
}

// A row is a delivery as `hook list --json` has it.
type row struct {
	ID, Outcome, Path string
	Status, Attempts  int
}

// history is what `hook list` shows, the newest first.
func (s *site) history() []row {
	s.t.Helper()
	p := startProgram(s.t, s.dir, "hook", "list", "--json", "--limit", "1000")
	within(s.t, p.exited, "the list")
	p.mu.Lock()
	defer p.mu.Unlock()
	var rows []row
	for _, l := range p.lines {
		var r row
		if err := json.Unmarshal([]byte(l.Text), &r); err != nil {
			s.t.Errorf("hook list printed %q: %v", l.Text, err)
		}
		if r.ID != "" {
			rows = append(rows, r)
		}
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("hook list ended with %d: %s", code, p.talk.String())
	}
	return rows
}

// wantHistory wants these outcomes in the history, the newest first, one attempt each, and no attempt at the app twice.
func (s *site) wantHistory(want ...string) {
	s.t.Helper()
	rows := s.history()
	var got []string
	for _, r := range rows {
		got = append(got, r.Outcome)
		if r.Attempts != 1 {
			s.t.Errorf("the history has %d attempts of %s, want 1", r.Attempts, r.ID)
		}
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("the history has %q, want %q", got, want)
	}
	for a, n := range s.app.attempts() {
		if n != 1 || !slices.ContainsFunc(rows, func(r row) bool { return r.ID == a.delivery && r.Attempts >= a.number }) {
			s.t.Errorf("the app saw attempt %d of %s %d times; the history: %+v", a.number, a.delivery, n, rows)
		}
	}
}
