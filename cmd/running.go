package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/internal/filelock"
)

// A running is what one `hook listen` tells the other processes of its project: in a file that it holds a lock on, so
// that nobody believes it when it is gone.
type running struct {
	PID      int       `json:"pid"`
	Instance string    `json:"instance"`
	URL      string    `json:"url"` // the endpoint's; empty until it is connected for the first time
	Target   string    `json:"target"`
	Relay    string    `json:"relay"`        // its URL; empty for the relay inside hook
	CA       string    `json:"ca,omitempty"` // the file with the relay's private authority
	Started  time.Time `json:"started"`

	Cursor *history.Cursor `json:"cursor,omitempty"` // where the history ended when it started; nil if that can't be told

	NoStore bool   `json:"no_store,omitempty"` // it keeps nothing in the history
	Trouble string `json:"trouble,omitempty"`  // why it can't keep anything now, for people
	Lost    int64  `json:"lost,omitempty"`     // entries that it could not keep

	slot int
	file *os.File // open and locked by the listener itself
}

const maxListeners = 32 // at once in a project

func (p project) runFile(slot int) string {
	return filepath.Join(p.home.run, fmt.Sprintf("%s-%d.json", p.key(), slot))
}

// announce takes the first free slot. If a listener of the project has the same target already, that one is
// returned in place of an own.
func (p project) announce(r running) (own, other *running, err error) {
	if err := os.MkdirAll(p.home.run, 0o700); err != nil {
		return nil, nil, err
	}
	leave, err := p.enter(os.O_CREATE) // two that start at once see each other
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	for _, other := range p.readListeners() {
		if other.Target == r.Target && other.Relay == r.Relay {
			return nil, &other, nil
		}
	}
	for slot := range maxListeners {
		file, err := os.OpenFile(p.runFile(slot), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, nil, err
		}
		if err := filelock.Try(file); err != nil {
			_ = file.Close()
			if errors.Is(err, filelock.ErrHeld) {
				continue
			}
			return nil, nil, err
		}
		r.slot, r.file = slot, file
		return &r, nil, r.write()
	}
	return nil, nil, fmt.Errorf("%d listeners run in this project already", maxListeners)
}

// enter waits until nobody else looks at the project's run files or takes one. Whoever looks at one locks it for a
// moment, which another would take for a listener's own lock.
func (p project) enter(flag int) (leave func(), err error) {
	gate, err := os.OpenFile(filepath.Join(p.home.run, p.key()+".lock"), os.O_RDWR|flag, 0o600)
	if err != nil {
		return nil, err
	}
	if err := filelock.Wait(gate); err != nil {
		_ = gate.Close()
		return nil, err
	}
	return func() { _ = gate.Close() }, nil
}

// write brings the file up to date.
func (r *running) write() error {
	b, err := json.Marshal(r)
	if err == nil {
		b = append(b, '\n')
		if _, err = r.file.WriteAt(b, 0); err == nil {
			err = r.file.Truncate(int64(len(b)))
		}
	}
	return err
}

// end leaves an empty file behind: one that was removed could be locked by two at once, under two inodes.
func (r *running) end() {
	_ = r.file.Truncate(0)
	_ = r.file.Close()
}

// listeners are those of the project that run now, in the order of their slots.
func (p project) listeners() []running {
	leave, err := p.enter(0)
	if err != nil {
		return nil // no listener was ever here
	}
	defer leave()
	return p.readListeners()
}

// readListeners is listeners for who has entered.
func (p project) readListeners() []running {
	var all []running
	for slot := range maxListeners {
		if r, ok := readRunning(p.runFile(slot)); ok {
			r.slot = slot
			all = append(all, r)
		}
	}
	return all
}

func readRunning(path string) (running, bool) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return running{}, false
	}
	defer func() { _ = file.Close() }()
	if !errors.Is(filelock.Try(file), filelock.ErrHeld) {
		return running{}, false // whoever wrote it is gone
	}
	var r running
	if json.NewDecoder(file).Decode(&r) != nil || r.Target == "" {
		return running{}, false
	}
	return r, true
}
