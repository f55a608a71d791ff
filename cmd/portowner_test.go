package cmd

import (
	"net"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"strconv"
	"testing"
)

func TestParseLsof(t *testing.T) {
	got := parseLsof("p4711\ncnode\nf21\nn127.0.0.1:3000\nf22\nn[::1]:3000\np12\nccom.docker.backend\nf9\nn*:3000\n")
	want := []portOwner{
		{4711, "node", "127.0.0.1:3000"}, {4711, "node", "[::1]:3000"}, {12, "com.docker.backend", "*:3000"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if o := ofTarget(got[1:]); o != want[1] {
		t.Errorf("got %+v for the target", o)
	}
	if o := ofTarget(nil); o != (portOwner{}) {
		t.Errorf("got %+v of nobody", o)
	}
}

// The kernel's tables name the socket; whoever has it open is the owner, also when that changes.
func TestPortWatch(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux says it without another program")
	}
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		ln, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("%s: %v", address, err)
			continue
		}
		port := ln.Addr().(*net.TCPAddr).Port
		w := &portWatch{port: port}
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		if got := ofTarget(w.look(t.Context(), true)); got.pid != os.Getpid() || got.address != ln.Addr().String() || got.program == "" {
			t.Errorf("%s: got %+v, want this process (%s)", address, got, exe)
		}

		// Another process takes the socket over.
		file, err := ln.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		heir := exec.Command("sleep", "1000")
		heir.ExtraFiles = []*os.File{file}
		if err := heir.Start(); err != nil {
			t.Fatal(err)
		}
		_ = file.Close()
		_ = ln.Close()
		later := &portWatch{port: port}
		if got := ofTarget(later.look(t.Context(), true)); got.pid != heir.Process.Pid || got.program == "" {
			t.Errorf("%s: got %+v, want %d", address, got, heir.Process.Pid)
		}
		_ = heir.Process.Kill()
		_ = heir.Wait()
		if got := later.look(t.Context(), false); len(got) != 0 {
			t.Errorf("%s: got %+v, want nobody any more", address, got)
		}

		// And then there is a new one.
		if ln, err = net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)); err != nil {
			t.Fatal(err)
		}
		if got := ofTarget(later.look(t.Context(), false)); got.pid != os.Getpid() {
			t.Errorf("%s: got %+v, want this process again", address, got)
		}
		_ = ln.Close()
	}
}
