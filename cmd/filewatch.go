package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settleFiles is how long files must have been left alone: editors and builds touch many, several times.
	settleFiles = 250 * time.Millisecond

	maxAsked   = 100  // paths in a command line
	maxWatched = 5000 // folders: some systems give a user no more than a few thousand
)

// A fileWatch tells of changes below some folders, less those that nobody made by hand: what git ignores, and without git
// what usually is ignored.
type fileWatch struct {
	roots   []string        // absolute
	not     map[string]bool // absolute paths that are never news: what hook itself writes
	watcher *fsnotify.Watcher
	folders int
	git     bool // the first root is in a work tree
	changed chan string

	busy  atomic.Bool        // what changes now may be the app's own doing: its log, its database
	spell atomic.Int64       // how often it was busy
	own   map[string]ownWork // of files that changed while it was; run's
	self  []os.FileInfo      // files that hook itself writes to
}

// ownWork is how many times in a row a file changed while the app was busy, and which was the last.
type ownWork struct {
	times int
	spell int64
}

// ownTimes makes a file the app's own, whenever it changes, until the app has been busy without touching it.
const ownTimes = 2

// appWorks tells that the app is busy from now on, until done is called.
func (w *fileWatch) appWorks() (done func()) {
	w.spell.Add(1)
	w.busy.Store(true)
	return func() { w.busy.Store(false) }
}

// newFileWatch begins to watch roots, but for not and the files behind self. What happens before run is not lost.
func newFileWatch(ctx context.Context, roots, not []string, self ...any) (*fileWatch, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch files: %w", err)
	}
	w := &fileWatch{roots: roots, not: make(map[string]bool), watcher: watcher, changed: make(chan string, 1), own: make(map[string]ownWork)}
	for _, stream := range self {
		if f, ok := stream.(*os.File); ok {
			if info, err := f.Stat(); err == nil {
				w.self = append(w.self, info)
			}
		}
	}
	for _, path := range not {
		if abs, err := filepath.Abs(path); err == nil && path != "" { // of "" that is the current folder
			w.not[abs] = true
		}
	}
	w.git = exec.CommandContext(ctx, "git", "-C", folderOf(roots[0]), "rev-parse", "--is-inside-work-tree").Run() == nil
	for _, root := range roots {
		if err := w.add(ctx, root); err != nil {
			_ = watcher.Close()
			return nil, err
		}
	}
	return w, nil
}

func folderOf(path string) string {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return filepath.Dir(path)
	}
	return path
}

// add watches a folder and all below it that isn't ignored, or a file's folder.
func (w *fileWatch) add(ctx context.Context, root string) error {
	info, err := os.Stat(root)
	if err != nil {
		return fail(exitUsage, "--watch-path names a folder or a file that is there", "watch %s: %w", root, err)
	}
	if !info.IsDir() {
		return w.watcher.Add(filepath.Dir(root))
	}
	level := []string{root}
	for len(level) > 0 { // a level at a time, so that git is asked once for each
		var below []string
		for _, folder := range level {
			if w.folders++; w.folders > maxWatched {
				return fail(exitFailed, "--watch-path names the folder that matters", "watch %s: it has more than %d folders", root, maxWatched)
			}
			if err := w.watcher.Add(folder); err != nil {
				return fail(exitFailed, "--watch-path names the folder that matters", "watch %s: %w", folder, err)
			}
			entries, err := os.ReadDir(folder)
			if err != nil {
				continue // gone meanwhile, or not ours to read
			}
			for _, e := range entries {
				if e.IsDir() {
					below = append(below, filepath.Join(folder, e.Name()))
				}
			}
		}
		level = w.wanted(ctx, below)
	}
	return nil
}

// wanted is those of paths that aren't ignored.
func (w *fileWatch) wanted(ctx context.Context, paths []string) []string {
	paths = slices.DeleteFunc(paths, func(path string) bool {
		return w.not[path] || isNoise(filepath.Base(path), w.git) || w.isSelf(path)
	})
	if len(paths) == 0 || !w.git {
		return paths
	}
	c := exec.CommandContext(ctx, "git", "-C", folderOf(w.roots[0]), "check-ignore", "--stdin", "-z")
	c.Stdin = strings.NewReader(strings.Join(paths, "\x00") + "\x00")
	out, err := c.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !(ok && exit.ExitCode() == 1) { // 1 is none of them
		return paths
	}
	ignored := make(map[string]bool)
	for path := range bytes.SplitSeq(out, []byte{0}) {
		ignored[string(path)] = true
	}
	return slices.DeleteFunc(paths, func(path string) bool { return ignored[path] })
}

func (w *fileWatch) isSelf(path string) bool {
	info, err := os.Stat(path)
	return err == nil && slices.ContainsFunc(w.self, func(own os.FileInfo) bool { return os.SameFile(own, info) })
}

