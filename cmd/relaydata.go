package cmd

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/admin"
	"github.com/seed-4575fdc3/hook/relay/state"
)

// A relayData is a relay's data folder while this process has it open, and the operator's socket in there.
type relayData struct {
	dir    string
	store  *state.Store
	api    *admin.API
	file   relay.Tokens // of --token-file; nil without
	socket net.Listener
	looks  *relayWatch // nil where nothing is served
	log    *slog.Logger
}

// sweepEvery is how often names are looked for whose time is over.
const sweepEvery = time.Minute

// dataFolder is where a relay keeps what outlives it.
func (o *relayOptions) dataFolder() string {
	if o.data != "" {
		return o.data
	}
	return findHome().relay()
}

// open takes the data folder.
func (o *relayOptions) open(ctx context.Context, log *slog.Logger) (*relayData, error) {
	if err := notAnothers(o.dataFolder()); err != nil {
		return nil, err
	}
	h := &relayData{dir: o.dataFolder(), log: log}
	store, err := state.Open(ctx, h.dir, o.hold.limits, log)
	_, newer := errors.AsType[*state.NewerError](err)
	switch {
	case errors.Is(err, state.ErrInUse):
		return nil, fail(exitFailed, "stop the other hook-relay, or give this one a folder of its own with --data", "%w", err)
	case errors.Is(err, state.ErrDamaged):
		return nil, fail(exitFailed, "restore the folder from a backup: docs/operating.md says how", "%w", err)
	case errors.Is(err, state.ErrNoRoom):
		return nil, fail(exitFailed, "make room there, or give a folder on another disk with --data", "%w", err)
	case newer:
		return nil, fail(exitFailed, "run the newer hook-relay, or give a folder of its own with --data", "%w", err)
	case err != nil:
		return nil, cmp.Or(notYours(exitFailed, h.dir, err), fail(exitFailed, "give a folder that can be written with --data", "%w", err))
	}
	h.store, h.api = store, admin.New(store, "hook-relay/"+Version)
	h.api.Event = eventOf
	return h, nil
}

// tokens are who may claim names: nil if anyone may.
func (o *relayOptions) tokens(h *relayData) (relay.Tokens, error) {
	switch {
	case o.anonymous:
		return nil, nil
	case o.tokenFile == "":
		return h.store, nil
	}
	file, err := relay.ReadTokenFile(o.tokenFile)
	if err != nil {
		return nil, tokenFileFault(o.tokenFile, err)
	}
	h.file = file
	return bothTokens{h.store, file}, nil
}

// bothTokens are those that were made here and those of a file.
type bothTokens struct {
	*state.Store
	file *relay.TokenFile
}

func (b bothTokens) Grant(token string) (relay.Grant, bool) {
	if g, ok := b.Store.Grant(token); ok {
		return g, true
	}
	return b.file.Grant(token)
}

// Stale is the file's.
func (b bothTokens) Stale() error { return b.file.Stale() }

// firstToken makes a token where tokens are wanted and there is none; else it is empty.
func (h *relayData) firstToken(ctx context.Context, wanted relay.Tokens) (string, error) {
	if wanted == nil || h.file != nil || len(h.store.Tokens()) > 0 {
		return "", nil
	}
	return h.store.CreateToken(ctx, admin.Operator, "first", state.Token{Scopes: []string{state.ScopeListen, state.ScopeRead}, Pattern: "*"})
}

// keep writes the first token to a file that only its owner can read, and names it.
func (h *relayData) keep(token string) (string, error) {
	path := filepath.Join(h.dir, "first-token")
	return path, os.WriteFile(path, []byte(token+"\n"), 0o600)
}

// socketName is where the operator's socket is in a data folder.
func socketName(dir string) string { return filepath.Join(dir, "admin.sock") }

// listen opens the operator's socket. Whoever can write the data folder may use it.
func (h *relayData) listen() error {
	path := socketName(h.dir)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // of one that was killed: the folder is ours
		return err
	}
	ln, err := net.Listen("unix", shortSocket(path))
	if err != nil {
		return fail(exitFailed, "a socket's path has at most about 100 characters: give a shorter --data", "operator's socket: %w", err)
	}
	h.socket = ln
	return os.Chmod(path, 0o600)
}

// shortSocket is a path as it goes into a socket's address, which has room for about a hundred characters.
func shortSocket(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(wd, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}

// run serves the operator's socket, looks on, and takes names out whose time is over, while serve does its work: until that is done,
// which may be a while after ctx ended.
func (h *relayData) run(ctx context.Context, serve func(context.Context) error) error {
	beside, stop := context.WithCancel(context.WithoutCancel(ctx))
	g, ctx := errgroup.WithContext(ctx)
	ctx, over := context.WithCancel(ctx)
	defer over()
	g.Go(func() error {
		defer stop()
		return serve(ctx)
	})
	g.Go(func() error { return serveBeside(beside, h.socket, h.api.Local()) })
	if h.looks != nil {
		g.Go(func() error { return h.looks.run(beside, over) })
	}
	g.Go(func() error { return h.sweep(beside) })
	return g.Wait()
}

// sweep runs until ctx ends.
func (h *relayData) sweep(ctx context.Context) error {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		gone, err := h.store.Sweep(ctx)
		if err != nil && ctx.Err() == nil {
			h.log.Error("release names whose time is over", "error", err)
		}
		for _, name := range gone {
			if _, known, err := h.store.Settings(ctx, name); known && err == nil {
				continue // it was claimed anew meanwhile
			}
			h.api.Disconnect(name, "the time for which the name "+name+" was claimed is over")
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (h *relayData) close() error {
	if h.socket != nil {
		_ = h.socket.Close() // it may be closed already
	}
	if h.looks != nil {
		h.looks.close()
	}
	return h.store.Close()
}
