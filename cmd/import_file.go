package cmd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// file reads one file; "-" is standard input.
func (i *importing) file(ctx context.Context, name string) error {
	i.name, i.seen = name, make(map[string]int)
	in := i.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		if info, err := file.Stat(); err == nil && info.IsDir() {
			return fail(exitFailed, "name the files in it", "it is a folder")
		}
		in = file
	}
	b := bufio.NewReader(in)
	magic := []byte("SQLite format 3\x00")
	if begin, _ := b.Peek(len(magic)); bytes.Equal(begin, magic) {
		if name != "-" {
			return i.database(ctx, name)
		}
		return i.databaseFrom(ctx, b)
	}
	for f, err := range export.Read(b, readNamed) {
		if err == nil {
			err = i.take(ctx, f)
		}
		if errors.Is(err, export.ErrFormat) && mayBeHistory(name) { // whose beginning is lost
			if i.salvage(ctx, name, nil) == nil {
				i.sum.failed++
				_, _ = fmt.Fprintf(i.err, "hook: warning: %s is damaged: what can still be read of it is taken\n", inspect.Printable(name))
				return nil
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mayBeHistory says whether a file is named as a history or a session is.
func mayBeHistory(name string) bool {
	return name != "-" && (strings.HasSuffix(name, ".db") || formatOf(name) == asSession)
}

// readNamed reads the file that a curl command sends.
func readNamed(name string) ([]byte, error) {
	if name == "-" {
		return nil, errors.New("it is to come from standard input, which is not in the text")
	}
	return os.ReadFile(name)
}

// database reads a session, or another history. Of a damaged one it takes what can still be read.
func (i *importing) database(ctx context.Context, path string) error {
	taken := make(map[string]bool)
	err := i.databaseWhole(ctx, path, taken)
	if !history.IsDamaged(err) {
		return err
	}
	i.sum.failed++
	_, _ = fmt.Fprintf(i.err, "hook: warning: %s is damaged: what can still be read of it is taken\n", inspect.Printable(i.name))
	return i.salvage(ctx, path, taken)
}

func (i *importing) databaseWhole(ctx context.Context, path string, taken map[string]bool) error {
	store, err := history.Open(ctx, path, history.Options{ReadOnly: true})
	if newer, ok := errors.AsType[*history.NewerError](err); ok {
		return fail(exitFailed, "upgrade hook", "%w", newer)
	}
	if errors.Is(err, history.ErrNotHistory) {
		return fail(exitFailed, "`hook export --as session` writes what can be imported", "it is a database of another program")
	}
	if err != nil {
		return err
	}
	for d, err := range store.EachWhole(ctx, history.Query{OldestFirst: true, AllProjects: true}) {
		if err == nil {
			taken[d.ID] = true
			err = i.take(ctx, export.Found{Delivery: d, Own: true})
		}
		if err != nil {
			return errors.Join(err, store.Close())
		}
	}
	return store.Close()
}

func (i *importing) salvage(ctx context.Context, path string, taken map[string]bool) error {
	for d, err := range history.Salvage(ctx, path) {
		if err == nil && !taken[d.ID] {
			err = i.take(ctx, export.Found{Delivery: d, Own: true})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// databaseFrom is database for one that comes through a pipe: SQLite wants a file.
func (i *importing) databaseFrom(ctx context.Context, in io.Reader) error {
	file, err := os.CreateTemp("", "hook-import-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = io.Copy(file, in)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return i.database(ctx, file.Name())
}
