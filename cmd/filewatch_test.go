package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// watchFiles watches a folder with a git work tree, and gives what it says next.
func watchFiles(t *testing.T, not ...string) (dir string, w *fileWatch, next func() string) {
	t.Helper()
	dir = t.TempDir()
	if err := exec.Command("git", "-C", dir, "init", "-q").Run(); err != nil {
		t.Skipf("git: %v", err)
	}
	writeFile(t, filepath.Join(dir, ".gitignore"), "*.log\nignored/\n")
	for _, folder := range []string{"src", "ignored"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for i := range not {
		not[i] = filepath.Join(dir, not[i])
	}
	w, err := newFileWatch(t.Context(), []string{dir}, not)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- w.run(t.Context()) }()
	t.Cleanup(func() { // t.Context has ended by now
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return dir, w, func() string {
		t.Helper()
		select {
		case what := <-w.changed:
			return what
		case <-time.After(awaitChange):
			t.Fatal("no change was told")
		}
		return ""
	}
}

const awaitChange = 30 * time.Second

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What git ignores, what hook writes and what editors leave behind is no news; what comes with it is. Were one of them news,
// it would be told first: names are told in their order.
func TestFileWatch(t *testing.T) {
	dir, _, next := watchFiles(t, "a.xml")
	for _, quiet := range []string{"a.log", "a.xml", "a.js~", ".a.js.swp", "ignored/a.js"} {
		writeFile(t, filepath.Join(dir, quiet), "x")
	}
	writeFile(t, filepath.Join(dir, "src", "app.js"), "x")
	if got, want := next(), filepath.Join("src", "app.js")+" changed"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := os.Remove(filepath.Join(dir, "src", "app.js")); err != nil {
		t.Fatal(err)
	}
	got := next()
	for got == filepath.Join("src", "app.js")+" changed" { // it was made and then written, which may be two news
		got = next()
	}
	if !strings.Contains(got, "app.js (gone)") {
		t.Errorf("got %q, want that it is gone", got)
	}
}

func TestFileWatchNewFolder(t *testing.T) {
	dir, _, next := watchFiles(t)
	fresh := filepath.Join(dir, "fresh")
	if err := os.Mkdir(fresh, 0o755); err != nil {
		t.Fatal(err)
	}
	next() // of the folder itself: it is watched now
	writeFile(t, filepath.Join(fresh, "b.js"), "x")
	got := next()
	for got == "fresh changed" { // its file may be news of its own
		got = next()
	}
	if !strings.Contains(got, "b.js changed") {
		t.Errorf("got %q, want what is in the new folder", got)
	}
}

// What changes whenever the app is at work is the app's. What does so once is somebody's, if it was saved at that moment.
func TestFileWatchOwnWork(t *testing.T) {
	w := &fileWatch{own: make(map[string]ownWork)}
	news := func(path string) bool { return w.touch(make(map[string]bool), path) }
	for range ownTimes {
		done := w.appWorks()
		for range 3 { // as a database does
			news("db.sqlite")
		}
		done()
	}
	if news("db.sqlite") {
		t.Error("the app's own file was told")
	}
	done := w.appWorks()
	news("app.js")
	news("app.js") // editors write more than once
	done()
	if !news("app.js") {
		t.Error("a file that somebody saved at that moment isn't the app's")
	}
	if !news("db.sqlite") {
		t.Error("the app did not touch it the last time, so this is somebody's doing")
	}
}

// What is saved while the app is at work is told if git keeps it; what the app makes is not.
func TestFileWatchSavedMeanwhile(t *testing.T) {
	dir, w, next := watchFiles(t)
	app := filepath.Join(dir, "src", "app.js")
	writeFile(t, app, "1")
	next()
	if err := exec.Command("git", "-C", dir, "add", "src").Run(); err != nil {
		t.Fatal(err)
	}
	done := w.appWorks()
	writeFile(t, filepath.Join(dir, "an-order.json"), "x")
	writeFile(t, app, "2")
	if got, want := next(), filepath.Join("src", "app.js")+" changed"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	done()
}

// A path that hook doesn't write to, as there is no --junit, isn't the folder where it runs.
func TestFileWatchInACurrentFolder(t *testing.T) {
	dir, _, _ := watchFiles(t)
	src := filepath.Join(dir, "src")
	t.Chdir(src)
	w, err := newFileWatch(t.Context(), []string{dir}, []string{""})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.watcher.Close() }()
	if got := w.watcher.WatchList(); !slices.Contains(got, src) {
		t.Errorf("%q are watched, without %s", got, src)
	}
}
