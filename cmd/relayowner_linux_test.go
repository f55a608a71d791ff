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

// Whoever isn't the relay's user learns who that is, and how to be it, whether a relay runs or not.
func TestDataFolderOfAnother(t *testing.T) {
	dir := ofRoot(t, 0o700)
	open := ofRoot(t, 0o755)
	settings := filepath.Join(open, "hook-relay.yaml")
	if err := os.WriteFile(settings, []byte("data: there\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{dir, open} {
		h, err := (&relayOptions{data: folder}).open(t.Context(), discardLog())
		if err != nil {
			t.Fatal(err)
		}
		if err := h.close(); err != nil {
			t.Fatal(err)
		}
	}
	never := func(*relayClient) error { return errors.New("it was let in") }
	for _, tc := range []struct {
		name, want, next string
		code             int
		do               func() error
	}{
		{"list", dir + " belongs to root", "be that user: sudo hook-relay …; or name another folder with --data", exitFailed, func() error {
			return (&relayOptions{data: dir}).operate(t.Context(), never)
		}},
		{"make", dir + " belongs to root", "be that user: sudo hook-relay …", exitFailed, func() error {
			return (&relayOptions{data: dir, makes: true}).operate(t.Context(), never)
		}},
		{"list what may be looked at", open + " belongs to root", "be that user: sudo hook-relay …", exitFailed, func() error {
			return (&relayOptions{data: open}).operate(t.Context(), never)
		}},
		{"list below it", filepath.Join(dir, "data") + " is in " + dir + ", which belongs to root", "be that user: sudo hook-relay …", exitFailed, func() error {
			return (&relayOptions{data: filepath.Join(dir, "data")}).operate(t.Context(), never)
		}},
		{"status", dir + " belongs to root", "be that user: sudo hook-relay …", exitUnreachable, func() error {
			return (&relayOptions{data: dir}).atRelay(t.Context(), never)
		}},
		{"start", dir + " belongs to root", "or name another folder with --data", exitFailed, func() error {
			_, err := (&relayOptions{data: dir}).open(t.Context(), discardLog())
			return err
		}},
		{"make one where only root may", filepath.Join(open, "new") + ": mkdir", "give a folder that can be written with --data", exitFailed, func() error {
			return (&relayOptions{data: filepath.Join(open, "new"), makes: true}).operate(t.Context(), never)
		}},
		{"settings", "read the settings: open " + settings, settings + " belongs to root: be that user, with sudo hook-relay …", exitUsage, func() error {
			_, err := readAtMost(settings, maxRelayFile)
			return err
		}},
	} {
		var err error
		asNobody(t, func() { err = tc.do() })
		f, ok := errors.AsType[*fault](err)
		if !ok || f.code != tc.code || !strings.Contains(err.Error(), tc.want) || !strings.Contains(f.next, tc.next) || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: got %v, %+v", tc.name, err, f)
		}
	}
}

// Users without a name are named by their number, as in containers.
func TestRunAsAnother(t *testing.T) {
	root := os.Geteuid() == 0
	for name, want := range map[string][2]string{
		"hook-relay": {"runuser -u hook-relay -- hook-relay …", "sudo -u hook-relay hook-relay …"},
		"65532":      {"setpriv --reuid 65532 --clear-groups hook-relay …", "sudo -u '#65532' hook-relay …"},
	} {
		as := func(i int) {
			if got := asUser(name); got != want[i] {
				t.Errorf("got %q, want %q", got, want[i])
			}
		}
		if !root {
			as(1)
			continue
		}
		as(0)
		asNobody(t, func() { as(1) })
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
