package history

import (
	"database/sql"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/seed-4575fdc3/hook/inspect"
)

// bodyColumns are what scanPlace reads, of a LEFT JOIN with the table body.
const (
	bodyColumns   = "body.segment, body.start, body.length, body.sum, body.complete"
	answerColumns = "answer.segment, answer.start, answer.length, answer.sum, answer.complete" // of a second one, called answer
)

// A placed is what bodyColumns give; all is NULL for a body that is in its row.
type placed struct {
	segment            sql.NullString
	start, length, sum sql.NullInt64
	complete           sql.NullBool
}

// into is what to scan bodyColumns into.
func (p *placed) into() []any { return []any{&p.segment, &p.start, &p.length, &p.sum, &p.complete} }

func (p *placed) place() place {
	return place{p.segment.String, p.start.Int64, p.length.Int64, uint32(p.sum.Int64)}
}

// fetch completes c with the body that lies outside of its row, if it does. A body that is missing there, short or changed
// counts as not kept.
func (r *bodyReader) fetch(c *inspect.Capture, p *placed) {
	if !p.segment.Valid {
		return
	}
	c.Bytes = r.read(p.place())
	c.Complete = c.Bytes != nil && p.complete.Bool
}

// A bodyReader reads bodies from segments. It keeps the last segment open, until it is closed.
type bodyReader struct {
	dir  string
	name string
	file *os.File
}

func (s *Store) bodyReader() *bodyReader { return &bodyReader{dir: s.bodyDir()} }

// read is the body at p, nil if it is not there as it was written.
func (r *bodyReader) read(p place) []byte {
	size, err := r.open(p.Segment)
	// Checked before so much memory is taken: the database may say anything.
	if err != nil || p.Start < 0 || p.Length <= 0 || p.Start > math.MaxInt64-p.Length || p.Start+p.Length > size {
		return nil
	}
	body := make([]byte, p.Length)
	if _, err := r.file.ReadAt(body, p.Start); err != nil || crc32.Checksum(body, castagnoli) != p.Sum {
		return nil
	}
	return body
}

// open opens the segment and gives its size.
func (r *bodyReader) open(name string) (int64, error) {
	if r.file == nil || r.name != name {
		if _, ok := segmentOwner(name); !ok {
			return 0, fs.ErrNotExist
		}
		r.close()
		file, err := os.Open(filepath.Join(r.dir, name))
		if err != nil {
			return 0, err
		}
		r.name, r.file = name, file
	}
	info, err := r.file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (r *bodyReader) close() {
	if r.file != nil {
		r.file.Close()
	}
	r.file = nil
}
