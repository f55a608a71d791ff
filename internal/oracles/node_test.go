package oracles

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A nodeProgram is node/judge.mjs at work. It does one task at a time.
type nodeProgram struct {
	tasks   io.WriteCloser
	answers *bufio.Reader
}

// A nodeTask is one line of the program's input, a nodeAnswer one of its output; judge.mjs says what they mean.
type nodeTask struct {
	Task    string            `json:"task"`
	Library string            `json:"library"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    []byte            `json:"body"`
	Secret  string            `json:"secret"`
	At      int64             `json:"at,omitempty"`
}

type nodeAnswer struct {
	Accepted bool              `json:"accepted"`
	Error    string            `json:"error"`
	Headers  map[string]string `json:"headers"`
}

// startNode starts the program, which ends with the test.
func startNode(t *testing.T) *nodeProgram {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		without(t, "node isn't installed")
	}
	if _, err := os.Stat(filepath.Join("node", "node_modules")); err != nil {
		without(t, "its packages aren't there: run npm ci --prefix node")
	}
	cmd := exec.CommandContext(t.Context(), node, "judge.mjs")
	cmd.Dir = "node"
	stderr := new(strings.Builder)
	cmd.Stderr = stderr
	tasks, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = tasks.Close()
		_ = cmd.Wait() // the test's end may have killed it
		if t.Failed() && stderr.Len() > 0 {
			t.Logf("node said:\n%s", stderr)
		}
	})
	return &nodeProgram{tasks: tasks, answers: bufio.NewReader(answers)}
}

// without ends a test that needs what isn't there: as skipped, or as failed where the judges must speak.
func without(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("HOOK_ORACLES") == "1" {
		t.Fatalf("the judges for Node can't be asked: %s", what)
	}
	t.Skipf("the judges for Node aren't asked: %s. HOOK_ORACLES=1 makes this a failure", what)
}

func (n *nodeProgram) do(task nodeTask) (nodeAnswer, error) {
	var answer nodeAnswer
	line, err := json.Marshal(task)
	if err != nil {
		return answer, err
	}
	if _, err := n.tasks.Write(append(line, '\n')); err != nil {
		return answer, err
	}
	line, err = n.answers.ReadBytes('\n')
	if err != nil {
		return answer, fmt.Errorf("node's answer: %w", err)
	}
	return answer, json.Unmarshal(line, &answer)
}

// judging asks a library about deliveries.
func (n *nodeProgram) judging(library string) func(string) (asked, error) {
	return func(secret string) (asked, error) {
		return func(d delivery) error {
			answer, err := n.do(nodeTask{
				Task: "judge", Library: library,
				Method: d.Method, URL: d.URL, Headers: flat(d.Header), Body: d.Body, Secret: secret,
			})
			if err == nil && !answer.Accepted {
				err = fmt.Errorf("refused: %s", answer.Error)
			}
			return err
		}, nil
	}
}

// signing has a library sign a request.
func (n *nodeProgram) signing(library string) func(*signature.Request, string, time.Time) error {
	return func(r *signature.Request, secret string, at time.Time) error {
		answer, err := n.do(nodeTask{
			Task: "sign", Library: library, At: at.UnixMilli(),
			Method: r.Method, URL: r.URL, Headers: flat(r.Header), Body: r.Body, Secret: secret,
		})
		if err != nil {
			return err
		}
		if answer.Error != "" {
			return errors.New(answer.Error)
		}
		for name, value := range answer.Headers {
			r.Header.Set(name, value)
		}
		return nil
	}
}

// flat are a request's fields as Node gives them to an app.
func flat(h http.Header) map[string]string {
	fields := make(map[string]string, len(h))
	for name, values := range h {
		fields[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return fields
}
