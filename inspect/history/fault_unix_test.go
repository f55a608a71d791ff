//go:build linux || darwin

package history

import (
	"errors"
	"os"
	"os/exec"
	ossignal "os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/seed-4575fdc3/hook/inspect"
)

// limitFiles has the system refuse, with an I/O error, what would make any file of this process longer than that; 0 lifts it.
func limitFiles(t *testing.T, size uint64) {
	t.Helper()
	var limit unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit)
	if limit.Cur = size; size == 0 {
		limit.Cur = limit.Max
	}
	if err := errors.Join(err, unix.Setrlimit(unix.RLIMIT_FSIZE, &limit)); err != nil {
		t.Fatal(err)
	}
}

// While the disk takes nothing a listener knows, and what came before can be read; as soon as it does all is well, and nothing
// of it is damaged. Run in a process of its own, as the limit is the whole process'.
func TestDiskTakesNothing(t *testing.T) {
	const child = "HISTORY_LIMITED"
	if os.Getenv(child) == "" {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDiskTakesNothing$", "-test.v")
		c.Env = append(os.Environ(), child+"=1")
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%v\n%.3000s", err, out)
		}
		return
	}
	ossignal.Ignore(syscall.SIGXFSZ)
	s := openTrying(t, filepath.Join(t.TempDir(), "history.db"))
	before := mustKeep(t, s, 0)
	limitFiles(t, 1)
	var lost []string
	for i := range 5 {
		d, err := keep(s, i)
		if err == nil {
			t.Error("got no error")
		}
		lost = append(lost, d.ID)
	}
	long := long(6)
	if p := s.Add(long); true {
		if <-p.Stored(); p.Err() == nil {
			t.Error("a long body: got no error")
		}
	}
	await(t, s, false)
	wantEqual(t, s, before)
	limitFiles(t, 0)
	await(t, s, true)
	wantEqual(t, s, mustKeep(t, s, 9))
	if n, _ := s.Failed(); n == 0 {
		t.Error("nothing was counted")
	}
	for _, id := range append(lost, long.ID) {
		if d, err := s.Get(t.Context(), id); err == nil && d.Last() == nil {
			t.Errorf("%s is under way", id)
		}
	}
	checkIntegrity(t, s)
}

// A folder that can't be written any more, or not at first. Its rights don't bind root, so it is nobody who tries.
func TestFolderReadOnly(t *testing.T) {
	const child = "HISTORY_READ_ONLY"
	if dir := os.Getenv(child); dir != "" {
		readOnlyFolder(t, dir)
		return
	}
	dir := t.TempDir()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFolderReadOnly$", "-test.v")
	c.Env = append(os.Environ(), child+"="+dir)
	if os.Getuid() == 0 {
		const nobody = 65534
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		for _, dir := range []string{dir, filepath.Dir(dir)} {
			if err := os.Chown(dir, nobody, nobody); err != nil {
				t.Skip(err)
			}
		}
		// What runs must be where nobody may run it.
		c.Path = filepath.Join(dir, "history.test")
		if err := copyFile(os.Args[0], c.Path); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(c.Path, 0o755); err != nil {
			t.Fatal(err)
		}
		c.Dir, c.Env = dir, append(c.Env, "TMPDIR="+dir, "HOME="+dir)
	}
	if out, err := c.CombinedOutput(); errors.Is(err, os.ErrPermission) {
		t.Skip(err)
	} else if err != nil {
		t.Errorf("%v\n%.3000s", err, out)
	}
}

func readOnlyFolder(t *testing.T, dir string) {
	data := filepath.Join(dir, "data")
	path := filepath.Join(data, "history.db")
	if err := os.Mkdir(data, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{Project: testProject}); !IsUnwritable(err) {
		t.Errorf("got %v, want one that says that it can't be written", err)
	}
	chmod := func(mode os.FileMode, paths ...string) {
		for _, path := range paths {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	var d *inspect.Delivery
	t.Run("at first", func(t *testing.T) {
		s := openTrying(t, path)
		await(t, s, false)
		chmod(0o700, data)
		await(t, s, true)
		d = mustKeep(t, s, 1)
	})
	chmod(0o400, path)
	chmod(0o500, data)
	defer chmod(0o700, data)
	_, err := Open(t.Context(), path, Options{Project: testProject})
	if !IsUnwritable(err) {
		t.Errorf("got %v, want one that says that it can't be written", err)
	}
	wantEqual(t, openFile(t, path), d)
}
