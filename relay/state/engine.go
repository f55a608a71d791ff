package state

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// startTimeout is how long the engine may take to be ready. That is some ten milliseconds, but after a crash it reads its
// files through first.
const startTimeout = 30 * time.Second

// An engine is a connection to JetStream, and the server behind it if that is ours.
type engine struct {
	server *server.Server // nil if it is elsewhere
	conn   *nats.Conn
	js     jetstream.JetStream
}

// startEngine starts a server in this process that listens on no port, with its files in dir.
func startEngine(dir string, log *slog.Logger) (*engine, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "hook-relay", DontListen: true, JetStream: true, StoreDir: dir, NoSigs: true, DisableJetStreamBanner: true,
		SyncAlways:         true, // its default acknowledges up to two minutes before the disk has it
		JetStreamMaxMemory: 1 << 20, JetStreamMaxStore: -1,
	})
	if err != nil {
		return nil, fmt.Errorf("start the engine: %w", err)
	}
	s.SetLoggerV2(engineLog{log}, false, false, false)
	s.Start()
	if !s.ReadyForConnections(startTimeout) {
		s.Shutdown()
		return nil, fmt.Errorf("start the engine: it was not ready within %s", startTimeout)
	}
	e := &engine{server: s}
	if e.conn, err = nats.Connect("", nats.InProcessServer(s), nats.MaxReconnects(-1)); err != nil {
		e.close()
		return nil, fmt.Errorf("connect to the engine: %w", err)
	}
	if e.js, err = jetstream.New(e.conn); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

// bucket opens a key-value bucket, and makes it at the first time.
func (e *engine) bucket(ctx context.Context, name, about string) (jetstream.KeyValue, error) {
	kv, err := e.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: name, Description: about, History: 1})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	return kv, nil
}

// close ends the connection, and the server with all that it has to write.
func (e *engine) close() {
	if e.conn != nil {
		e.conn.Close()
	}
	if e.server != nil {
		e.server.Shutdown()
		e.server.WaitForShutdown()
	}
}

// engineLog passes on what the engine says. Its notices tell of its own start and stop, which are ours.
type engineLog struct{ log *slog.Logger }

func (l engineLog) Noticef(format string, v ...any) {
	l.log.Debug("engine", "says", fmt.Sprintf(format, v...))
}
func (l engineLog) Warnf(format string, v ...any) {
	l.log.Warn("engine", "says", fmt.Sprintf(format, v...))
}
func (l engineLog) Errorf(format string, v ...any) {
	l.log.Error("engine", "says", fmt.Sprintf(format, v...))
}
func (l engineLog) Fatalf(format string, v ...any) {
	l.log.Error("engine", "says", fmt.Sprintf(format, v...))
}
func (l engineLog) Debugf(string, ...any) {}
func (l engineLog) Tracef(string, ...any) {}
