package inspect

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

const (
	// DecodeLimit is how many bytes of a compressed body are decoded to be shown or compared.
	DecodeLimit = 10 << 20

	maxCodings  = 4       // on top of each other
	bombFrom    = 1 << 20 // bytes from which on a body that grows too much is taken for a bomb
	bombRatio   = 200     // times that it may grow
	zstdHistory = 8 << 20 // bytes of a zstd window, which it may ask for; RFC 8878 advises to allow these
)

// errBomb ends the decoding of what grows too much.
var errBomb = errors.New("it grows too much")

// Decoded is body without the compressions that the Content-Encoding in h names, for display only: gzip, deflate, br, zstd, also on top
// of each other. It is body itself if there are none. At most limit bytes are decoded, and not so many of what grows more
// than 200-fold; note then says so, as it says what was decoded; it is empty if nothing was.
//
// The error says why not all of it could be decoded; what could be comes with it, which may be nothing.
func Decoded(h http.Header, body []byte, limit int) (decoded []byte, note string, err error) {
	codings := contentCodings(h)
	if len(codings) == 0 || len(body) == 0 {
		return body, "", nil
	}
	names := Printable(strings.Join(codings, ", "))
	if len(codings) > maxCodings {
		return nil, "", fmt.Errorf("its Content-Encoding names %d codings; at most %d are decoded", len(codings), maxCodings)
	}
	var r io.Reader = strings.NewReader(string(body))
	for i := len(codings) - 1; i >= 0; i-- { // the last was applied last
		next, done, err := openCoding(codings[i], r)
		if err != nil {
			return nil, "", err
		}
		defer done()
		r = &bounded{r: next, ratio: max(bombFrom, bombRatio*len(body)), left: limit + 1}
	}
	decoded, err = io.ReadAll(r)
	switch {
	case errors.Is(err, errBomb):
		return decoded, fmt.Sprintf("%s, of which only the first %s are decoded: it grows more than %d-fold", names, sizeWords(len(decoded)), bombRatio), nil
	case len(decoded) > limit:
		return decoded[:limit], fmt.Sprintf("%s, of which only the first %s are decoded", names, sizeWords(limit)), nil
	case err != nil:
		return decoded, names + ", decoded as far as it goes", fmt.Errorf("it is not the %s that its Content-Encoding says: %w", names, err)
	}
	return decoded, fmt.Sprintf("%s, decoded from %s", names, sizeWords(len(body))), nil
}

// contentCodings are the codings that h names, in lower case, in the order in which they were applied.
func contentCodings(h http.Header) []string {
	var codings []string
	for _, value := range h["Content-Encoding"] {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.ToLower(strings.TrimSpace(name)); name != "" && name != "identity" {
				codings = append(codings, name)
			}
		}
	}
	return codings
}

// openCoding reads what r has in that coding; done frees what that takes.
func openCoding(name string, r io.Reader) (opened io.Reader, done func(), err error) {
	done = func() {}
	switch name {
	case "gzip", "x-gzip":
		opened, err = gzip.NewReader(r)
	case "br":
		opened = brotli.NewReader(r)
	case "zstd":
		var z *zstd.Decoder
		if z, err = zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdHistory)); err == nil {
			opened, done = z, z.Close
		}
	case "deflate": // is zlib's format by RFC 9110, and without its frame by what some send
		head := bufio.NewReader(r)
		if two, _ := head.Peek(2); len(two) == 2 && two[0]&0x0f == 8 && (int(two[0])<<8|int(two[1]))%31 == 0 {
			opened, err = zlib.NewReader(head)
		} else {
			opened = flate.NewReader(head)
		}
	default:
		return nil, done, fmt.Errorf("its Content-Encoding %s is none that hook decodes", Printable(name))
	}
	if err != nil {
		return nil, done, fmt.Errorf("it is not the %s that its Content-Encoding says: %w", name, err)
	}
	return opened, done, nil
}

// bounded reads up to a number of bytes, and up to fewer of what grows too much.
type bounded struct {
	r     io.Reader
	read  int
	ratio int // bytes from which on it is a bomb
	left  int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, io.EOF
	}
	if b.read >= b.ratio {
		return 0, errBomb
	}
	n, err := b.r.Read(p[:min(len(p), b.left, b.ratio-b.read)])
	b.read += n
	b.left -= n
	return n, err
}

// sizeWords is a number of bytes for people: "312 bytes", "1.4 MiB".
func sizeWords(n int) string {
	switch {
	case n == 1:
		return "1 byte"
	case n < 1<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
