package inspect

import (
	"bytes"
	"iter"
)

const maxParts = 1000 // of one body; what follows belongs to the last

// A partAt is where in a multipart body a part stands.
type partAt struct {
	start int // of its header
	body  int // behind the empty line
	end   int // before the line break that belongs to the delimiter
}

// hasParts says whether body has a delimiter with that boundary.
func hasParts(boundary string, body []byte) bool {
	for range partsOf(boundary, body) {
		return true
	}
	return false
}

// partsOf are the parts of a multipart body, as RFC 2046 delimits them, each with whether it is the last and closed.
func partsOf(boundary string, body []byte) iter.Seq2[partAt, bool] {
	return func(yield func(partAt, bool) bool) {
		if boundary == "" || len(boundary) > 200 {
			return
		}
		delimiter := []byte("\n--" + boundary)
		_, start, closed := nextDelimiter(body, 0, delimiter)
		for n := 1; start >= 0 && !closed; n++ {
			end, next, last := len(body), -1, false
			if n < maxParts {
				end, next, last = nextDelimiter(body, start, delimiter)
			}
			if !yield(partAt{start, partBody(body, start, end), end}, last) {
				return
			}
			start, closed = next, last
		}
	}
}

// nextDelimiter finds a delimiter at the beginning of a line: where the content before it ends, and what is behind its
// line begins, -1 if there is none; closed says that no part follows. The delimiter comes with the break before it.
func nextDelimiter(body []byte, from int, behindBreak []byte) (end, next int, closed bool) {
	delimiter := behindBreak[1:]
	for at := from; ; {
		if at > from || !bytes.HasPrefix(body[at:], delimiter) {
			i := bytes.Index(body[at:], behindBreak)
			if i < 0 {
				return len(body), -1, false
			}
			at += i + 1
		}
		i := at
		at += len(delimiter)
		rest, closed := bytes.CutPrefix(body[at:], []byte("--"))
		line, _, broken := bytes.Cut(rest, []byte("\n"))
		if len(bytes.TrimSpace(line)) > 0 {
			continue
		}
		next = len(body) - len(rest) + len(line)
		if broken {
			next++
		}
		end = i
		if end > from && body[end-1] == '\n' {
			if end--; end > from && body[end-1] == '\r' {
				end--
			}
		}
		return end, next, closed
	}
}

// partBody is where the body of the part from start to end begins.
func partBody(body []byte, start, end int) int {
	for at := start; at < end; {
		i := bytes.IndexByte(body[at:end], '\n')
		if i < 0 {
			break
		}
		if line := bytes.TrimRight(body[at:at+i], "\r"); len(line) == 0 {
			return at + i + 1
		}
		at += i + 1
	}
	return end
}
