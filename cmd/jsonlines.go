package cmd

import (
	"io"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
)

// The objects that --json prints, one a line. Those of deliveries are package export's, which reads them too.

type deliveryJSON = export.Line

// summaryJSON is a delivery in a list, without what lets in whoever sends it: logs are full of these lines. The whole of it,
// to the byte, is fullJSON's.
func summaryJSON(s inspect.Summary) deliveryJSON {
	line := export.LineOf(s)
	line.Path, line.Target = inspect.MaskAccess(line.Path), inspect.MaskAccess(line.Target)
	return line
}

func fullJSON(d *inspect.Delivery) export.Record { return export.RecordOf(d) }

// stamp is a time as JSON has it.
func stamp(t time.Time) string { return export.Stamp(t) }

func milliseconds(d time.Duration) float64 { return export.Milliseconds(d) }

// printJSON prints v on a line of its own, of which a terminal shows every character and acts on none.
func printJSON(w io.Writer, v any) error {
	line, err := export.JSON(v)
	if err != nil {
		return err
	}
	_, err = w.Write(line)
	return err
}

// visibleJSON is a JSON text of which a terminal shows every character: the same value.
func visibleJSON(s string) string { return export.VisibleJSON(s) }
