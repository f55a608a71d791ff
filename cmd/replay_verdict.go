package cmd

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/diff"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A verdict says in a word what came of a replay.
type verdict string

const (
	same         verdict = "same"          // it went well then and does now
	fixed        verdict = "fixed"         // it failed then
	regressed    verdict = "regressed"     // it fails now
	stillFailing verdict = "still failing" // then and now
	first        verdict = "first answer"  // well, with nothing to compare it with
	failing      verdict = "failing"       // the same, but not well
	asExpected   verdict = "as expected"   // by --expect, --baseline or --fault
	otherwise    verdict = "otherwise"     // the same, and it isn't so
)

// good says whether nobody need look at it.
func (v verdict) good() bool { return v == same || v == fixed || v == first || v == asExpected }

// A judgement is what came of one replay.
type judgement struct {
	replayed
	verdict verdict
	body    string // how the answer's body stands to the first one's: "same body", "2 changes in the body"; empty if that says nothing
	want    string // what was expected, where that is neither the first answer nor met
}

// A judge compares what came of a replay with what is wanted.
type judge interface {
	judge(done replayed) judgement
}

// firstAnswers judges by the app's first answers.
type firstAnswers struct{}

func (firstAnswers) judge(done replayed) judgement {
	j := judgement{replayed: done}
	before := firstAnswer(done.original)
	j.verdict = compare(before, done.fresh.Summary())
	if before.known && done.fresh.Last().Response != nil {
		j.body = compareBodies(before.response, done.fresh.Last().Response)
	}
	return j
}

// An answerBefore is how an app answered before.
type answerBefore struct {
	known    bool
	ok       bool
	status   int
	response *inspect.Response
}

// firstAnswer is the app's first answer to a delivery; if it gave none, that this was so.
func firstAnswer(d *inspect.Delivery) answerBefore {
	for _, a := range d.Attempts {
		if a.Response != nil && a.Outcome == inspect.OutcomeAnswered {
			return answerBefore{true, a.Response.Status/100 == 2, a.Response.Status, a.Response}
		}
	}
	last := d.Last()
	return answerBefore{known: last != nil && last.Outcome != inspect.OutcomePending && last.Outcome != inspect.OutcomeByHand}
}

// compare says in a word how a replay's answer stands to the first one.
func compare(before answerBefore, fresh inspect.Summary) verdict {
	failed := fresh.Failed() || fresh.Outcome != inspect.OutcomeAnswered // half an answer is none, whatever its status
	switch {
	case !before.known && failed:
		return failing
	case !before.known:
		return first
	case !before.ok && !failed:
		return fixed
	case before.ok && failed:
		return regressed
	case failed:
		return stillFailing
	}
	return same
}

// compareBodies says how two answers' bodies stand to each other; nothing if the first wasn't kept.
func compareBodies(before, after *inspect.Response) string {
	switch {
	case before == nil || !before.Body.Complete || !after.Body.Complete:
		return ""
	case bytes.Equal(before.Body.Bytes, after.Body.Bytes):
		return "same body"
	}
	return bodyDifference(before, after)
}

// redirected is where an answer sends whoever asked; empty if nowhere.
func redirected(r *inspect.Response) string {
	if r == nil || r.Status/100 != 3 {
		return ""
	}
	return inspect.MaskAccess(r.Header.Get("Location"))
}

// redirectWords say so; nothing if it isn't so.
func redirectWords(r *inspect.Response) string {
	if to := redirected(r); to != "" {
		return "redirect to " + to + " not followed"
	}
	return ""
}

// expectedStatuses judges by --expect.
type expectedStatuses []string

// parseExpected reads statuses and classes of them: "2xx,404".
func parseExpected(s string) (expectedStatuses, error) {
	if s == "" {
		return nil, nil
	}
	all := strings.Split(strings.ToLower(s), ",")
	for _, status := range all {
		if !isStatus(status) {
			return nil, fail(exitUsage, "--expect is like 2xx or 200,404", "--expect %s: %q is neither a status nor a class", s, status)
		}
	}
	return all, nil
}

func (e expectedStatuses) judge(done replayed) judgement {
	j := judgement{replayed: done, verdict: asExpected}
	if r := done.fresh.Last().Response; r == nil || done.fresh.Last().Outcome != inspect.OutcomeAnswered || !e.has(r.Status) {
		j.verdict, j.want = otherwise, strings.Join(e, " or ")
	}
	return j
}

func (e expectedStatuses) has(status int) bool {
	return slices.ContainsFunc(e, func(want string) bool {
		return want == strconv.Itoa(status) || want[1:] == "xx" && int(want[0]-'0') == status/100
	})
}

// faultJudge judges by what a right app does with a fault.
type faultJudge struct{}

func (faultJudge) judge(done replayed) judgement {
	j := judgement{replayed: done, verdict: asExpected}
	if !answersRight(signature.Lookup(done.original.Provider), done.fresh.Last(), done.expected) {
		j.verdict, j.want = otherwise, done.expected.String()
	}
	return j
}

// judging is how the answers are judged.
func (r *replaying) judging() (judge, error) {
	switch {
	case r.o.faults.any():
		return faultJudge{}, nil
	case r.o.expect != "":
		return parseExpected(r.o.expect)
	case r.o.baseline != "":
		return r.openBaseline()
	}
	return firstAnswers{}, nil
}

// bodyDifference says how two bodies differ that aren't written alike: by their meaning, and in what doesn't differ every time.
func bodyDifference(before, after *inspect.Response) string {
	body := func(r *inspect.Response) diff.Body {
		return diff.Body{ContentType: r.Header.Get("Content-Type"), Encoding: r.Header.Get("Content-Encoding"), Bytes: r.Body.Bytes}
	}
	changes := diff.Bodies(body(before), body(after)).Changes
	lasting := slices.DeleteFunc(slices.Clone(changes), func(c diff.Change) bool { return c.Volatile })
	switch {
	case len(lasting) > 0 && lasting[0].Path != "":
		return "body: " + firstChanges(3, lasting)
	case len(lasting) > 0:
		return "another body"
	case len(changes) > 0:
		return "same body but for ids and times"
	}
	return "same body, written otherwise"
}

// firstChanges names the first n of what has changed.
func firstChanges(n int, changes []diff.Change) string {
	var names []string
	for _, c := range changes[:min(n, len(changes))] {
		names = append(names, map[diff.Kind]string{diff.Added: "+", diff.Removed: "-"}[c.Kind]+c.Path)
	}
	if more := len(changes) - n; more > 0 {
		names = append(names, plural(more, "other", "others"))
	}
	return strings.Join(names, ", ")
}

// differs says in what two bodies differ that isn't ids and times; nothing if they mean the same.
func differs(before, after *inspect.Response) string {
	if words := bodyDifference(before, after); !strings.HasPrefix(words, "same body") {
		return words
	}
	return ""
}
