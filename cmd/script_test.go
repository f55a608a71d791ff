package cmd_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // to make a database of a version to come

	"github.com/seed-4575fdc3/hook/cmd"
	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/relay/cert"
)

func TestMain(m *testing.M) {
	// Programs with the race detector sleep for a second when they end: with a thousand commands that was most of the time here.
	if race := os.Getenv("GORACE"); !strings.Contains(race, "atexit_sleep_ms") {
		if err := os.Setenv("GORACE", strings.TrimSpace("atexit_sleep_ms=0 "+race)); err != nil {
			panic(err)
		}
	}
	testscript.Main(m, map[string]func(){
		"hook": func() {
			os.Exit(cmd.Interruptible(func(ctx context.Context) int { return cmd.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr) }))
		},
		"hook-relay": func() {
			os.Exit(cmd.Interruptible(func(ctx context.Context) int {
				return cmd.RelayMain(ctx, cmd.RelayParts{Certificates: certificates, Metrics: measured}, os.Args[1:], os.Stdout, os.Stderr)
			}))
		},
	})
}

// certificates are by ACME, as main has them.
func certificates(o cmd.CertificateOptions) (cmd.Certificates, error) {
	return cert.New(cert.Options(o))
}

// appSecret is the Stripe secret of the scripts' app.
const appSecret = "whsec_thisIsNobodysSecret0123456789"

// The scripts drive the real commands against a real app. $CLOSED is an address where nobody listens before they have somebody
// listen there. Beside testscript's own commands they have
//
//	start NAME COMMAND...  begin a program whose output is watched; it is stopped at the script's end
//	await NAME REGEXP      wait until a line of that program's output matches, and keep what the groups matched as $1, $2
//	interrupt NAME [CODE]  interrupt it as Ctrl-C does, and wait until it has ended, with that code (default: 0)
//	sigkill NAME           end it as SIGKILL does
//	code N COMMAND...      run a command that must exit with N; output is compared with stdout and stderr as usual
//	until REGEXP COMMAND...  run a command until its output matches: the row of an attempt follows its answer
//	newer                  make the history's database one of a version to come
//	answers NAME STATUS BODY  what the app answers at /named/NAME from now on
//	commands               run each of the `hook` lines that the last command printed; none may fail otherwise than by a verdict
func TestScripts(t *testing.T) {
	app := httptest.NewServer(http.HandlerFunc(stripeApp))
	t.Cleanup(app.Close)
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOOK_HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("APP", app.URL)
			env.Setenv("APPSECRET", appSecret)
			env.Setenv("NO_COLOR", "1")
			env.Setenv("LANG", "C.UTF-8")
			env.Setenv("TZ", "UTC")
			env.Setenv("GORACE", os.Getenv("GORACE"))
			addr, release, err := faults.ClosedPort()
			if err != nil {
				return err
			}
			env.Defer(release)
			env.Setenv("CLOSED", addr)
			env.Values["programs"] = make(map[string]*program)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": startProgram, "await": awaitLine, "interrupt": interruptProgram, "sigkill": killProgram, "code": exitCode,
			"newer": newerDatabase, "until": untilPrinted, "commands": commandsWork, "answers": setAnswer,
			"signal": signalProgram, "ended": programEnded, "ask": ask, "scrape": scrape, "app": slowApp, "keypair": keyPair, // relayoperate_script_test.go
		},
	})
}

