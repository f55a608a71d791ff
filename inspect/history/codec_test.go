package history

import (
	"maps"
	"math"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"
)

func TestHeaderCodec(t *testing.T) {
	for _, want := range []http.Header{
		nil, {}, {"A": {}}, {"A": {""}}, {"": {"x"}}, {"B": {"2", "1", "2"}, "A": {"\xff\x00\n"}},
	} {
		got, err := decodeHeader(appendHeader(nil, want))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %#v, %v; want %#v", got, err, want)
		}
	}
	for _, bad := range []string{"\x01", "\x01\x01", "\x01\x01a", "\xff\xff\xff\xff\x0f", "\x00x", "\x01\x01a\x01\x05x"} {
		if got, err := decodeHeader([]byte(bad)); err == nil || got != nil {
			t.Errorf("%q: got %v, %v; want an error alone", bad, got, err)
		}
	}
}

func FuzzHeaderCodec(f *testing.F) {
	f.Add(appendHeader(nil, http.Header{"B": {"2", "1"}, "A": {"\xff"}}))
	f.Add([]byte("\x01\x01a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := decodeHeader(b)
		if err != nil {
			if h != nil {
				t.Errorf("got %v beside the error %v", h, err)
			}
			return
		}
		again, err := decodeHeader(appendHeader(nil, h))
		if err != nil || !maps.EqualFunc(again, h, slices.Equal) {
			t.Errorf("got %v, %v; want %v", again, err, h)
		}
	})
}

func TestTimes(t *testing.T) {
	for _, want := range []time.Time{{}, time.Unix(0, 1).UTC(), time.Unix(-1, 0).UTC(), start.Add(123456789)} {
		if got := timeOf(nanoseconds(want)); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if got := nanoseconds(time.Unix(1<<50, 0)); got != math.MaxInt64 {
		t.Errorf("a far future: got %d, want the largest number", got)
	}
	if got := nanoseconds(time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)); got != math.MinInt64 {
		t.Errorf("a far past: got %d, want the smallest number", got)
	}
}
