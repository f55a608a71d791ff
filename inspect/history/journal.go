package history

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A transaction of SQLite costs as much for one delivery as for ten, and an answer waits until its delivery can't be
// lost. So a delivery is first appended to a journal, which is one write to a file and survives the death of this process,
// and goes to the database with all that came within lazyWait. The journal of an instance is the very file by whose lock
// it is known to live: whoever finds it dead finds there what it had not stored yet.

const (
	maxJournal = 64 << 20 // beyond it deliveries wait for the database again, until that has caught up
	maxRecord  = 64 << 20
	maxBody    = 1 << 20 // a delivery with a longer one is worth a transaction of its own
	recordHead = 8       // length and checksum

	// catchUp is how long those who open the history wait for what live instances have not stored yet.
	catchUp = 300 * time.Millisecond
)

// A journal has the deliveries of this instance that are on their way to the database.
type journal struct {
	mu      sync.Mutex
	lock    *fileLock // nil before the first write
	size    int64
	waiting int // records that are not in the database yet
	buf     []byte
}

// claim gives the lock by which this instance is known, made at the first call.
func (j *journal) claim(dir string) (_ *fileLock, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.lock == nil {
		j.lock, err = claim(dir)
	}
	return j.lock, err
}

// append keeps a delivery. If it can't, the delivery must wait for the database.
func (j *journal) append(dir string, r *record) bool {
	if len(r.Delivery.Body.Bytes) > maxBody { // and is not in a segment
		return false
	}
	if _, err := j.claim(dir); err != nil {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.size > maxJournal && (j.waiting > 0 || !j.emptied()) {
		return false
	}
	b := r.append(append(j.buf[:0], make([]byte, recordHead)...))
	if j.buf = b; cap(b) > keptBuffer {
		j.buf = nil
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)-recordHead))
	binary.LittleEndian.PutUint32(b[4:], crc32.ChecksumIEEE(b[recordHead:]))
	if _, err := j.lock.file.WriteAt(b, j.size); err != nil { // whatever is there now ends the journal for whoever reads it
		j.size = maxJournal + 1
		return false
	}
	j.size += int64(len(b))
	j.waiting++
	return true
}

// stored is told how many of the records are in the database. A journal with nothing left to store is emptied.
func (j *journal) stored(n int) {
	if n == 0 {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.waiting -= n; j.waiting == 0 {
		j.emptied()
	}
}

// emptied begins the journal anew, and says whether that was possible.
func (j *journal) emptied() bool {
	if j.lock.file.Truncate(0) != nil {
		return false
	}
	j.size = 0
	return true
}

// inPlace says whether the journal's file is where others look for it, if there is one.
func (j *journal) inPlace() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lock == nil || j.lock.inPlace()
}

// renew begins another journal if the file of this one is gone.
func (j *journal) renew() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.lock != nil && !j.lock.inPlace() {
		j.lock.release()
		j.lock, j.size, j.waiting = nil, 0, 0
	}
}

// unstored is all that the journal has, and how much of it the database doesn't; nothing, unless idle says that none of it is
// on its way there.
func (j *journal) unstored(idle func() bool) (all []*record, waiting int, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.waiting == 0 || j.lock == nil || !idle() {
		return nil, 0, nil
	}
	all, err = readJournal(j.lock.file)
	return all, j.waiting, err
}

// left is how many records are not in the database.
func (j *journal) left() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.waiting
}

// readJournal gives the records of a journal up to the first that is not whole. An error says that there may be more, which
// can't be read: by this version of hook, or from this disk.
func readJournal(file *os.File) (all []*record, err error) {
	in := io.NewSectionReader(file, 0, 2*maxJournal)
	for {
		var head [recordHead]byte
		if _, err := io.ReadFull(in, head[:]); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return all, nil
		} else if err != nil {
			return all, err
		}
		n := binary.LittleEndian.Uint32(head[:])
		if n > maxRecord {
			return all, nil
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(in, b); err != nil || crc32.ChecksumIEEE(b) != binary.LittleEndian.Uint32(head[4:]) {
			return all, nil
		}
		r, err := decodeRecord(b)
		if err != nil {
			return all, err
		}
		all = append(all, r)
	}
}

// awaitOthers waits, but not long, until the live instances have stored what they have in their journals: so that who asks
// right after an answer finds its delivery.
func (s *Store) awaitOthers() {
	for late := time.Now().Add(catchUp); time.Now().Before(late); {
		if !journalsWait(s.lockDir()) {
			return
		}
		tick := time.NewTimer(time.Millisecond)
		<-tick.C
	}
}

// journalsWait says whether any instance has something in its journal.
func journalsWait(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), unreadable) {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, entry.Name())); err == nil && info.Size() > 0 {
			return true
		}
	}
	return false
}

// unreadable ends the name of a journal that could not be read to its end.
const unreadable = ".unreadable"

// recover stores what a dead instance left in its journal.
func (tx *transaction) recover(instance string, left []*record) error {
	own := [2]string{tx.instance, tx.project}
	writer := tx.writer
	defer func() { tx.instance, tx.project, tx.writer = own[0], own[1], writer }()
	if len(left) > 0 {
		tx.instance, tx.writer = instance, 0
		if err := tx.register(); err != nil {
			return err
		}
	}
	for i := range left {
		tx.project = left[i].Project
		if known, err := tx.numbers("SELECT n FROM delivery WHERE id = ?", left[i].Delivery.ID); err != nil || len(known) > 0 {
			if err != nil {
				return err
			}
			continue
		}
		_, err := tx.add(left[i], nil)
		tx.underWay.remove(left[i].Delivery.ID)
		if err != nil && !errors.Is(err, ErrExists) {
			return err
		}
	}
	return nil
}

// lockNames are the instances that have a lock file.
func lockNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, entry := range entries {
		if entry.Name() != indexLock && !strings.HasSuffix(entry.Name(), unreadable) {
			names = append(names, entry.Name())
		}
	}
	return names, err
}
