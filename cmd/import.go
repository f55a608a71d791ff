package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

type importOptions struct {
	files     []string
	all, json bool
}

func newImport(s streams) *cobra.Command {
	var o importOptions
	c := &cobra.Command{
		Use:   "import FILE... | -",
		Short: "Take deliveries from files into the history",
		Long: "Take deliveries into this project's history: what `hook export` wrote as har, ndjson, http, curl or session, and the HAR\n" +
			"of browsers and proxies, raw requests and curl commands. The content tells the format; - is standard input. Provider and\n" +
			"event are read, and signatures judged as of when each was received. What is in the history already is left as it is.\n" +
			"Of other programs' HAR only POST, PUT and PATCH with a body are taken, unless --all is given.",
		Example: "  hook import for-maria.hook\n  hook import captured.har requests.http\n  ssh staging hook export last:5 --as ndjson | hook import -",
		Args:    exactly(cobra.MinimumNArgs(1), "files"),
		RunE: func(c *cobra.Command, args []string) error {
			o.files = args
			return withHistory(c, s, func(p place, store *history.Store) error { return runImport(c.Context(), p, store, o) })
		},
	}
	c.Flags().BoolVar(&o.all, "all", false, "take every request of a HAR, webhook or not")
	c.Flags().BoolVar(&o.json, "json", false, "one JSON object a line")
	return c
}

func runImport(ctx context.Context, p place, store *history.Store, o importOptions) error {
	found, err := findSecrets(p.project, nil, p.in, p.err)
	if err != nil {
		return err
	}
	var limits history.Options
	if err := p.settings.user.History.into(&limits); err != nil {
		return err
	}
	i := &importing{place: p, store: store, secrets: found, options: o}
	i.sum.maxAge = cmp.Or(limits.MaxAge, history.DefaultMaxAge)
	for _, file := range o.files {
		err := i.file(ctx, file)
		if err == nil {
			err = i.flush(ctx)
		}
		if ctx.Err() != nil {
			_, _ = fmt.Fprintf(p.err, "hook: %s so far; the same command goes on from there\n", i.sum.words())
			return ctx.Err()
		}
		if err != nil {
			i.failed(file, err)
		}
	}
	return i.end()
}

// An importing is an import on its way.
type importing struct {
	place
	store   *history.Store
	secrets *secrets
	options importOptions
	sum     importSum

	name string         // of the file that is read
	seen map[string]int // how often a delivery without an id was in it
	next []*inspect.Delivery
	size int64

	hand func(*inspect.Delivery) // takes them in place of the history; nil for that
}

// What is stored in one transaction.
const (
	importRows  = 200
	importBytes = 16 << 20
)

// take hands one over.
func (i *importing) take(ctx context.Context, f export.Found) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch {
	case f.Err != nil:
		i.bad(f.At, f.Err)
		return nil
	case f.Delivery == nil:
		i.sum.leave("no delivery")
		return nil
	case f.Browsed && !i.options.all:
		if why := noWebhook(f.Delivery); why != "" {
			i.sum.leave(why)
			return nil
		}
	}
	i.tell(f)
	d := i.judged(f)
	if i.hand != nil {
		i.hand(d)
		return nil
	}
	i.next = append(i.next, d)
	i.size += int64(len(d.Body.Bytes)) + 1024
	if len(i.next) >= importRows || i.size >= importBytes {
		return i.flush(ctx)
	}
	return nil
}

// noWebhook says why a request can't be a webhook; "" if it may be one.
func noWebhook(d *inspect.Delivery) string {
	switch {
	case d.Method != http.MethodPost && d.Method != http.MethodPut && d.Method != http.MethodPatch:
		return inspect.Printable(d.Method)
	case d.Body.Size == 0:
		return "no body"
	}
	return ""
}

// flush stores what was taken.
func (i *importing) flush(ctx context.Context) error {
	some := i.next
	i.next, i.size = nil, 0
	if len(some) == 0 {
		return nil
	}
	had, err := i.store.Import(ctx, some)
	if err != nil {
		return err
	}
	for n, d := range some {
		if had[n] {
			i.sum.here++
			continue
		}
		i.sum.add(d)
		if i.options.json {
			if err := printJSON(i.out, summaryJSON(d.Summary())); err != nil {
				return err
			}
		}
	}
	return nil
}

// failed says why a file can't be read, or no further.
func (i *importing) failed(file string, err error) {
	next := afterUnread(err)
	if f, ok := errors.AsType[*fault](err); ok {
		next = f.next
	}
	if open, ok := errors.AsType[*fs.PathError](err); ok && open.Path == file {
		err = open.Err
	}
	i.sum.failed++
	if i.options.json {
		i.printError("", err)
		return
	}
	_, _ = fmt.Fprintf(i.err, "hook: error: import %s: %s\n", inspect.Printable(file), inspect.Printable(err.Error()))
	if next != "" {
		_, _ = fmt.Fprintf(i.err, "hook: hint: %s\n", next)
	}
}

// afterUnread is the next step for a file that can't be read, or no further.
func afterUnread(err error) string {
	const forms = "what `hook export` wrote, the HAR of a browser or a proxy, raw HTTP requests or curl commands"
	switch _, unopened := errors.AsType[*fs.PathError](err); {
	case unopened:
		return "name a file that can be read"
	case errors.Is(err, export.ErrFormat):
		return "it may be " + forms
	case errors.Is(err, export.ErrEmpty):
		return "whatever was to fill it has not"
	}
	return "save it anew where it came from; it may be " + forms
}
