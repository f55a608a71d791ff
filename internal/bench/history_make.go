package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// The projects among which the deliveries are, and how many of a thousand each has. The first is the one that is asked.
var projects = []struct {
	name  string
	share int
}{{"shop", 600}, {"blog", 250}, {"billing", 149}, {"fresh", 1}}

// A madeHistory is a home of hook with deliveries in it, and a folder for each of its projects.
type madeHistory struct {
	Deliveries int           `json:"deliveries"`
	Body       int           `json:"body"`
	Storing    time.Duration `json:"storing"`
	Indexing   time.Duration `json:"indexing"`
	dir        string
}

const (
	madeName    = "bench.json" // is written when all is there
	historyName = "history.db"
	atATime     = 1000 // how many are made while those before are stored
)

// unlimited is a history that keeps everything.
var unlimited = history.Options{MaxAge: -1, MaxCount: -1, MaxBytes: -1}

func (m madeHistory) database() string           { return filepath.Join(m.dir, historyName) }
func (m madeHistory) project(name string) string { return filepath.Join(m.dir, name) }

// open opens the history of one project.
func (m madeHistory) open(ctx context.Context, project string) (*history.Store, error) {
	o := unlimited
	o.Project = m.project(project)
	return history.Open(ctx, m.database(), o)
}

// haveHistory finds the history that an earlier run made in dir, or makes it.
func haveHistory(ctx context.Context, dir string, n, body int, talk *printer) (madeHistory, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return madeHistory{}, err
	}
	if dir, err = realFolder(dir); err != nil {
		return madeHistory{}, err
	}
	m := madeHistory{dir: dir}
	text, err := os.ReadFile(filepath.Join(dir, madeName))
	if os.IsNotExist(err) {
		m.Deliveries, m.Body = n, body
		return m, m.make(ctx, talk)
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err == nil && (m.Deliveries != n || m.Body != body) {
		err = fmt.Errorf("%s has %d deliveries of %d bytes: say -history %d -body %d, or another -dir", dir, m.Deliveries, m.Body, m.Deliveries, m.Body)
	}
	return m, err
}

// realFolder makes the folder, and gives the name by which a process in it knows it.
func realFolder(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}

func (m *madeHistory) make(ctx context.Context, talk *printer) error {
	if _, err := os.Stat(m.database()); err == nil {
		return fmt.Errorf("%s is there already, and was not made wholly by this benchmark: remove it, or say another -dir", m.database())
	}
	// Whoever records into it trims nothing.
	const keep = "history:\n  max_age: none\n  max_count: none\n  max_bytes: none\n"
	if err := os.WriteFile(filepath.Join(m.dir, "config.yaml"), []byte(keep), 0o600); err != nil {
		return err
	}
	stores := make([]*history.Store, len(projects))
	for i, p := range projects {
		if err := os.MkdirAll(m.project(p.name), 0o700); err != nil {
			return err
		}
		// So that nothing outside of the folder counts.
		if err := os.WriteFile(filepath.Join(m.project(p.name), "hook.yaml"), nil, 0o600); err != nil {
			return err
		}
		s, err := m.open(ctx, p.name)
		if err != nil {
			return err
		}
		defer s.Close()
		stores[i] = s
	}
	began := time.Now()
	if err := m.store(ctx, stores, talk); err != nil {
		return err
	}
	m.Storing = time.Since(began)
	talk.say("stored in %v; now the index for words", m.Storing.Round(time.Second))
	began = time.Now()
	if err := stores[0].Index(ctx); err != nil {
		return err
	}
	m.Indexing = time.Since(began)
	talk.say("indexed in %v", m.Indexing.Round(time.Second))
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(m.dir, madeName), text, 0o600)
}

// store makes the deliveries and stores each in its project.
func (m *madeHistory) store(ctx context.Context, stores []*history.Store, talk *printer) error {
	events := newEventMaker(m.Deliveries, m.Body, time.Now())
	for left := m.Deliveries; left > 0; {
		some := make([][]inspect.Delivery, len(stores))
		for range min(left, atATime) {
			d := events.next()
			some[d.project] = append(some[d.project], d.Delivery)
		}
		left -= atATime
		for i, s := range stores {
			// What was handed over in the round before went to the disk while this was made.
			if err := s.Flush(ctx); err != nil {
				return err
			}
			if n, err := s.Failed(); n > 0 {
				return fmt.Errorf("%d deliveries could not be stored: %w", n, err)
			}
			for j := range some[i] {
				d := &some[i][j]
				s.Add(d)
				s.AddAttempt(d.ID, d.Attempts[0])
			}
		}
		if done := m.Deliveries - max(left, 0); done%100_000 == 0 {
			talk.say("%d of %d deliveries", done, m.Deliveries)
		}
	}
	for _, s := range stores {
		if err := s.Flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// project is the number of the project that a new delivery goes to.
func (m *eventMaker) project() int {
	n := m.random.IntN(1000)
	for i, p := range projects {
		if n -= p.share; n < 0 {
			return i
		}
	}
	return 0
}
