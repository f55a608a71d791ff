package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
	"github.com/seed-4575fdc3/hook/tui"
)

// screenExports are the forms that `hook export` has, but fixtures, which are kept under a name.
func screenExports() []tui.ExportForm {
	var all []tui.ExportForm
	for _, f := range export.Formats() {
		all = append(all, tui.ExportForm{Name: f.Name, About: strings.ReplaceAll(f.About, "`", ""), File: "webhooks" + f.Extensions[0], One: f.One})
	}
	return append(all, tui.ExportForm{
		Name: asSession, About: "one file with all that is known, for hook ui FILE and hook import", File: "webhooks.hook",
	})
}

// export writes these to a file that isn't there yet, with secrets masked.
func (a *acting) export(ctx context.Context, ids []string, form, file string) (string, error) {
	file, err := expandHome(file)
	if err != nil {
		return "", err
	}
	if err := isFree(file, form); err != nil {
		return "", err
	}
	var talk bytes.Buffer
	quiet := a.place
	quiet.out, quiet.err = io.Discard, &talk
	sum, err := quiet.writeExport(ctx, a.each(ctx, ids), exportOptions{as: form, out: file})
	leftOut := strings.Join(strings.Split(strings.TrimSpace(strings.ReplaceAll(talk.String(), "hook: warning: ", "")), "\n"), " · ")
	switch {
	case errors.Is(err, errQuiet):
		return "", fmt.Errorf("export: nothing was written: %s", leftOut)
	case err != nil:
		return "", err
	}
	a.wrote.note(file)
	return exportedWords(file, len(ids), sum, leftOut), nil
}

// exportedWords say what was exported, and what is otherwise in it than here.
func exportedWords(file string, asked int, sum exported, leftOut string) string {
	written := sum.chosen - sum.failed
	long := ""
	if info, err := os.Stat(file); err == nil {
		long = " (" + humanize.Bytes(uint64(info.Size())) + ")"
	}
	words := fmt.Sprintf("wrote %s to %s%s", plural(written, "delivery", "deliveries"), file, long)
	if sum.masked > 0 {
		words += fmt.Sprintf(" · secrets are masked in %s; `hook export --reveal` leaves them in", humanize.Comma(int64(sum.masked)))
	}
	if sum.truncated > 0 {
		words += fmt.Sprintf(" · the body of %s was not kept whole", plural(sum.truncated, "delivery", "deliveries"))
	}
	if gone := asked - sum.chosen; gone > 0 {
		words += fmt.Sprintf(" · %s not there any more", plural(gone, "is", "are"))
	}
	if leftOut != "" {
		words += " · " + leftOut
	}
	return words
}

// isFree says what to do about a file's name that can't be taken.
func isFree(file, form string) error {
	info, err := os.Stat(file)
	switch {
	case file == "" || file == "-":
		return errors.New("export: it needs the name of a file")
	case err == nil && info.IsDir():
		return fmt.Errorf("export: %s is a folder: name a file in it", file)
	case err == nil:
		return fmt.Errorf("export: %s is there already: %s is free", file, freeName(file, form))
	}
	if folder, err := os.Stat(filepath.Dir(file)); err != nil || !folder.IsDir() {
		return fmt.Errorf("export: there is no folder %s: make it, or name another", filepath.Dir(file))
	}
	return nil
}

// freeName is a name like file that nothing has: webhooks-2.har, webhooks-2_test.go.
func freeName(file, form string) string {
	format, _ := export.Lookup(form)
	extension := filepath.Ext(file)
	if i := slices.IndexFunc(format.Extensions, func(e string) bool { return strings.HasSuffix(file, e) }); i >= 0 {
		extension = format.Extensions[i]
	}
	for n := 2; ; n++ {
		name := fmt.Sprintf("%s-%d%s", strings.TrimSuffix(file, extension), n, extension)
		if _, err := os.Lstat(name); err != nil {
			return name
		}
	}
}

// expandHome is a path as a shell takes one that begins with ~.
func expandHome(file string) (string, error) {
	file = strings.TrimSpace(file)
	rest, ok := strings.CutPrefix(file, "~")
	if !ok || rest != "" && rest[0] != '/' && rest[0] != filepath.Separator {
		return file, nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, rest), err
}

// saveFixture keeps a delivery in the project's folder, as `hook export --as fixture` does.
func (a *acting) saveFixture(ctx context.Context, id, name string) (string, error) {
	d, err := a.find(ctx, id)
	if err != nil {
		return "", onScreen(err)
	}
	draft, err := fixtures.FromDelivery(d)
	if err != nil {
		return "", fmt.Errorf("keep %s as a sample: %w", inspect.ShortID(id), err)
	}
	path, err := exportOptions{name: strings.TrimSpace(name)}.path(a.place, d, draft)
	if err != nil {
		return "", err
	}
	if _, err := os.Lstat(path); err == nil {
		return "", fmt.Errorf("keep %s as a sample: %s is there already: give it another name", inspect.ShortID(id), path)
	}
	if err := writeNew(path, draft.YAML, false); err != nil {
		return "", onScreen(err)
	}
	a.wrote.note(path)
	masked := 0
	for _, c := range draft.Changes {
		masked += count(c.Kind == fixtures.Masked)
	}
	words := "wrote " + path
	if masked > 0 {
		words += ", " + plural(masked, "value", "values") + " masked"
	}
	return words + " · `" + sendCommand(a.place, path, draft) + "` sends it, and so does S", nil
}

// wrote is which files were written, for the end. It is safe for concurrent use.
type wrote struct {
	mu    sync.Mutex
	files []string
}

func (w *wrote) note(file string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files = append(w.files, file)
}

func (w *wrote) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.files)
}
