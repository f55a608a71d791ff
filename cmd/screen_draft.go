package cmd

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Drafts are bodies that are edited, or could not be used as edited, so that nothing that was typed is lost. They are safe
// for concurrent use.
type drafts struct {
	mu  sync.Mutex
	all map[string]*draft // by the delivery's id
}

// A draft is a body in a file that only the user can read.
type draft struct {
	id       string
	original []byte
	form     draftForm
	file     string
}

// open is the draft of d: the one that is there, or a new one.
func (k *drafts) open(d *inspect.Delivery) (*draft, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if known := k.all[d.ID]; known != nil {
		if _, err := os.Stat(known.file); err == nil {
			return known, nil
		}
	}
	fresh := &draft{id: d.ID, original: d.Body.Bytes, form: formOf(d)}
	var err error
	if fresh.file, err = writeDraft(fresh.form.laidOut(d.Body.Bytes), fresh.form.media, fresh.form.json); err != nil {
		return nil, err
	}
	if k.all == nil {
		k.all = make(map[string]*draft)
	}
	k.all[d.ID] = fresh
	return fresh, nil
}

// drop takes a draft away.
func (k *drafts) drop(d *draft) {
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = os.Remove(d.file)
	delete(k.all, d.id)
}

// left are the files in which something is that would be lost. The others are taken away.
func (k *drafts) left() []string {
	k.mu.Lock()
	all := slices.Collect(maps.Values(k.all))
	k.mu.Unlock()
	var files []string
	for _, d := range all {
		if d.precious() {
			files = append(files, d.file)
		} else {
			k.drop(d)
		}
	}
	slices.Sort(files)
	return files
}

// read is what was made of the body.
func (d *draft) read() ([]byte, error) {
	text, err := os.ReadFile(d.file)
	if err != nil {
		return nil, err
	}
	return d.form.body(text)
}

// precious says whether something in it would be lost with it.
func (d *draft) precious() bool {
	text, err := os.ReadFile(d.file)
	if err != nil {
		return false
	}
	body, broken := d.form.body(text)
	return broken != nil || !bytes.Equal(body, d.original)
}