// isNoise says whether a file or a folder of that name is never one that somebody works on.
func isNoise(name string, git bool) bool {
	switch {
	case name == ".git", name == ".hg", name == ".DS_Store", name == "4913", strings.HasSuffix(name, "~"), strings.HasPrefix(name, ".#"),
		strings.HasPrefix(name, ".") && (strings.HasSuffix(name, ".swp") || strings.HasSuffix(name, ".swx") || strings.HasSuffix(name, ".swo")):
		return true
	case git:
		return false
	}
	return slices.Contains([]string{"node_modules", "__pycache__", "venv", ".venv", "target", "dist", "build", "vendor", ".next", ".cache", "tmp", "log"}, name)
}

// run tells changed of a changed file, once they have settled, until ctx ends. A change that nobody took is replaced by
// a later one.
func (w *fileWatch) run(ctx context.Context) error {
	defer func() { _ = w.watcher.Close() }()
	touched := make(map[string]bool)
	settled := time.NewTimer(0)
	<-settled.C
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-w.watcher.Events:
			if !ok {
				return nil
			}
			if e.Op == fsnotify.Chmod || !w.below(e.Name) {
				continue
			}
			if w.touch(touched, e.Name) {
				settled.Reset(settleFiles)
			}
		case err := <-w.watcher.Errors: // too many at once: something has changed
			if err == nil { // it was closed
				return nil
			}
			touched[w.roots[0]] = true
			settled.Reset(settleFiles)
		case <-settled.C:
			w.settle(ctx, touched)
			clear(touched)
		}
	}
}

// touch notes that a file has changed: true for somebody's work, false if it may be the app's. It says whether it did.
func (w *fileWatch) touch(touched map[string]bool, path string) bool {
	own, spell := w.own[path], w.spell.Load()
	if !w.busy.Load() {
		if own.times >= ownTimes && own.spell == spell {
			return false
		}
		touched[path] = true
		return true
	}
	if somebodys := touched[path]; somebodys {
		return true
	}
	if own.spell != spell {
		if own.spell != spell-1 {
			own.times = 0
		}
		own = ownWork{own.times + 1, spell}
		w.own[path] = own
	}
	if own.times >= ownTimes {
		return false
	}
	touched[path] = false
	return true
}

// below says whether a path is one that was to be watched: a folder is watched for the sake of a file in it.
func (w *fileWatch) below(path string) bool {
	return slices.ContainsFunc(w.roots, func(root string) bool {
		return path == root || strings.HasPrefix(path, root+string(filepath.Separator))
	})
}

// settle tells of what was touched. What may be the app's counts if git knows it: apps write to other files.
func (w *fileWatch) settle(ctx context.Context, touched map[string]bool) {
	var paths, doubtful []string
	for path, somebodys := range touched {
		if somebodys {
			paths = append(paths, path)
		} else {
			doubtful = append(doubtful, path)
		}
	}
	paths = w.wanted(ctx, append(paths, w.tracked(ctx, doubtful)...))
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			_ = w.add(ctx, path) // one that is new; what can't be watched is no reason to end
		}
	}
	if len(paths) == 0 {
		return
	}
	select {
	case <-w.changed:
	default:
	}
	slices.Sort(paths)
	w.changed <- w.words(paths)
}

// tracked is those of paths that git keeps; none without git, or if there are very many.
func (w *fileWatch) tracked(ctx context.Context, paths []string) (kept []string) {
	if len(paths) == 0 || len(paths) > maxAsked || !w.git {
		return nil
	}
	folder := folderOf(w.roots[0])
	out, err := exec.CommandContext(ctx, "git", append([]string{"--literal-pathspecs", "-C", folder, "ls-files", "-z", "--"}, paths...)...).Output()
	if err != nil {
		return nil
	}
	for path := range bytes.SplitSeq(bytes.TrimSuffix(out, []byte{0}), []byte{0}) {
		if len(path) > 0 {
			kept = append(kept, filepath.Join(folder, string(path)))
		}
	}
	return kept
}

// words say what has changed. What is gone is told only if nothing else has: editors and builds come and go with files of theirs.
func (w *fileWatch) words(paths []string) string {
	there := slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		_, err := os.Lstat(path)
		return errors.Is(err, fs.ErrNotExist)
	})
	if len(there) > 0 {
		paths = there
	}
	name := paths[0]
	if short, err := filepath.Rel(w.roots[0], name); err == nil && !strings.HasPrefix(short, "..") {
		name = short
	}
	if len(there) == 0 {
		name += " (gone)"
	}
	if n := len(paths) - 1; n > 0 {
		return fmt.Sprintf("%s and %s changed", name, plural(n, "other", "others"))
	}
	return name + " changed"
}
