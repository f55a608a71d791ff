package history

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// child is what the test binary does as a second process: it stores deliveries and prints their ids when they are
// stored, "delivery ID" and "attempt ID" a line.
func child(mode, path string) {
	if mode == "open" {
		fmt.Println("opening")
	}
	s, err := Open(context.Background(), path, Options{Project: testProject, MaxAge: -1})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	if mode == "open" {
		fmt.Println("opened")
		return
	}
	count := 100
	unwanted := make(chan string, 100)
	if mode == "until killed" {
		count = 1 << 30
		go tidy(s, unwanted)
	}
	for i := range count {
		d := simple(i)
		if mode == "until killed" && i%3 == 0 {
			away := simple(i)
			away.Body = longOf(away.ID)
			<-s.Add(away).Done()
			select {
			case unwanted <- away.ID:
			default:
			}
		}
		if i%2 == 1 {
			d.Body = longOf(d.ID)
		}
		p := s.Add(d)
		if <-p.Done(); p.Err() != nil {
			fmt.Println("error", p.Err())
		}
		fmt.Println("delivery", d.ID)
		if i%2 == 0 {
			p := s.AddAttempt(d.ID, inspect.Attempt{Number: 1, Outcome: inspect.OutcomeAnswered})
			if i%20 == 0 {
				<-p.Done()
				fmt.Println("attempt", d.ID)
			}
		}
	}
	if err := s.Close(); err != nil {
		fmt.Println("error", err)
	}
}

// tidy does all the time what upkeep does now and then, so that whoever kills the process hits that too. It never ends.
func tidy(s *Store, unwanted <-chan string) {
	for id := range unwanted {
		_, err := s.Delete(context.Background(), id)
		if err == nil {
			err = s.Index(context.Background())
		}
		if err == nil {
			_, err = s.Trim(context.Background())
		}
		if err != nil {
			fmt.Println("error", err)
		}
	}
}

// longOf is a body of 64 KiB that no other delivery has.
func longOf(id string) inspect.Capture {
	return inspect.CaptureOf([]byte(strings.Repeat(id, 64<<10/len(id)+1)[:64<<10]))
}

// startChild starts a child process and returns its output.
func startChild(t *testing.T, mode, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), "HISTORY_CHILD="+mode, "HISTORY_PATH="+path)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewScanner(out)
}

// Two Stores and two processes create the database and write to it, all at once.
func TestManyWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	var children []*exec.Cmd
	var readers sync.WaitGroup
	want := 0
	for range 2 {
		c, out := startChild(t, "some", path)
		children = append(children, c)
		want += 100
		readers.Go(func() {
			for out.Scan() {
				if strings.HasPrefix(out.Text(), "error") {
					t.Error(out.Text())
				}
			}
		})
	}
	var writers sync.WaitGroup
	for range 2 {
		s := openTest(t, path, Options{})
		for range 4 {
			want += 50
			writers.Go(func() {
				for i := range 50 {
					d := simple(i)
					p := s.Add(d)
					<-p.Stored()
					q := s.AddAttempt(d.ID, inspect.Attempt{Number: 1, Outcome: inspect.OutcomeAnswered})
					if i%10 == 0 {
						<-q.Stored()
					}
					if p.Err() != nil {
						t.Error(p.Err())
					}
				}
			})
		}
	}
	writers.Wait()
	readers.Wait()
	for _, c := range children {
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	}
	s := openTest(t, path, Options{})
	list, err := s.List(t.Context(), Query{Limit: -1})
	if err != nil || len(list) != want {
		t.Errorf("got %d deliveries, %v; want %d", len(list), err, want)
	}
	checkIntegrity(t, s)
}

func checkIntegrity(t *testing.T, s *Store) {
	t.Helper()
	var result string
	if err := s.reads.QueryRow("PRAGMA integrity_check").Scan(&result); err != nil || result != "ok" {
		t.Errorf("integrity check: %s, %v", result, err)
	}
}

// What was done is there after a SIGKILL, and what was under way reads as interrupted.
func TestKill(t *testing.T) {
	rounds := 3
	if os.Getenv("HOOK_SLOW") != "" {
		rounds = 50
	}
	path := filepath.Join(t.TempDir(), "history.db")
	var deliveries, attempts []string
	for round := range rounds {
		c, out := startChild(t, "until killed", path)
		read := func() {
			kind, id, _ := strings.Cut(out.Text(), " ")
			switch kind {
			case "delivery":
				deliveries = append(deliveries, id)
			case "attempt":
				attempts = append(attempts, id)
			default:
				t.Error(out.Text())
			}
		}
		for n := 0; n < 30+20*round && out.Scan(); n++ {
			read()
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for out.Scan() {
			read()
		}
		_ = c.Wait() // says that it was killed
	}
	s := openTest(t, path, Options{})
	if err := s.sweep(t.Context()); err != nil {
		t.Error(err)
	}
	answered := make(map[string]bool)
	for _, id := range attempts {
		answered[id] = true
	}
	interrupted, long := 0, 0
	for _, id := range deliveries {
		d, err := s.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if d.Body.Size == 64<<10 {
			if long++; !reflect.DeepEqual(d.Body, longOf(id)) {
				t.Errorf("%s: got another body of %d bytes", id, len(d.Body.Bytes))
			}
		}
		switch got := d.Last(); {
		case got == nil || got.Outcome == inspect.OutcomePending:
			t.Errorf("%s is still under way", id)
		case answered[id] && got.Outcome != inspect.OutcomeAnswered:
			t.Errorf("%s: got outcome %q, want answered", id, got.Outcome)
		case got.Outcome == inspect.OutcomeInterrupted:
			interrupted++
			if !d.Summary().Failed() || got.Err == "" || !got.Started.Equal(d.ReceivedAt) {
				t.Errorf("%s: got %+v, want an interrupted attempt", id, got)
			}
		}
	}
	if interrupted == 0 || long <= rounds*firstInside {
		t.Errorf("got %d interrupted deliveries, %d with long bodies; want some, and more than go into the database", interrupted, long)
	}
	checkIntegrity(t, s)
	if err := s.Close(); err != nil { // its own lock goes too
		t.Error(err)
	}
	if names, err := lockNames(s.lockDir()); err != nil || len(names) != 0 {
		t.Errorf("locks left: %v, %v", names, err)
	}
}

// A delivery that is under way elsewhere is not settled, but when that process is gone it is, by upkeep too.
func TestUnderWayElsewhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	c, out := startChild(t, "until killed", path)
	for n := 0; n < 2 && out.Scan(); n++ { // the second one gets no attempt
		if n == 0 && !out.Scan() {
			t.Fatal("the child ended")
		}
	}
	_, id, _ := strings.Cut(out.Text(), " ")
	s := openTest(t, path, Options{})
	before, err := s.Get(t.Context(), id)
	for late := time.Now().Add(longEnough); isMissing(err) && time.Now().Before(late); { // it is on its way from the journal
		<-time.After(time.Millisecond)
		before, err = s.Get(t.Context(), id)
	}
	if err != nil || before.Last() != nil {
		t.Errorf("under way: got %+v, %v; want no attempt", before, err)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for out.Scan() {
	}
	_ = c.Wait()
	if err := s.settleGone(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, err := s.Get(t.Context(), id)
	if err != nil || after.Last() == nil || after.Last().Outcome != inspect.OutcomeInterrupted {
		t.Errorf("gone: got %+v, %v; want it interrupted", after, err)
	}
}
