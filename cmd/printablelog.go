package cmd

import (
	"fmt"
	"log/slog"

	"github.com/seed-4575fdc3/hook/inspect"
)

// printableLog are options of a log in which everything that others said is printable: log/slog's own handlers let some of
// what a terminal acts on through.
func printableLog() *slog.HandlerOptions {
	return &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch value := a.Value.Resolve(); value.Kind() {
		case slog.KindString:
			a.Value = slog.StringValue(inspect.Printable(value.String()))
		case slog.KindAny:
			switch said := value.Any().(type) {
			case error:
				a.Value = slog.StringValue(inspect.Printable(said.Error()))
			case fmt.Stringer:
				a.Value = slog.StringValue(inspect.Printable(said.String()))
			}
		}
		return a
	}}
}
