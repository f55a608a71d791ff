package cmd

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
)

// An exportFile is where an export is written. A file has its name only once it is whole; until then, abandon leaves nothing.
type exportFile struct {
	io.Writer
	buffer *bufio.Writer // nil for a terminal
	file   *os.File      // nil for stdout
	path   string        // which the file gets; empty if it has it already
	force  bool
}

// openExport opens the file at path; "" and "-" are stdout.
func (p place) openExport(path string, force bool) (*exportFile, error) {
	if path == "" || path == "-" {
		if isTerminal(p.out) {
			return &exportFile{Writer: textOnly{p.out}}, nil
		}
		b := bufio.NewWriter(p.out)
		return &exportFile{Writer: b, buffer: b}, nil
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular(): // a pipe, a device
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		b := bufio.NewWriter(file)
		return &exportFile{Writer: b, buffer: b, file: file}, nil
	case err == nil && !force:
		return nil, alreadyThere(path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+inspect.FileName(filepath.Base(path))+".*")
	if open, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, fail(exitFailed, "-o FILE names another place", "export: write %s: %w", path, open.Err)
	}
	if err != nil {
		return nil, err
	}
	b := bufio.NewWriterSize(file, 256<<10)
	return &exportFile{Writer: b, buffer: b, file: file, path: path, force: force}, nil
}

func alreadyThere(path string) error {
	return fail(exitFailed, "--force overwrites it", "export: %s is there already", path)
}

// done ends a file that is whole.
func (f *exportFile) done() error {
	if f.buffer != nil {
		if err := f.buffer.Flush(); err != nil {
			return err
		}
	}
	if f.file == nil {
		return nil
	}
	if err := f.file.Close(); err != nil {
		return err
	}
	if f.path == "" {
		return nil
	}
	if !f.force {
		err := os.Link(f.file.Name(), f.path) // which never replaces anything
		if errors.Is(err, fs.ErrExist) {
			return alreadyThere(f.path)
		}
		if err == nil {
			return nil // abandon takes the other name away
		}
	}
	return os.Rename(f.file.Name(), f.path)
}

// abandon takes away what was not done.
func (f *exportFile) abandon() {
	if f.file == nil {
		return
	}
	_ = f.file.Close()
	if f.path != "" {
		_ = os.Remove(f.file.Name())
	}
}

// textOnly is a terminal, which is given nothing that it would act on.
type textOnly struct{ terminal io.Writer }

func (t textOnly) Write(b []byte) (int, error) {
	if !export.IsText(b) {
		return 0, fail(exitFailed, "send it to a file: -o FILE", "export: what it holds is no text that a terminal could show")
	}
	return t.terminal.Write(b)
}
