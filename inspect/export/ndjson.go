package export

import (
	"io"

	"github.com/seed-4575fdc3/hook/inspect"
)

// An ndjsonEncoder writes the lines of `hook show --json`.
type ndjsonEncoder struct{ w io.Writer }

func (e ndjsonEncoder) Add(d *inspect.Delivery) error {
	line, err := JSON(RecordOf(d))
	if err != nil {
		return err
	}
	_, err = e.w.Write(line)
	return err
}

func (ndjsonEncoder) Close() error { return nil }

func newNDJSON(w io.Writer, _ Options) Encoder { return ndjsonEncoder{w} }
