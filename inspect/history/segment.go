package history

import (
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// A long body in the database is written three times: to the journal, to SQLite's log, and to its file; and it keeps the
// writer, and all that waits for it, busy meanwhile. So it is written once, to the end of a file beside the database, and
// the journal and its row only name the place. Each instance writes to segments of its own, which carry its name: as long
// as the file exists by which an instance is known to live, or which has what it left, nobody removes one (see sweep).

const (
	// longBody is from which length on a body goes to a segment. At this length an Add takes half as long as when it
	// goes into the database, at 64 KiB a sixth; shorter ones are quickly read together with their rows.
	longBody = 4 << 10

	// segmentSize is from where on a new segment is begun. A body may be longer.
	segmentSize = 32 << 20

	// firstInside is how many long bodies a Store puts into the database first, so that a command which stores one or two
	// leaves no file for them. A body above maxInside never goes there: SQLite would hold it in memory several times.
	firstInside = 4
	maxInside   = 256 << 10
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A place is where a body lies outside of the database. The zero place is none.
type place struct {
	Segment       string
	Start, Length int64
	Sum           uint32 // CRC-32C of the body
}

func (p place) none() bool { return p.Segment == "" }

// segments are where this instance puts long bodies.
type segments struct {
	mu     sync.Mutex
	inside int // long bodies that went into the database
	number int // of the current segment
	file   *os.File
	end    int64
	closed bool
}

// bodyDir is the folder of the segments beside the database.
func (s *Store) bodyDir() string { return s.path + ".bodies" }

// put writes a long body to a segment. If it is not long, or can't be written, there is no place, and it goes where all
// else goes: on a full disk that fails too, and is told.
func (s *Store) put(body []byte) place {
	if len(body) < longBody || s.options.Project == "" || s.options.ReadOnly {
		return place{}
	}
	lock, err := s.journal.claim(s.lockDir())
	if err != nil {
		return place{}
	}
	at, err := s.segments.append(s.bodyDir(), lock.name, body)
	if err != nil {
		return place{}
	}
	at.Sum = crc32.Checksum(body, castagnoli)
	return at
}

var errInside = errors.New("it belongs into the database")

// append writes body behind what the current segment has. The sum is left to the caller.
func (g *segments) append(dir, instance string, body []byte) (place, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed || g.inside < firstInside && len(body) <= maxInside {
		g.inside++
		return place{}, errInside
	}
	if g.file == nil || g.end >= segmentSize {
		if err := g.next(dir, instance); err != nil {
			return place{}, err
		}
	}
	if _, err := g.file.WriteAt(body, g.end); err != nil { // the next one overwrites what came there
		return place{}, err
	}
	p := place{Segment: filepath.Base(g.file.Name()), Start: g.end, Length: int64(len(body))}
	g.end += p.Length
	return p, nil
}

// next begins a segment.
func (g *segments) next(dir, instance string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	name := instance + "." + strconv.Itoa(g.number+1)
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if g.file != nil {
		g.file.Close()
	}
	g.number, g.file, g.end = g.number+1, file, 0
	return nil
}

// renew has another segment begun if this one's file is gone.
func (g *segments) renew() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.file == nil {
		return
	}
	if ours, err := g.file.Stat(); err != nil || !isThere(g.file.Name(), ours) {
		g.file.Close()
		g.file = nil
	}
}

// current is the name of the segment that may be appended to, "" if there is none.
func (g *segments) current() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.file == nil {
		return ""
	}
	return filepath.Base(g.file.Name())
}

// close ends the last segment. What comes then is not put into one.
func (g *segments) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.file != nil {
		g.file.Close()
	}
	g.file, g.closed = nil, true
}

// segmentOwner is the instance whose segment that name is; false if it can't be one's, whatever the database says.
func segmentOwner(name string) (instance string, ok bool) {
	instance, number, _ := strings.Cut(name, ".")
	if _, err := strconv.ParseUint(number, 10, 63); err != nil || instance == "" {
		return "", false
	}
	for _, c := range []byte(instance) {
		if !('A' <= c && c <= 'Z' || '2' <= c && c <= '7') { // as crypto/rand.Text has it
			return "", false
		}
	}
	return instance, true
}
