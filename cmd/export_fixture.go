package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

func runExportFixture(ctx context.Context, p place, store *history.Store, o exportOptions) error {
	ref := o.refs[0]
	id, err := resolve(ctx, store, "export", ref)
	if err != nil {
		return err
	}
	d, err := whole(ctx, store, id)
	if err != nil {
		return err
	}
	draft, err := fixtures.FromDelivery(d)
	if err != nil {
		return fail(exitFailed, "`hook replay "+d.ID+"` delivers it as it is", "export %s: %w", ref, err)
	}
	path, err := o.path(p, d, draft)
	if err != nil {
		return err
	}
	if path == "-" {
		_, err := p.out.Write(draft.YAML)
		return err
	}
	if err := writeNew(path, draft.YAML, o.force); err != nil {
		return err
	}
	p.printChanges(draft.Changes)
	if _, err := fmt.Fprintln(p.out, path); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(p.err, "next: read it, then `%s`\n", sendCommand(p, path, draft))
	return nil
}

// path is where the fixture goes.
func (o exportOptions) path(p place, d *inspect.Delivery, draft *fixtures.Draft) (string, error) {
	if o.out != "" {
		return o.out, nil
	}
	name := o.name
	if name == "" {
		name = draft.Event + "-" + strings.TrimPrefix(d.ID, "d_")[:min(4, len(d.ID)-2)]
	}
	dir, err := p.project.fixtures()
	return filepath.Join(dir, draft.Provider, fixtures.FileName(name)), err
}

// writeNew writes a file that nobody has yet, unless force says that it may be replaced.
func writeNew(path string, content []byte, force bool) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // it belongs in git, for all to read
		return err
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(path, mode, 0o644) //nolint:gosec // as above
	if errors.Is(err, fs.ErrExist) {
		return fail(exitFailed, "--force overwrites it, --name gives another name", "%s is there already", path)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// sendCommand is how the fixture at a path is sent.
func sendCommand(p place, path string, draft *fixtures.Draft) string {
	if l, err := p.samples(); err == nil {
		for _, name := range l.Own(draft.Provider) {
			if filepath.Clean(l.Path(draft.Provider, name)) == filepath.Clean(path) {
				return fmt.Sprintf("hook send %s %s", draft.Provider, shellWord(name))
			}
		}
	}
	if !isPath(path) {
		path = "." + string(filepath.Separator) + path
	}
	return "hook send " + shellWord(path)
}

// shellWord is a word as a shell takes it.
func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// maxChanges is how many changes of one kind are told one by one.
const maxChanges = 12

// printChanges tells what the fixture has otherwise than the delivery.
func (p place) printChanges(changes []fixtures.Change) {
	for _, kind := range []string{fixtures.Masked, fixtures.Dropped, fixtures.Templated, fixtures.Written} {
		n := 0
		for _, c := range changes {
			if c.Kind != kind {
				continue
			}
			if n++; n <= maxChanges {
				_, _ = fmt.Fprintf(p.err, "  %s %s\n", p.pen.faint.Sprint(fit(kind, 10)), inspect.Printable(strings.TrimPrefix(c.Where+": "+c.What, ": ")))
			}
		}
		if n > maxChanges {
			_, _ = fmt.Fprintf(p.err, "  %s and %d more\n", p.pen.faint.Sprint(fit(kind, 10)), n-maxChanges)
		}
	}
}
