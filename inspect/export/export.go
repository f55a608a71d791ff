// Package export writes deliveries in forms that other tools and people take, and reads them back.
//
// It decides nothing about secrets: what must not leave the machine is masked, by inspect.Mask, before a delivery comes here.
package export

import (
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

// An Encoder writes deliveries, the oldest first, in one format. It keeps none of them unless its format has to.
type Encoder interface {
	// Add writes a delivery. The encoder changes nothing of it.
	Add(d *inspect.Delivery) error
	// Close ends what is written. It does not close the writer.
	Close() error
}

// Options are what encoders may want to know. Each takes what concerns it.
type Options struct {
	// Where is where the request of a delivery is to be sent. Nil is PlaceOf. It is not asked by formats that say what came
	// and where that went.
	Where func(d *inspect.Delivery) (Place, error)

	Version string // hook's own, for formats that name what wrote them
	Reveal  bool   // the user asked for secrets to be left in
}

// A Format is one that deliveries can be written in.
type Format struct {
	Name       string   // what --as takes
	About      string   // what it is for, in a few words
	Extensions []string // of files in it, with the dot; the first is the usual one
	One        bool     // it holds one delivery; a second Add is an error
	Together   bool     // what was chosen belongs into one file: a folder of files, one each, makes no sense
	New        func(w io.Writer, o Options) Encoder
}

// Formats are all of them, in the order in which help shows them.
func Formats() []Format {
	return slices.Concat(requestFormats(), recordFormats(), codeFormats())
}

// Lookup is the format with that name.
func Lookup(name string) (Format, bool) {
	return find(func(f Format) bool { return f.Name == name })
}

// ByFile is the format that a file's name says.
func ByFile(name string) (Format, bool) {
	extension := strings.ToLower(filepath.Ext(name))
	return find(func(f Format) bool { return extension != "" && slices.Contains(f.Extensions, extension) })
}

func find(is func(Format) bool) (Format, bool) {
	all := Formats()
	i := slices.IndexFunc(all, is)
	if i < 0 {
		return Format{}, false
	}
	return all[i], true
}

// requestFormats are those that say how to send the request again.
func requestFormats() []Format {
	return []Format{
		{Name: "curl", About: "a command for each that sends its request again", Extensions: []string{".sh", ".curl"}, New: newCurl},
		{Name: "http", About: "the requests as they came, for `hook verify` and editors", Extensions: []string{".http", ".rest"}, New: newHTTP},
	}
}

// recordFormats are those that say all that came and what became of it.
func recordFormats() []Format {
	return []Format{
		{Name: "har", About: "for the network panel of a browser", Extensions: []string{".har"}, New: newHAR},
		{Name: "ndjson", About: "a line of JSON for each, with all that is known", Extensions: []string{".ndjson", ".jsonl"}, New: newNDJSON},
	}
}
