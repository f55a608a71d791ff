package state

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// startTimeout is how long the engine may take to be ready. That is some ten milliseconds, but after a crash it reads its
// files through first.
const startTimeout = 30 * time.Second

// answersWithin is how long the engine may take for one thing that it is asked, some thousand times what it needs: a machine may
// stand still for longer than the library's own 5 s.
const answersWithin = 10 * time.Second

// An engine is a connection to JetStream, and the server behind it if that is ours.
type engine struct {
	options *server.Options
	log     engineLog
	conn    *nats.Conn
	js      jetstream.JetStream

	mu     sync.Mutex
	server *server.Server // nil if there is none
}

// maxPayload is the largest message that the engine takes: a held delivery with its head. NATS allows no more.
const maxPayload = 64 << 20

// startEngine starts a server in this process that listens on no port, with its files in dir. It calls ails when it can't
// write any more.
func startEngine(dir string, log *slog.Logger, ails func(error)) (*engine, error) {
	e := &engine{log: engineLog{log, ails}, options: &server.Options{
		ServerName: "hook-relay", DontListen: true, JetStream: true, StoreDir: dir, NoSigs: true, DisableJetStreamBanner: true,
		SyncAlways: true, // its default acknowledges up to two minutes before the disk has it
		// Without a limit it would set itself one by what the disk has at the start, and not take more when there is more.
		JetStreamMaxMemory: 1 << 20, JetStreamMaxStore: 1 << 50, MaxPayload: maxPayload,
	}}
	err := e.start()
	if err != nil {
		return nil, err
	}
	if e.conn, err = nats.Connect("", nats.InProcessServer(e), nats.Timeout(startTimeout), nats.MaxReconnects(-1), nats.ReconnectWait(10*time.Millisecond), nats.ReconnectJitter(0, 0)); err != nil {
		e.close()
		return nil, fmt.Errorf("connect to the engine: %w", err)
	}
	if e.js, err = jetstream.New(e.conn, jetstream.WithDefaultTimeout(answersWithin)); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

// start starts a server.
func (e *engine) start() error {
	s, err := server.NewServer(e.options.Clone())
	if err != nil {
		return fmt.Errorf("start the engine: %w", err)
	}
	s.SetLoggerV2(e.log, false, false, false)
	s.Start()
	if !s.ReadyForConnections(startTimeout) {
		s.Shutdown()
		return fmt.Errorf("start the engine: it was not ready within %s", startTimeout)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.server = s
	return nil
}

// stop ends the server with all that it has to write.
func (e *engine) stop() {
	e.mu.Lock()
	s := e.server
	e.server = nil
	e.mu.Unlock()
	if s != nil {
		s.Shutdown()
		s.WaitForShutdown()
	}
}

// InProcessConn is nats.InProcessConnProvider's: whichever server there is. So the connection, and what was made of it, outlives
// a server that is replaced.
func (e *engine) InProcessConn() (net.Conn, error) {
	e.mu.Lock()
	s := e.server
	e.mu.Unlock()
	if s == nil {
		return nil, errors.New("the engine is being started")
	}
	return s.InProcessConn()
}

// restart puts a new server in the place of the old one, over the same files, and returns when the connection is to that: what is
// sent before would be lost with the old one.
func (e *engine) restart(ctx context.Context) error {
	e.stop()
	if err := e.start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for e.conn.ConnectedServerId() != e.server.ID() {
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("connect to the engine that was started anew: %w", ctx.Err())
		}
	}
	return nil
}

// close ends the connection and the server.
func (e *engine) close() {
	if e.conn != nil {
		e.conn.Close()
	}
	e.stop()
}

// bucket opens a key-value bucket, and makes it at the first time.
func (e *engine) bucket(ctx context.Context, name, about string) (jetstream.KeyValue, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout) // as after a crash it may still read its files
	defer cancel()
	kv, err := e.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: name, Description: about, History: 1})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	return kv, nil
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
	switch text := fmt.Sprintf(format, v...); {
	case strings.HasPrefix(format, "Maximum payloads over"): // we mean it
	case strings.Contains(text, "Recovering stream state from index errored"): // why was said before
	case indexAlone(text):
		l.log.Info("an index in the data folder is made anew, from what was stored", "engine", text)
	case strings.Contains(text, "corrupt"), strings.Contains(text, "could not locate msg block"):
		l.log.Error("the data folder is damaged, and something that was stored may be lost: restore it from a backup", "engine", text)
	default:
		l.log.Warn("engine", "says", text)
	}
}

// indexAlone says whether a warning is about a file that the engine makes anew from the messages beside it: after a crash, or a disk that
// had no room for it at the end, it is behind them, empty or half.
func indexAlone(text string) bool {
	_, about, ok := strings.Cut(text, "] Stream state ")
	return ok && slices.ContainsFunc([]string{
		"outdated", "too short", "checksum did not match", "magic and version mismatch", "bad subject len", "corrupt subject", "error decoding", "has no checksum",
	}, func(begin string) bool { return strings.HasPrefix(about, begin) })
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