// stripeApp is an app that verifies as Stripe's documentation says: an HMAC over the raw body.
func stripeApp(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch r.URL.Path {
	case "/webhooks/stripe":
		var timestamp, got string
		for pair := range strings.SplitSeq(r.Header.Get("Stripe-Signature"), ",") {
			switch name, value, _ := strings.Cut(pair, "="); name {
			case "t":
				timestamp = value
			case "v1":
				got = value
			}
		}
		mac := hmac.New(sha256.New, []byte(appSecret))
		mac.Write([]byte(timestamp + "." + string(body)))
		if hex.EncodeToString(mac.Sum(nil)) != got {
			http.Error(w, "signature", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"received":true}`)
	case "/ok":
		_, _ = io.WriteString(w, "ok")
	case "/moved":
		http.Redirect(w, r, "/moved/", http.StatusMovedPermanently)
	case "/half":
		_, _ = io.WriteString(w, "ha")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case "/long":
		_, _ = io.WriteString(w, strings.Repeat("x", 32<<10)+r.URL.RawQuery)
	case "/fail":
		http.Error(w, "a bug", http.StatusInternalServerError)
	default:
		if given, ok := answers.Load(r.URL.Path); ok {
			given.(http.HandlerFunc)(w, r)
			return
		}
		http.NotFound(w, r)
	}
}

// A program runs beside a script.
type program struct {
	cmd   *exec.Cmd
	ended chan struct{}

	mu      sync.Mutex
	output  bytes.Buffer // of both streams
	read    int          // how much of it await has passed
	changed chan struct{}
}

func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.output.Write(b)
	close(p.changed)
	p.changed = make(chan struct{})
	return len(b), nil
}

func programs(ts *testscript.TestScript) map[string]*program {
	return ts.Value("programs").(map[string]*program)
}

func startProgram(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME COMMAND...")
	}
	path, err := exec.LookPath(args[1])
	ts.Check(err)
	p := &program{cmd: exec.Command(path, args[2:]...), ended: make(chan struct{}), changed: make(chan struct{})}
	p.cmd.Dir = ts.MkAbs(".")
	p.cmd.Env = environ(ts)
	p.cmd.Stdout, p.cmd.Stderr = p, p
	ts.Check(p.cmd.Start())
	programs(ts)[args[0]] = p
	var g sync.WaitGroup
	g.Go(func() {
		_ = p.cmd.Wait()
		close(p.ended)
	})
	ts.Defer(func() {
		_ = p.cmd.Process.Kill()
		g.Wait()
		ts.Logf("[%s]\n%s", args[0], p.output.String())
	})
}

func environ(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{"HOOK_HOME", "APP", "NO_COLOR", "LANG", "TZ", "PATH", "HOME", "TMPDIR", "STRIPE_CLI_SECRET", "HOOK_TOKEN", "TERM", "GORACE"} {
		if v := ts.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// awaitTime bounds a wait for what should come at once, on the slowest machine.
const awaitTime = 60 * time.Second

func awaitLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await NAME REGEXP")
	}
	p, want := programs(ts)[args[0]], regexp.MustCompile(args[1])
	late := time.After(awaitTime)
	for ended := false; ; {
		p.mu.Lock()
		lines := bufio.NewScanner(bytes.NewReader(p.output.Bytes()[p.read:]))
		passed := p.read
		for lines.Scan() {
			passed += len(lines.Bytes()) + 1
			if m := want.FindStringSubmatch(lines.Text()); m != nil {
				p.read = min(passed, p.output.Len())
				p.mu.Unlock()
				for i, group := range m[1:] {
					ts.Setenv(string(rune('1'+i)), group)
				}
				return
			}
		}
		changed := p.changed
		p.mu.Unlock()
		if ended {
			ts.Fatalf("%s ended before it printed %q", args[0], args[1])
		}
		select {
		case <-changed:
		case <-p.ended: // its last lines may have come since they were looked at
			ended = true
		case <-late:
			ts.Fatalf("%s did not print %q", args[0], args[1])
		}
	}
}

func interruptProgram(ts *testscript.TestScript, _ bool, args []string) {
	p, want := programs(ts)[args[0]], "0"
	if len(args) > 1 {
		want = args[1]
	}
	ts.Check(p.cmd.Process.Signal(os.Interrupt))
	select {
	case <-p.ended:
	case <-time.After(awaitTime):
		ts.Fatalf("%s did not stop", args[0])
	}
	if got := strconv.Itoa(p.cmd.ProcessState.ExitCode()); got != want {
		ts.Fatalf("%s ended with %v, want %s", args[0], p.cmd.ProcessState, want)
	}
}

func killProgram(ts *testscript.TestScript, _ bool, args []string) {
	p := programs(ts)[args[0]]
	ts.Check(p.cmd.Process.Kill())
	<-p.ended
}

func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND...")
	}
	got := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		if got = strings.TrimPrefix(err.Error(), "exit status "); got == err.Error() {
			ts.Fatalf("%v", err)
		}
	}
	if got != args[0] {
		ts.Fatalf("%s exited with %s, want %s", strings.Join(args[1:], " "), got, args[0])
	}
}

func newerDatabase(ts *testscript.TestScript, _ bool, _ []string) {
	db, err := sql.Open("sqlite", filepath.Join(ts.Getenv("HOOK_HOME"), "history.db"))
	ts.Check(err)
	_, err = db.Exec("PRAGMA user_version = 999")
	ts.Check(err)
	ts.Check(db.Close())
}

// answers are what the app answers at the paths that scripts have named, an http.HandlerFunc each.
var answers sync.Map

func setAnswer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: answers NAME STATUS BODY")
	}
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	answers.Store("/named/"+args[0], http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, args[2])
	}))
}

func commandsWork(ts *testscript.TestScript, _ bool, _ []string) {
	n := 0
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		command, ok := strings.CutPrefix(line, "  hook ")
		if !ok {
			continue
		}
		command, _, _ = strings.Cut(command, "   ")
		n++
		err := ts.Exec("hook", strings.Fields(command)...)
		if verdict := strings.HasPrefix(command, "verify") && err != nil && err.Error() == "exit status 3"; err != nil && !verdict {
			ts.Fatalf("hook %s: %v", command, err)
		}
	}
	if n != 3 {
		ts.Fatalf("%d commands were printed, want 3", n)
	}
}

func untilPrinted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until REGEXP COMMAND...")
	}
	want := regexp.MustCompile("(?m)" + args[0])
	for late := time.Now().Add(awaitTime); ; {
		ts.Check(ts.Exec(args[1], args[2:]...))
		if want.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(late) {
			ts.Fatalf("%s did not print %q", strings.Join(args[1:], " "), args[0])
		}
	}
}
