package cmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestRootLeavesAnothersDataFolderAlone(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can write what its owner can't read")
	}
	dir := t.TempDir()
	if err := notAnothers(dir); err != nil {
		t.Errorf("its own: %v", err)
	}
	if err := os.Chown(dir, 65534, 65534); err != nil {
		t.Skip(err)
	}
	if err := notAnothers(dir); err == nil || !strings.Contains(err.Error(), "belongs to") {
		t.Errorf("another's: %v", err)
	}
	if err := notAnothers(dir + "/new"); err != nil {
		t.Errorf("one that isn't there: %v", err)
	}
}

// Whoever isn't the relay's user and checks its settings learns whose the folders are.
func TestFolderMistakesOfAnother(t *testing.T) {
	dir := ofRoot(t, 0o755)
	file := filepath.Join(dir, "access.log")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, o := range []relayOptions{
		{data: dir, admin: relayAdmin{accessLog: file}},
		{data: filepath.Join(dir, "new"), admin: relayAdmin{accessLog: filepath.Join(dir, "new.log")}},
	} {
		var got []error
		asNobody(t, func() { got = o.folderMistakes() })
		if len(got) != 2 {
			t.Fatalf("got %v, want two mistakes", got)
		}
		for _, err := range got {
			f, ok := errors.AsType[*fault](err)
			if !ok || !errors.Is(f, fs.ErrPermission) || !strings.Contains(f.next, " belongs to root") || !strings.HasSuffix(f.next, "sudo hook-relay …") {
				t.Errorf("got %v, %+v", err, f)
			}
		}
		if mine := o.folderMistakes(); len(mine) > 0 {
			t.Errorf("root may: %v", mine)
		}
	}
}

// ofRoot is a folder of root's that others can get to, as far as its mode lets them.
func ofRoot(t *testing.T, mode os.FileMode) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	dir := t.TempDir()
	for path, mode := range map[string]os.FileMode{filepath.Dir(dir): 0o755, dir: mode} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// asNobody calls do as a user who has nothing. That is so for one thread alone, which ends with it.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	const nobody = 65534
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		_, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, nobody, nobody, nobody)
		if errno != 0 {
			done <- errno
			return
		}
		do()
		done <- nil
	}()
	if err := <-done; err != nil {
		t.Skip("it can't be somebody else here:", err)
	}
}
