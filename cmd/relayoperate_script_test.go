package cmd_test

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed-4575fdc3/hook/cmd"
	"github.com/seed-4575fdc3/hook/relay/metrics"
)

// measured is a part of hook-relay, as its own main has it.
func measured() cmd.Metrics { return metrics.New(cmd.Version) }

// Scripts about hook-relay have besides
//
//	signal NAME SIGNAL        send a program HUP or TERM, and don't wait
//	ended NAME [CODE]         wait until it has ended by itself, with that code (default: 0)
//	ask STATUS URL [FIELD...] ask for it with these header fields (Name:value), again until that is the status; the answer is stdout
//	scrape URL REGEXP...      read it as Prometheus would, again until each matches a line
//	app NAME holds            the app keeps what comes to /named/NAME waiting from now on
//	app NAME has              wait until something has come
//	app NAME answers          it is answered
//	keypair NAME              write NAME.pem, a certificate for 127.0.0.1 that is its own authority, and NAME-key.pem

func signalProgram(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]syscall.Signal{"HUP": syscall.SIGHUP, "TERM": syscall.SIGTERM}
	if neg || len(args) != 2 || signals[args[1]] == 0 {
		ts.Fatalf("usage: signal NAME HUP|TERM")
	}
	ts.Check(programs(ts)[args[0]].cmd.Process.Signal(signals[args[1]]))
}

func programEnded(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: ended NAME [CODE]")
	}
	p, want := programs(ts)[args[0]], "0"
	if len(args) > 1 {
		want = args[1]
	}
	select {
	case <-p.ended:
	case <-time.After(awaitTime):
		ts.Fatalf("%s did not end", args[0])
	}
	if got := strconv.Itoa(p.cmd.ProcessState.ExitCode()); got != want {
		ts.Fatalf("%s ended with %v, want %s", args[0], p.cmd.ProcessState, want)
	}
}

// repeatedly tries until it works.
func repeatedly(ts *testscript.TestScript, try func() error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(awaitTime)
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			ts.Fatalf("%v", err)
		}
	}
}

// get asks for url.
func get(url string, fields ...string) (status int, body string, err error) {
	req, err := http.NewRequest(http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ":")
		if req.Header.Set(name, value); name == "Host" {
			req.Host = value
		}
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

func ask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: ask STATUS URL [FIELD...]")
	}
	repeatedly(ts, func() error {
		status, body, err := get(args[1], args[2:]...)
		if err == nil && strconv.Itoa(status) != args[0] {
			err = errors.New(args[1] + ": got " + strconv.Itoa(status) + ", want " + args[0] + ": " + body)
		}
		if err == nil {
			_, err = io.WriteString(ts.Stdout(), body)
		}
		return err
	})
}

func scrape(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: scrape URL REGEXP...")
	}
	repeatedly(ts, func() error {
		_, body, err := get(args[0])
		if err != nil {
			return err
		}
		parser := expfmt.NewTextParser(model.UTF8Validation)
		if _, err := parser.TextToMetricFamilies(strings.NewReader(body)); err != nil {
			ts.Fatalf("%s: %v", args[0], err)
		}
		for _, want := range args[1:] {
			if !regexp.MustCompile("(?m)" + want).MatchString(body) {
				return errors.New("nothing matches " + want + " in\n" + body)
			}
		}
		return nil
	})
}

// A slow app's answer waits.
type slow struct {
	has, answers chan struct{}
	came         sync.Once
}

var slowOnes sync.Map // by name, a *slow each

func slowApp(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: app NAME holds|has|answers")
	}
	if args[1] == "holds" {
		s := &slow{has: make(chan struct{}), answers: make(chan struct{})}
		slowOnes.Store(args[0], s)
		answers.Store("/named/"+args[0], http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			s.came.Do(func() { close(s.has) })
			select {
			case <-s.answers:
			case <-r.Context().Done():
			}
		}))
		return
	}
	given, ok := slowOnes.Load(args[0])
	if !ok {
		ts.Fatalf("app %s holds nothing", args[0])
	}
	s := given.(*slow)
	if args[1] == "answers" {
		close(s.answers)
		return
	}
	select {
	case <-s.has:
	case <-time.After(awaitTime):
		ts.Fatalf("nothing came to app %s", args[0])
	}
}

func keyPair(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: keypair NAME")
	}
	server := httptest.NewUnstartedServer(nil) // has one
	server.StartTLS()
	server.Close()
	key, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	ts.Check(err)
	for name, block := range map[string]*pem.Block{
		args[0] + ".pem":     {Type: "CERTIFICATE", Bytes: server.Certificate().Raw},
		args[0] + "-key.pem": {Type: "PRIVATE KEY", Bytes: key},
	} {
		ts.Check(os.WriteFile(ts.MkAbs(name), pem.EncodeToMemory(block), 0o600))
	}
}
