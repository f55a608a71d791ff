package state

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
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
	store  server.JetStreamConfig
	conn   *nats.Conn
	js     jetstream.JetStream
}

// maxPayload is the largest message that the engine takes: a held delivery with its head. NATS allows no more.
const maxPayload = 64 << 20

// startEngine starts a server in this process that listens on no port, with its files in dir. It calls ails when it can't
// write any more.
func startEngine(dir string, log *slog.Logger, ails func(error)) (*engine, error) {
	// It would shrink its limit for files to what the disk has at the start, and keep no more even if there is room later.
	store := server.JetStreamConfig{StoreDir: filepath.Join(dir, "jetstream"), MaxMemory: 1 << 20, MaxStore: 1 << 50, SyncAlways: true}
	s, err := server.NewServer(&server.Options{
		ServerName: "hook-relay", DontListen: true, JetStream: true, StoreDir: dir, NoSigs: true, DisableJetStreamBanner: true,
		SyncAlways:         true, // its default acknowledges up to two minutes before the disk has it
		JetStreamMaxMemory: store.MaxMemory, JetStreamMaxStore: store.MaxStore, MaxPayload: maxPayload,
	})
	if err != nil {
		return nil, fmt.Errorf("start the engine: %w", err)
	}
	s.SetLoggerV2(engineLog{log, ails}, false, false, false)
	s.Start()
	if !s.ReadyForConnections(startTimeout) {
		s.Shutdown()
		return nil, fmt.Errorf("start the engine: it was not ready within %s", startTimeout)
	}
	e := &engine{server: s, store: store}
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

// restart has the server read its files anew. The connection, and what was made of it, stays.
func (e *engine) restart() error {
	if err := e.server.ShutdownJetStream(); err != nil {
		return fmt.Errorf("stop the engine: %w", err)
	}
	store := e.store // which it keeps
	if err := e.server.EnableJetStream(&store); err != nil {
		return fmt.Errorf("start the engine again: %w", err)
	}
	return nil
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
type engineLog struct {
	log  *slog.Logger
	ails func(error)
}

func (l engineLog) Noticef(format string, v ...any) {
	l.log.Debug("engine", "says", fmt.Sprintf(format, v...))
}
func (l engineLog) Warnf(format string, v ...any) {
	if !strings.HasPrefix(format, "Maximum payloads over") { // we mean it
		l.log.Warn("engine", "says", fmt.Sprintf(format, v...))
	}
}

// Errorf looks for what nobody else is told of: after a write that failed, the engine doesn't answer whoever had it write.
func (l engineLog) Errorf(format string, v ...any) {
	text := fmt.Sprintf(format, v...)
	l.log.Error("engine", "says", text)
	if strings.Contains(text, "critical write error") || strings.Contains(text, "Critical write error") {
		l.ails(errors.New(text))
	}
}

func (l engineLog) Fatalf(format string, v ...any) {
	l.log.Error("engine", "says", fmt.Sprintf(format, v...))
}
func (l engineLog) Debugf(string, ...any) {}
func (l engineLog) Tracef(string, ...any) {}
