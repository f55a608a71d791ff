package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
	"github.com/seed-4575fdc3/hook/replay"
)

// printing is a listener that has a history and prints to out and talk, and is connected to nothing.
func printing(t *testing.T) (l *listener, out, talk *bytes.Buffer) {
	t.Helper()
	out, talk = new(bytes.Buffer), new(bytes.Buffer)
	project := testProject(t)
	l = &listener{
		place: place{streams: streams{strings.NewReader(""), out, talk}, home: project.home, project: project, pen: newPen().colourless()},
		news:  newFeed[event](), unkept: new(unkept), secrets: find(t, project), log: discardLog(), said: said{phase: tunnel.Connecting},
	}
	var err error
	if l.store, err = l.openHistory(t.Context(), history.Options{}); err != nil {
		t.Fatal(err)
	}
	store := l.store
	t.Cleanup(func() { _ = store.Close() })
	l.recorder = &recorder{secrets: l.secrets, store: l.store, log: l.log, changed: l.changed}
	l.app = newAppWatch(replay.Target{Scheme: "http", Host: "localhost:3000"})
	return l, out, talk
}

func TestLinesMarkRedeliveriesOfAnAppThatRefusesAtOnce(t *testing.T) {
	l, out, _ := printing(t)
	l.addTime = time.Minute // the machine may be busy
	for range 20 {          // Attempted often comes before the commit
		d := &inspect.Delivery{
			ID: inspect.NewID(), Method: "POST", ReceivedAt: time.Now(), Provider: "github", Body: inspect.CaptureOf([]byte("{}")),
			Header: map[string][]string{"X-Github-Event": {"push"}, "X-Github-Delivery": {"72d3162e"}},
		}
		l.recorder.Received(d)
		d.Attempts = []inspect.Attempt{{Number: 1, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: 500}}}
		l.recorder.Attempted(d, false)
	}
	if err := l.printNews(context.Background(), &plainFace{listener: l}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "redelivery of d_"); got != 19 {
		t.Errorf("%d of 19 redeliveries are marked:\n%s", got, out)
	}
}

func TestNewsOfABadSignatureIsExplainedFromTheHistory(t *testing.T) {
	l, out, _ := printing(t)
	l.addTime = time.Minute // the machine may be busy
	t.Setenv("GITHUB_WEBHOOK_SECRET", "It's a Secret to Everybody")
	l.secrets = find(t, l.project)
	l.recorder.secrets = l.secrets
	d := &inspect.Delivery{
		ID: inspect.NewID(), Method: "POST", ReceivedAt: time.Now(), Body: inspect.CaptureOf(bytes.Repeat([]byte("x"), 1<<20)),
		Header: map[string][]string{"X-Github-Event": {"push"}, "X-Hub-Signature-256": {"sha256=" + strings.Repeat("00", 32)}},
	}
	l.recorder.Received(d)
	d.Attempts = []inspect.Attempt{{Number: 1, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: 400}}}
	l.recorder.Attempted(d, false)
	want := l.secrets.explainDelivery(d).why.Headline + ": hook verify " + inspect.ShortID(d.ID)
	if err := l.printNews(context.Background(), &plainFace{listener: l}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), want) || d.Signature.Verdict != signature.Invalid {
		t.Errorf("%s\nwant %s", out, want)
	}
}

func TestIDsAreAsLongAsTheyMustBe(t *testing.T) {
	l, _, _ := printing(t)
	var all []inspect.Summary
	for _, id := range []string{"d_abcdaaaaaaaa", "d_abcdefgaaaaa"} {
		<-l.store.Add(&inspect.Delivery{ID: id, ReceivedAt: time.Now()}).Stored()
		all = append(all, inspect.Summary{ID: id})
	}
	if got := shortIDs(t.Context(), l.store, all...); got["d_abcdaaaaaaaa"] != "d_abcda" || got["d_abcdefgaaaaa"] != "d_abcde" {
		t.Errorf("%v", got)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if got := shortIDs(ended, l.store, all...); got["d_abcdaaaaaaaa"] != "d_abcd" {
		t.Errorf("without the history: %v", got)
	}
}

func TestEachStateIsSaidOnce(t *testing.T) {
	l, _, talk := printing(t)
	f := &plainFace{listener: l}
	at := time.Now().Add(time.Minute)
	for _, s := range []tunnel.State{
		{}, {Phase: tunnel.Connecting}, {Phase: tunnel.Waiting, RetryAt: at}, {Phase: tunnel.Waiting, RetryAt: at},
		{Phase: tunnel.Connecting}, {Phase: tunnel.Waiting, RetryAt: at.Add(time.Minute)},
	} {
		if err := l.say(f, s); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Count(talk.String(), "not connected"); got != 2 {
		t.Errorf("said %d times, want 2:\n%s", got, talk)
	}
}

// Who looks too late to see the connection wait still hears of each loss once, and that it is back.
func TestALossThatIsOverIsSaid(t *testing.T) {
	l, out, _ := printing(t)
	l.engine, l.client = &replay.Forwarder{}, &tunnel.Client{}
	up := tunnel.State{Phase: tunnel.Connected, URL: "http://127.0.0.1:1/e/x"}
	again := up
	again.Lost = &tunnel.Loss{Err: wire.ErrLost, RetryAt: time.Now()}
	for _, s := range []tunnel.State{up, again, again, {Phase: tunnel.Stopped, Lost: again.Lost}} {
		if err := l.say(jsonFace{l}, s); err != nil {
			t.Fatal(err)
		}
	}
	var said []string
	for dec := json.NewDecoder(out); ; {
		var line struct{ Type, Relay string }
		if err := dec.Decode(&line); err != nil {
			break
		}
		if line.Type == "ready" {
			line.Relay = ""
		}
		said = append(said, line.Type+" "+line.Relay)
	}
	if want := []string{"ready ", "state waiting", "ready ", "state stopped"}; !slices.Equal(said, want) {
		t.Errorf("it said %q, want %q", said, want)
	}
}

func TestWhatTheRelaySaysIsMadePrintable(t *testing.T) {
	l, out, _ := printing(t)
	l.engine, l.client = &replay.Forwarder{}, &tunnel.Client{}
	bad := "\x1b]0;x\a\u202e\u009b"
	state := tunnel.State{Phase: tunnel.Connected, URL: "https://relay.example/e/x" + bad, Public: true}
	if err := (&plainFace{listener: l}).ready(state); err != nil {
		t.Fatal(err)
	}
	d := &inspect.Delivery{ID: "d_" + bad, ReplayOf: bad, Method: "POST"}
	if err := (&plainFace{listener: l}).deliveries(t.Context(), []inspect.Summary{d.Summary()}); err != nil {
		t.Fatal(err)
	}
	if err := l.show(out, d, finding{}); err != nil {
		t.Fatal(err)
	}
	if err := (jsonFace{l}).ready(state); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), bad[:1]+"\a\u202e\u009b") {
		t.Errorf("%q", out)
	}
}
