package inspect

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// packed is body in a coding.
func packed(t testing.TB, coding string, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "raw deflate":
		w, _ = flate.NewWriter(&b, 6)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		w, _ = zstd.NewWriter(&b)
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecoded(t *testing.T) {
	plain := []byte(`{"tea":"green"}`)
	for coding, header := range map[string]string{"gzip": "GZIP", "deflate": "deflate", "raw deflate": "deflate", "br": "br", "zstd": "zstd"} {
		body := packed(t, coding, plain)
		got, note, err := Decoded(http.Header{"Content-Encoding": {header}}, body, DecodeLimit)
		if err != nil || !bytes.Equal(got, plain) || !strings.Contains(note, "decoded from ") {
			t.Errorf("%s: %q, %q, %v", coding, got, note, err)
		}
		if got, _, err := Decoded(http.Header{"Content-Encoding": {header}}, body[:len(body)-3], DecodeLimit); err == nil {
			t.Errorf("%s, cut off: %q", coding, got)
		}
	}
	stacked := packed(t, "br", packed(t, "gzip", plain))
	if got, _, err := Decoded(http.Header{"Content-Encoding": {"gzip, br"}}, stacked, DecodeLimit); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("stacked: %q, %v", got, err)
	}
	if got, note, err := Decoded(http.Header{"Content-Encoding": {"identity"}}, plain, 1); err != nil || note != "" || !bytes.Equal(got, plain) {
		t.Errorf("not packed: %q, %q, %v", got, note, err)
	}
	for _, wrong := range []string{"compress", "gzip, gzip, gzip, gzip, gzip", "zstd"} {
		if got, _, err := Decoded(http.Header{"Content-Encoding": {wrong}}, plain, DecodeLimit); err == nil || len(got) > 0 {
			t.Errorf("%s: %q, %v", wrong, got, err)
		}
	}
}

func TestDecodedStops(t *testing.T) {
	zeros := make([]byte, 12<<20) // more than the limit
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		bomb := packed(t, coding, zeros)
		got, note, err := Decoded(http.Header{"Content-Encoding": {coding}}, bomb, DecodeLimit)
		if err != nil || len(got) > DecodeLimit || !strings.Contains(note, "only the first") {
			t.Errorf("%s: %d bytes, %q, %v", coding, len(got), note, err)
		}
		bomb = packed(t, coding, packed(t, coding, zeros))
		if got, note, err := Decoded(http.Header{"Content-Encoding": {coding + "," + coding}}, bomb, 1<<20); err != nil || len(got) > 1<<20 || !strings.Contains(note, "only the first") {
			t.Errorf("%s, twice: %d bytes, %q, %v", coding, len(got), note, err)
		}
	}
}

func TestACompressedBodyIsShown(t *testing.T) {
	h := http.Header{"Content-Encoding": {"gzip"}, "Content-Type": {"application/json"}}
	body := packed(t, "gzip", []byte(`{"token":"abcdefgh12345678"}`))
	r := Render(h, CaptureOf(body), true)
	got := ""
	for line := range r.Lines() {
		got += line.String() + "\n"
	}
	if want := "{\n  \"token\": \"[masked]\"\n}\n"; !strings.HasSuffix(got, want) || !strings.HasPrefix(got, "gzip, decoded from ") || r.Masked != 1 {
		t.Errorf("got %s, %d masked", got, r.Masked)
	}
	for line := range Render(h, CaptureOf([]byte("not packed")), false).Lines() {
		if want := "it is not the gzip that its Content-Encoding says"; !strings.Contains(line.String(), want) {
			t.Errorf("got %s, want %s", line, want)
		}
		break
	}
}
