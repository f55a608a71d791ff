package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/pasted"
)

// A Found is what was read at one place of a file.
type Found struct {
	At       string            // "line 17", "entry 3"
	Delivery *inspect.Delivery // nil with an error, or if it is something else; of other programs' without an ID, of requests alone with a zero ReceivedAt
	Own      bool              // hook wrote it: id, verdict and attempts are in it
	Browsed  bool              // it is one of many requests that another program saw, most of which may be no webhooks
	Bodies   [][]byte          // what the body may have been, the likeliest first, where line breaks at its end may be the file's
	Notes    []string          // what is odd about it, for people
	Err      error             // why no delivery can be made of it; those that follow may be well
}

func (f *Found) note(words string) { f.Notes = append(f.Notes, words) }

var (
	// ErrDatabase is for a file that is a SQLite database: a session, perhaps, which package history reads.
	ErrDatabase = errors.New("a SQLite database")

	// ErrEmpty is for a file that has nothing in it.
	ErrEmpty = errors.New("there is nothing in it")

	// ErrFormat is for a file in none of the formats.
	ErrFormat = errors.New("it is neither har, ndjson, http, curl nor a session")
)

// maxPiece bounds what is held in memory of a file: a line, an entry, a file of requests. Twice the largest body that is
// usually kept, in JSON's escapes, is less.
const maxPiece = 128 << 20

// maxLook is how much of a file tells its format.
const maxLook = 64 << 10

// Read reads deliveries in any format but that of sessions. Which it is, the content tells. What can't be read is a Found
// with an Err; an error of the sequence ends it. File names in curl commands are given to files, which may be nil.
func Read(in io.Reader, files pasted.ReadFile) iter.Seq2[Found, error] {
	return func(yield func(Found, error) bool) {
		err := read(in, files, maxPiece, func(f Found) bool { return yield(f, nil) })
		if err != nil {
			yield(Found{}, err)
		}
	}
}

// A yielder takes what was found, and says whether to go on.
type yielder func(Found) bool

// errStop ends reading, as nobody wants more.
var errStop = errors.New("no more is wanted")

// read holds most bytes at a time.
func read(in io.Reader, files pasted.ReadFile, most int, yield yielder) error {
	r := bufio.NewReaderSize(in, maxLook)
	look, err := r.Peek(maxLook)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return err
	}
	if bytes.HasPrefix(look, []byte("SQLite format 3\x00")) {
		return ErrDatabase
	}
	if bytes.HasPrefix(look, []byte("\xff\xfe")) || bytes.HasPrefix(look, []byte("\xfe\xff")) {
		return errors.New("it is UTF-16: save it as UTF-8")
	}
	if mark := []byte("\xef\xbb\xbf"); bytes.HasPrefix(look, mark) {
		_, _ = r.Discard(len(mark))
		look = look[len(mark):]
	}
	text := bytes.TrimSpace(look)
	first, _, whole := bytes.Cut(text, []byte("\n"))
	switch {
	case len(text) == 0 && len(look) < maxLook:
		return ErrEmpty
	case len(text) == 0:
		return ErrFormat
	case text[0] == '[':
		return errors.New("it is a JSON array: `jq -c '.[]'` makes lines of it, which hook reads")
	case text[0] == '{' && isHAR(text):
		return readHAR(r, most, yield)
	case text[0] == '{' && whole && !json.Valid(first) && bytes.Equal(bytes.TrimSpace(first), []byte("{")):
		return readValues(r, most, yield)
	case text[0] == '{':
		return readLines(r, most, yield)
	}
	if !pasted.Looks(text) {
		return ErrFormat
	}
	all, err := io.ReadAll(&bounded{in: r, most: most})
	if err != nil {
		return worded(err)
	}
	return readRequests(all, files, yield)
}

// readLines reads a record from each line.
func readLines(r *bufio.Reader, most int, yield yielder) error {
	for number := 1; ; number++ {
		f := Found{At: fmt.Sprintf("line %d", number)}
		line, err := readLine(r, most)
		if line = bytes.TrimSpace(line); len(line) > 0 {
			f.readRecord(line)
		} else if long, ok := errors.AsType[longError](err); ok {
			f.Err, err = long, nil
		}
		if (f.Delivery != nil || f.Err != nil || f.Notes != nil) && !yield(f) {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// A longError is that a piece of a file has more bytes than this.
type longError int

func (e longError) Error() string { return fmt.Sprintf("it is longer than %d MiB", int(e)>>20) }

// readLine is the next line. One that is longer than most is passed over, with a longError.
func readLine(r *bufio.Reader, most int) (line []byte, err error) {
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(line)+len(part) > most; long {
			line = nil
		} else {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case long && err == nil:
			return nil, longError(most)
		case long && errors.Is(err, io.EOF):
			return nil, longError(most) // and the next line is none
		default:
			return line, err
		}
	}
}

// readValues reads records that are spread over lines.
func readValues(r io.Reader, most int, yield yielder) error {
	bound := &bounded{in: r, most: most}
	d := json.NewDecoder(bound)
	for number := 1; ; number++ {
		bound.reset()
		var raw json.RawMessage
		f := Found{At: fmt.Sprintf("delivery %d", number)}
		err := d.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.At, worded(err))
		}
		if f.readRecord(raw); !yield(f) {
			return nil
		}
	}
}

// readRecord makes a delivery of a record's JSON. Other lines of --json are noted, and none.
func (f *Found) readRecord(text []byte) {
	var r Record
	if f.Err = json.Unmarshal(text, &r); f.Err != nil {
		f.Err = worded(f.Err)
		return
	}
	switch r.Type {
	case "ready", "state", "error", "summary":
		f.note("it is no delivery: a line of the type " + r.Type)
		return
	}
	f.Own = r.ID != ""
	f.Delivery, f.Err = r.Delivery()
}

// worded says what is wrong with a JSON text for people who didn't write it.
func worded(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || strings.Contains(err.Error(), "unexpected end of JSON input") {
		return errors.New("it ends in the middle")
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("it is no JSON: %w", err)
	}
	return err
}

// A bounded reader reads most bytes between two resets.
type bounded struct {
	in         io.Reader
	most, read int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.read >= b.most {
		return 0, longError(b.most)
	}
	n, err := b.in.Read(p[:min(len(p), b.most-b.read)])
	b.read += n
	return n, err
}

func (b *bounded) reset() { b.read = 0 }
