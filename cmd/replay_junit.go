package cmd

import (
	"encoding/xml"
	"fmt"
	"os"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A junitReport is what --junit writes, for CI systems: a test case for each replay, one with an error for each that could not
// be sent as was asked for, and one for all that was left when the round ended before its time. A nil one keeps nothing.
type junitReport struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Time     string      `xml:"time,attr"` // seconds
	Cases    []junitCase `xml:"testcase"`

	path  string
	total float64
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"` // provider and event type
	Time    string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
	Error   *junitFailure `xml:"error,omitempty"` // it was not sent
}

type junitFailure struct {
	Type    string `xml:"type,attr"` // a verdict; of an error "left out" or "not sent"
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func (r *replaying) newJUnit() *junitReport {
	if r.o.junit == "" {
		return nil
	}
	return &junitReport{Name: "hook replay", path: r.o.junit}
}

func (j *junitReport) add(judged judgement) {
	if j == nil {
		return
	}
	after, took := judged.fresh.Summary(), judged.fresh.Summary().Duration.Seconds()
	c := newJUnitCase(judged.original, took)
	j.Tests++
	j.total += took
	if !judged.verdict.good() {
		j.Failures++
		c.Failure = judged.failure(after)
	}
	j.Cases = append(j.Cases, c)
}

func newJUnitCase(original *inspect.Delivery, seconds float64) junitCase {
	return junitCase{
		Name: original.ID, Class: inspect.Printable(orDash(original.Provider) + "." + orDash(original.EventType)), Time: fmt.Sprintf("%.3f", seconds),
	}
}

// leaveOut adds one that could not be sent as was asked for.
func (j *junitReport) leaveOut(original *inspect.Delivery, why error) {
	if j != nil {
		j.addError(newJUnitCase(original, 0), "left out", why.Error())
	}
}

// end adds what the round's end says of those that were not sent or are cut off; nothing if there are none.
func (j *junitReport) end(left string) {
	if j != nil && left != "" {
		j.addError(junitCase{Name: "the rest", Class: "hook.replay", Time: "0.000"}, "not sent", left)
	}
}

func (j *junitReport) addError(c junitCase, kind, why string) {
	j.Tests++
	j.Errors++
	c.Error = &junitFailure{Type: kind, Message: inspect.Printable(why)}
	j.Cases = append(j.Cases, c)
}

func (judged judgement) failure(after inspect.Summary) *junitFailure {
	answered := fmt.Sprintf("answered %d", after.Status)
	if after.Status == 0 {
		answered = "no answer: " + after.Err
	}
	if was := firstAnswer(judged.original).status; judged.want != "" {
		answered += ", expected " + judged.want
	} else if was != 0 {
		answered += fmt.Sprintf(", at first %d", was)
	}
	f := &junitFailure{Type: string(judged.verdict), Message: inspect.Printable(answered)}
	details := []string{judged.body, redirectWords(judged.fresh.Last().Response), judged.note, after.Err, "hook show " + judged.fresh.ID}
	if judged.want != "" {
		details = append([]string{"expected " + judged.want}, details...)
	}
	if r := judged.fresh.Last().Response; r != nil {
		details = append(details, "", string(r.Body.Bytes[:min(len(r.Body.Bytes), 2000)]))
	}
	f.Text = strings.Join(inspect.PrintableLines(joined("\n", details...)), "\n")
	return f
}

// write writes the file.
func (j *junitReport) write() error {
	if j == nil {
		return nil
	}
	j.Time = fmt.Sprintf("%.3f", j.total)
	b, err := xml.MarshalIndent(j, "", "  ")
	if err == nil {
		err = os.WriteFile(j.path, append([]byte(xml.Header), append(b, '\n')...), 0o644) //nolint:gosec // CI reads it
	}
	if err != nil {
		return fail(exitFailed, "--junit FILE names a file that can be written", "write the JUnit report: %w", err)
	}
	return nil
}
