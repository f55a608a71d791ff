package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// An exported counts what became of an export.
type exported struct{ chosen, masked, truncated, failed int }

func runExport(ctx context.Context, p place, store *history.Store, o exportOptions) error {
	if o.as == asSession && (o.out == "" || o.out == "-") && isTerminal(p.out) {
		return fail(exitUsage, "-o FILE says where to", "export: a session is a database, which no terminal can show")
	}
	chosen, err := o.deliveries(ctx, store)
	if err != nil {
		return err
	}
	sum, err := p.writeExport(ctx, chosen, o)
	if err != nil {
		return err
	}
	return p.sayExported(o, sum)
}

// writeExport writes what was chosen, if that is anything.
func (p place) writeExport(ctx context.Context, chosen iter.Seq2[*inspect.Delivery, error], o exportOptions) (sum exported, err error) {
	next, stop := iter.Pull2(chosen)
	defer stop()
	first, err, ok := next()
	if err != nil {
		return sum, err
	}
	if !ok {
		return sum, fail(exitFailed, "`hook list` shows what there is", "export: nothing matches")
	}
	rest := func(yield func(*inspect.Delivery, error) bool) {
		for d, err, ok := first, error(nil), true; ok; d, err, ok = next() {
			if err == nil {
				d = sum.prepare(d, o.reveal)
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
	switch {
	case o.as == asSession:
		err = p.exportSession(ctx, rest, o)
	case isFolder(o.out):
		err = p.exportFolder(rest, o, &sum)
	default:
		err = p.exportFile(rest, o, &sum)
	}
	return sum, err
}

// prepare is d as it leaves the machine.
func (sum *exported) prepare(d *inspect.Delivery, reveal bool) *inspect.Delivery {
	sum.chosen++
	if !d.Body.Complete {
		sum.truncated++
	}
	if !reveal {
		masked, changed := inspect.Mask(d)
		if d = masked; changed {
			sum.masked++
		}
	}
	return d
}

// isFolder says whether a path means one.
func isFolder(path string) bool {
	if strings.HasSuffix(path, "/") || strings.HasSuffix(path, string(filepath.Separator)) {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// encoding is what package export writes.
func (o *exportOptions) encoding() (export.Format, export.Options, error) {
	format, _ := export.Lookup(o.as)
	options := export.Options{Version: Version, Reveal: o.reveal}
	if o.to == "" {
		return format, options, nil
	}
	where, err := toURL(o.to)
	if err != nil {
		return format, options, err
	}
	options.Where = func(d *inspect.Delivery) (export.Place, error) {
		target, _, err := where(d)
		return export.Place{URL: target.URL(), Socket: target.Socket}, err
	}
	return format, options, nil
}

// exportFile writes all to one file, or to stdout. One that can't be written in this format is said and left out.
func (p place) exportFile(all iter.Seq2[*inspect.Delivery, error], o exportOptions, sum *exported) error {
	format, options, err := o.encoding()
	if err != nil {
		return err
	}
	file, err := p.openExport(o.out, o.force)
	if err != nil {
		return err
	}
	defer file.abandon()
	encoder := format.New(file, options)
	written := 0
	for d, err := range all {
		if err != nil {
			return err
		}
		if written == 1 && format.One {
			return fail(exitUsage, "name one by its id, or write to a folder: -o FOLDER/", "export: there is more than one to choose from, and %s holds one", format.Name)
		}
		if err := encoder.Add(d); err != nil {
			if err := p.leftOut(d, err, sum); err != nil {
				return err
			}
			continue
		}
		written++
	}
	if written == 0 {
		return &fault{errQuiet, "", exitFailed}
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	return file.done()
}

// leftOut says why a delivery isn't written. Its error ends the export: what is wrong is not the delivery.
func (p place) leftOut(d *inspect.Delivery, err error, sum *exported) error {
	_, isPath := errors.AsType[*fs.PathError](err)
	_, isFault := errors.AsType[*fault](err)
	if isPath || isFault || errors.Is(err, io.ErrShortWrite) {
		return err
	}
	sum.failed++
	_, _ = fmt.Fprintf(p.err, "hook: warning: %s is left out: %s\n", inspect.Printable(d.ID), inspect.Printable(err.Error()))
	return nil
}

// exportFolder writes a file for each.
func (p place) exportFolder(all iter.Seq2[*inspect.Delivery, error], o exportOptions, sum *exported) error {
	format, options, err := o.encoding()
	if err != nil {
		return err
	}
	if format.Together {
		return fail(exitUsage, "name a file in it: -o "+shellWord(filepath.Join(o.out, "webhook"+format.Extensions[0])), "export: %s is one file of all that was chosen, not a folder", format.Name)
	}
	if err := os.MkdirAll(o.out, 0o700); err != nil {
		return err
	}
	for d, err := range all {
		if err != nil {
			return err
		}
		if err := p.exportOne(d, filepath.Join(o.out, exportName(d)+format.Extensions[0]), format.New, options, o.force); err != nil {
			if err := p.leftOut(d, err, sum); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p place) exportOne(d *inspect.Delivery, path string, encoder func(io.Writer, export.Options) export.Encoder, options export.Options, force bool) error {
	file, err := p.openExport(path, force)
	if err != nil {
		return err
	}
	defer file.abandon()
	e := encoder(file, options)
	if err := e.Add(d); err != nil {
		return err
	}
	if err := e.Close(); err != nil {
		return err
	}
	if err := file.done(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, path)
	return err
}

// exportName is the name of a delivery's file without its extension: stripe-invoice.paid-4f2ac7k2m3n4.
func exportName(d *inspect.Delivery) string {
	who := inspect.FileName(strings.Trim(d.Provider+"-"+d.EventType, "-"))
	if d.Provider == "" && d.EventType == "" {
		who = "delivery"
	}
	return inspect.FileName(who + "-" + strings.TrimPrefix(d.ID, "d_"))
}

// exportSession writes one file with everything. A pipe gets it when it is whole.
func (p place) exportSession(ctx context.Context, all iter.Seq2[*inspect.Delivery, error], o exportOptions) error {
	options := history.SessionOptions{Project: p.project.dir, Overwrite: o.force}
	if o.out != "" && o.out != "-" {
		err := history.WriteSession(ctx, o.out, all, options)
		if errors.Is(err, fs.ErrExist) {
			return fail(exitFailed, "--force overwrites it", "export: %s is there already", o.out)
		}
		return err
	}
	folder, err := os.MkdirTemp("", "hook-export-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "session")
	if err := history.WriteSession(ctx, path, all, options); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(p.out, file)
	return errors.Join(err, file.Close())
}

// sayExported says what was exported, and what is otherwise in it than in the history.
func (p place) sayExported(o exportOptions, sum exported) error {
	written := sum.chosen - sum.failed
	if o.out != "" && o.out != "-" {
		_, _ = fmt.Fprintf(p.err, "hook: %s in %s (%s)\n", plural(written, "delivery", "deliveries"), inspect.Printable(o.out), o.as)
	}
	if o.as == "curl" && o.to == "" {
		_, _ = fmt.Fprintln(p.err, "hook: it is sent where it went first: --to URL names another place")
	}
	if sum.masked > 0 {
		_, _ = fmt.Fprintf(p.err, "hook: secrets are masked in %s of %s: --reveal leaves them in\n", humanize.Comma(int64(sum.masked)), humanize.Comma(int64(sum.chosen)))
	}
	if sum.truncated > 0 {
		_, _ = fmt.Fprintf(p.err, "hook: warning: the body of %s was not kept whole: it is marked as such\n", plural(sum.truncated, "delivery", "deliveries"))
	}
	if sum.failed > 0 {
		return &fault{errQuiet, "", exitFailed}
	}
	return nil
}
