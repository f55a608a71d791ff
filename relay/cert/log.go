package cert

import (
	"context"
	"log/slog"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/seed-4575fdc3/hook/inspect"
)

// zapTo is a log for certmagic that ends in ours. All that it says is for debugging: Run says what matters, and strangers can make it
// say much by the names that they ask for.
func zapTo(log *slog.Logger) *zap.Logger { return zap.New(&zapCore{log: log}) }

type zapCore struct{ log *slog.Logger }

func (c *zapCore) Enabled(zapcore.Level) bool {
	return c.log.Enabled(context.Background(), slog.LevelDebug)
}

func (c *zapCore) With(fields []zapcore.Field) zapcore.Core {
	return &zapCore{c.log.With(attributes(fields)...)}
}

func (c *zapCore) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return checked.AddCore(e, c)
	}
	return checked
}

func (c *zapCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	c.log.Debug("acme: "+inspect.Printable(e.Message), append(attributes(fields), "as", e.Level.String())...)
	return nil
}

func (c *zapCore) Sync() error { return nil }

// attributes are the fields as printable text: they hold what authorities and strangers say.
func attributes(fields []zapcore.Field) []any {
	encoded := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		f.AddTo(encoded)
	}
	var all []any
	for _, f := range fields {
		if value, ok := encoded.Fields[f.Key]; ok {
			all = append(all, slog.String(f.Key, inspect.Printable(slog.AnyValue(value).String())))
		}
	}
	return all
}
