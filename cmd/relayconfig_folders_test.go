package cmd

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

func TestFolderMistakes(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dangling := filepath.Join(dir, "dangling")
	if err := os.Symlink(filepath.Join(dir, "unmounted"), dangling); err != nil {
		t.Log("no symbolic links here:", err)
		dangling = filepath.Join(file, "below")
	}
	for _, tc := range []struct {
		name, data, log string
		mistakes        int
	}{
		{"both are there", dir, file, 0},
		{"both can be made", filepath.Join(dir, "a", "b"), filepath.Join(dir, "new.log"), 0},
		{"the log is in a data folder that will be made", filepath.Join(dir, "a") + "/", filepath.Join(dir, "a", "new.log"), 0},
		{"no log", dir, "", 0},
		{"a log on stderr", dir, "-", 0},
		{"a file as the folder", file, "", 1},
		{"a folder below a file", filepath.Join(file, "below", "it"), "", 1},
		{"a link to nowhere", dangling, "", 1},
		{"a folder as the log", dir, dir, 1},
		{"a log in a folder that isn't there", dir, filepath.Join(dir, "a", "new.log"), 1},
		{"a log below a file", dir, filepath.Join(file, "new.log"), 1},
		{"both wrong", file, dir, 2},
	} {
		o := relayOptions{data: tc.data, admin: relayAdmin{accessLog: tc.log}}
		if got := o.folderMistakes(); len(got) != tc.mistakes {
			t.Errorf("%s: got %v, want %d mistakes", tc.name, got, tc.mistakes)
		}
	}
	if all, err := os.ReadDir(dir); err != nil || len(all) > 2 {
		t.Errorf("the check has made something: %v %v", all, err)
	}
}

// What is called the same port is what can't be listened on twice.
func TestSamePort(t *testing.T) {
	for _, tc := range [][2]string{
		{"127.0.0.1:", "127.0.0.1:"}, {"127.0.0.1:", "localhost:"}, {"127.0.0.1:", "[::ffff:127.0.0.1]:"},
		{":", ":"}, {":", "0.0.0.0:"}, {"[::]:", "0.0.0.0:"}, {":", "127.0.0.1:"}, {"127.0.0.1:", "0.0.0.0:"}, {"[::]:", "127.0.0.1:"},
		{"127.0.0.1:", "127.0.0.2:"}, {"127.0.0.1:", "[::1]:"}, {"[::1]:", "0.0.0.0:"},
	} {
		port, both, err := listenTwice(tc[0], tc[1])
		if err != nil {
			t.Logf("%s and %s: not on this machine: %v", tc[0], tc[1], err)
			continue
		}
		if same := samePort(tc[0]+port, tc[1]+port); same == both {
			t.Errorf("%s and %s: the same port: %v; listening on both works: %v", tc[0], tc[1], same, both)
		}
	}
	if samePort("127.0.0.1:0", "127.0.0.1:0") || samePort("127.0.0.1:80", "127.0.0.1:81") || samePort("", "") || !samePort("127.0.0.1:http", "127.0.0.1:80") {
		t.Error("ports are told apart wrongly")
	}
}

// listenTwice says whether two addresses can be listened on with one port, and names one. Another program may have one of them, so several
// are tried.
func listenTwice(one, other string) (port string, both bool, err error) {
	for range 10 {
		first, err := net.Listen("tcp", one+"0")
		if err != nil {
			return "", false, err
		}
		port = strconv.Itoa(first.Addr().(*net.TCPAddr).Port)
		second, err := net.Listen("tcp", other+port)
		_ = first.Close()
		switch {
		case err == nil:
			return port, true, second.Close()
		case !errors.Is(err, syscall.EADDRINUSE):
			return "", false, err
		}
	}
	return port, false, nil
}
