package cmd

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"strings"
	"sync"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
)

// maxBaselineBody is how long an answer's body may be that a baseline keeps as it is; of a longer one it keeps the hash.
const maxBaselineBody = 16 << 10

// A baseline is a file with the answers that are expected: readable, and fit for git.
type baseline struct {
	path   string
	update bool // write what comes

	mu     sync.Mutex
	file   baselineFile
	before map[string]baselineAnswer // what the file has
	asked  map[string]bool           // ids of those that were replayed
}

type baselineFile struct {
	Answers map[string]baselineAnswer `json:"answers"` // by the delivery's id
}

type baselineAnswer struct {
	Provider    string `json:"provider,omitempty"` // provider and event are for people
	Event       string `json:"event,omitempty"`
	Status      int    `json:"status"` // 0: none
	ContentType string `json:"content_type,omitempty"`
	Body        string `json:"body,omitempty"`
	SHA256      string `json:"sha256,omitempty"` // in place of a long body, or one that is no text
}

func (r *replaying) openBaseline() (*baseline, error) {
	b := &baseline{path: r.o.baseline, update: r.o.update, asked: make(map[string]bool)}
	text, err := os.ReadFile(b.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b.update = true
		_, _ = fmt.Fprintf(r.err, "hook: %s isn't there yet: the answers of now are written into it\n", inspect.Printable(b.path))
	case err != nil:
		return nil, fail(exitFailed, "--baseline FILE names a file that can be read", "read the baseline: %w", err)
	default:
		err := json.Unmarshal(text, &b.file)
		switch {
		case err != nil && !b.update:
			return nil, fail(exitUsage, "--update-baseline writes it anew", "the baseline %s is none: %w", b.path, err)
		case err == nil && b.file.Answers == nil: // something else of the user's, which must not be lost
			return nil, fail(exitUsage, "name another file", "the baseline %s is none: it is JSON without answers", b.path)
		}
	}
	if b.file.Answers == nil {
		b.file.Answers = make(map[string]baselineAnswer)
	}
	b.before = maps.Clone(b.file.Answers)
	return b, nil
}

func (b *baseline) judge(done replayed) judgement {
	j := judgement{replayed: done, verdict: asExpected}
	got := answerFor(done)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked[done.original.ID] = true
	want, known := b.file.Answers[done.original.ID]
	if b.update || !known {
		if got.Status == 0 { // an app that was down is nothing to compare with
			j.verdict, j.want = otherwise, "an answer for the baseline"
			return j
		}
		b.file.Answers[done.original.ID] = got
		if !known {
			j.body = "new in the baseline"
		}
		return j
	}
	switch {
	case want.Status != got.Status:
		j.verdict, j.want = otherwise, fmt.Sprintf("%d, as the baseline has it", want.Status)
	case want.SHA256 != got.SHA256 || want.Body != got.Body:
		if difference := want.differs(got); difference != "" {
			j.verdict, j.want = otherwise, "the body of the baseline; "+difference
		}
	}
	return j
}

// differs says in what a body differs that isn't written alike; nothing if it means the same.
func (a baselineAnswer) differs(got baselineAnswer) string {
	if a.SHA256 != "" || got.SHA256 != "" {
		return "its hash differs"
	}
	response := func(a baselineAnswer) *inspect.Response {
		return &inspect.Response{Status: a.Status, Header: map[string][]string{"Content-Type": {a.ContentType}}, Body: inspect.CaptureOf([]byte(a.Body))}
	}
	return differs(response(a), response(got))
}

func answerFor(done replayed) baselineAnswer {
	a := baselineAnswer{Provider: done.original.Provider, Event: done.original.EventType}
	last := done.fresh.Last()
	r := last.Response
	if r == nil || last.Outcome != inspect.OutcomeAnswered { // half an answer is none
		return a
	}
	a.Status, a.ContentType = r.Status, r.Header.Get("Content-Type")
	if body := r.Body.Bytes; len(body) <= maxBaselineBody && r.Body.Complete && export.IsText(body) {
		a.Body = string(body)
	} else {
		sum := r.Body.SHA256()
		a.SHA256 = hex.EncodeToString(sum[:])
	}
	return a
}

// save writes the file if anything in it has changed, and says what; if it was to be updated, also that nothing has. What comes
// after that is compared with it.
func (b *baseline) save(talk io.Writer) error {
	words, same := b.changes()
	if !same {
		text, err := json.MarshalIndent(b.file, "", "  ")
		if err == nil {
			err = os.WriteFile(b.path, append(text, '\n'), 0o644) //nolint:gosec // it belongs in git
		}
		if err != nil {
			return fail(exitFailed, "--baseline FILE names a file that can be written", "write the baseline: %w", err)
		}
	}
	if !same || b.update && len(b.before) > 0 {
		_, _ = fmt.Fprintf(talk, "hook: %s: %s\n", inspect.Printable(b.path), words)
	}
	b.update, b.before = false, maps.Clone(b.file.Answers)
	clear(b.asked)
	return nil
}

// changes say how the answers stand to what the file has.
func (b *baseline) changes() (words string, same bool) {
	added, changed, kept, others := 0, 0, 0, 0
	for id, now := range b.file.Answers {
		switch before, known := b.before[id]; {
		case !known:
			added++
		case before != now:
			changed++
		case b.asked[id]:
			kept++
		default:
			others++
		}
	}
	var parts []string
	for _, part := range []struct {
		n     int
		words string
	}{{added, "added"}, {changed, "changed"}, {kept, "as before"}, {others, "not replayed"}} {
		if part.n > 0 {
			parts = append(parts, humanize.Comma(int64(part.n))+" "+part.words)
		}
	}
	return strings.Join(parts, ", "), added+changed == 0
}
