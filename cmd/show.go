package cmd

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

type showOptions struct {
	ref        string
	json, body bool
}

func newShow(s streams) *cobra.Command {
	var o showOptions
	c := &cobra.Command{
		Use:     "show [id]",
		Short:   "Show one delivery: request, verdict, and what the app answered",
		Long:    "Show one delivery. An id may be shortened as long as it is unique; \"last\", the default, is the last live delivery.",
		Example: "  hook show last\n  hook show d_4f2a --body | jq .data.object",
		Args:    exactly(cobra.MaximumNArgs(1), "one id"),
		RunE: func(c *cobra.Command, args []string) error {
			if o.ref = "last"; len(args) > 0 {
				o.ref = args[0]
			}
			return withHistory(c, s, func(p place, store *history.Store) error { return runShow(c.Context(), p, store, o) })
		},
	}
	c.Flags().BoolVar(&o.json, "json", false, "one JSON object with all that is known")
	c.Flags().BoolVar(&o.body, "body", false, "the request's body alone, to the byte")
	c.MarkFlagsMutuallyExclusive("json", "body")
	return c
}

func runShow(ctx context.Context, p place, store *history.Store, o showOptions) error {
	id, err := resolve(ctx, store, "show", o.ref)
	if err != nil {
		return err
	}
	d, err := whole(ctx, store, id)
	if err != nil {
		return err
	}
	switch {
	case o.json:
		return printJSON(p.out, fullJSON(d))
	case o.body:
		if !d.Body.Complete {
			_, _ = fmt.Fprintf(p.err, "hook: warning: only the first %s of %s bytes were kept\n", humanize.Comma(int64(len(d.Body.Bytes))), humanize.Comma(d.Body.Size))
		}
		if isTerminal(p.out) && !isText(d.Body.Bytes) {
			return fail(exitFailed, "pipe it, as in `hook show "+d.ID+" --body | xxd`, or send it to a file with > FILE",
				"show %s: its body is no text that a terminal could show", o.ref)
		}
		_, err := p.out.Write(d.Body.Bytes)
		return err
	}
	found, err := findSecrets(p.project, nil, p.in, p.err)
	if err != nil {
		return err
	}
	return p.show(p.out, d, found.explainDelivery(d))
}

// isText says whether a terminal shows bytes as they are, and does nothing else with them.
func isText(b []byte) bool {
	s := strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(string(b))
	return inspect.Printable(s) == s
}

// maxShown is how many lines of a body people are shown; --body has all of it.
const maxShown = 200

func (p place) show(w io.Writer, d *inspect.Delivery, f finding) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %s\n", p.pen.bold.Sprint(inspect.Printable(d.ID)), inspect.Printable(d.Method), inspect.Printable(d.URL))
	about := []string{"received " + d.ReceivedAt.Local().Format(time.DateTime)}
	if d.Remote != "" {
		about = append(about, "from "+d.Remote)
	}
	if d.ReplayOf != "" {
		about = append(about, "replay of "+d.ReplayOf)
	}
	if d.RedeliveryOf != "" {
		about = append(about, "redelivery of "+d.RedeliveryOf)
	}
	fmt.Fprintf(&b, "  %s\n\n", inspect.Printable(strings.Join(about, " · ")))
	p.header(&b, d.Header)
	p.body(&b, d.Header, d.Body)
	fmt.Fprintf(&b, "\n%s\n%s", p.pen.bold.Sprint("Signature"), indent(f.text(p.pen, lineWidth)))
	for _, a := range d.Attempts {
		fmt.Fprintf(&b, "\n%s %d  %s\n", p.pen.bold.Sprint("Attempt"), a.Number, inspect.Printable(a.Target))
		fmt.Fprintf(&b, "  %s in %s (connection %s, then %s until the answer began)\n",
			a.Outcome, duration(a.Stages.Total), duration(a.Stages.Connect), duration(a.Stages.Wait))
		if a.Err != "" {
			fmt.Fprintf(&b, "  %s\n", p.pen.bad.Sprint(inspect.Printable(a.Err)))
		}
		if a.Response != nil {
			fmt.Fprintf(&b, "\n  %d %s\n", a.Response.Status, http.StatusText(a.Response.Status))
			p.header(&b, a.Response.Header)
			p.body(&b, a.Response.Header, a.Response.Body)
		}
	}
	if len(d.Attempts) == 0 {
		fmt.Fprintf(&b, "\n  no attempt has ended yet\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p place) header(b *strings.Builder, h http.Header) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			if inspect.IsCredential(name) {
				value = "(not shown; --json has it)"
			}
			fmt.Fprintf(b, "  %s %s\n", p.pen.faint.Sprint(inspect.Printable(name)+":"), inspect.Printable(value))
		}
	}
}

func (p place) body(b *strings.Builder, h http.Header, c inspect.Capture) {
	if c.Size == 0 {
		return
	}
	b.WriteString("\n")
	for _, line := range inspect.PrettyBody(h.Get("Content-Type"), c.Bytes, maxShown) {
		b.WriteString("  " + line + "\n")
	}
	if !c.Complete {
		fmt.Fprintf(b, "  %s\n", p.pen.attention.Sprintf("only the first %s of %s bytes were kept", humanize.Comma(int64(len(c.Bytes))), humanize.Comma(c.Size)))
	}
}

func indent(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) != "" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
}
