package cmd_test

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// setWithBus runs `hook secret set` with a home of its own and a session bus at that address.
func setWithBus(t *testing.T, dir, bus string) (out, talk string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "hook", "secret", "set", "stripe")
	c.Dir, c.Stdin = dir, strings.NewReader("whsec_0123456789\n")
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_DATA_HOME=" + filepath.Join(dir, "data"), "DBUS_SESSION_BUS_ADDRESS=" + bus}
	var o, e bytes.Buffer
	c.Stdout, c.Stderr = &o, &e
	if err := c.Run(); err != nil {
		t.Fatalf("%v: %s", err, e.String())
	}
	return o.String(), e.String()
}

// A bus that isn't there, and one that never answers: the secret goes into the file, and nothing hangs.
func TestBusesThatDoNotServe(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "bus") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	silent, err := net.Listen("unix", filepath.Join(dir, "silent")) // it connects, and nobody answers
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	for _, bus := range []struct{ address, warning string }{
		{"disabled:", ""},
		{"unix:path=" + filepath.Join(dir, "nobody"), "no such file"},
		{"unix:path=" + filepath.Join(dir, "silent"), "it doesn't answer"},
	} {
		out, talk := setWithBus(t, dir, bus.address)
		if !strings.Contains(out, "which only you can read") || !strings.Contains(talk, bus.warning) || bus.warning == "" && talk != "" {
			t.Errorf("%s: it says %q and %q", bus.address, out, talk)
		}
	}
}
