package cmd_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/internal/faults"
)

// An sshServer is a real sshd on loopback, one process for each connection.
type sshServer struct {
	port     int
	mu       sync.Mutex
	all      []*exec.Cmd
	sessions sync.WaitGroup
}

// drop ends the connections that there are.
func (s *sshServer) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.all {
		_ = c.Process.Kill()
	}
}

// startSSH starts the server in dir, where the client's settings are put as well, under the nickname box.
func startSSH(t *testing.T, dir string) *sshServer {
	t.Helper()
	sshd, err := exec.LookPath("sshd")
	if err != nil {
		sshd = "/usr/sbin/sshd"
	}
	for _, program := range []string{sshd, "ssh", "ssh-keygen"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs openssh-server and openssh-client: %v", err)
		}
	}
	if os.Geteuid() == 0 { // sshd started by root insists on the folder that its package makes at boot
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Skipf("sshd can't be started by root here: %v", err)
		}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sshServer{port: ln.Addr().(*net.TCPAddr).Port}
	for _, name := range []string{"host", "user"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	public, err := os.ReadFile(filepath.Join(dir, "host.pub"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"known": fmt.Sprintf("[127.0.0.1]:%d %s", s.port, public),
		"server": fmt.Sprintf("HostKey %[1]s/host\nAuthorizedKeysFile %[1]s/user.pub\nPidFile none\nStrictModes no\nUsePAM no\n"+
			"PermitRootLogin yes\nGatewayPorts yes\nLogLevel ERROR\n", dir),
		"client": fmt.Sprintf("Host box\n  HostName 127.0.0.1\n  Port %[2]d\nHost *\n  IdentityFile %[1]s/user\n  IdentitiesOnly yes\n"+
			"  UserKnownHostsFile %[1]s/known\n  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n", dir, s.port),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var g sync.WaitGroup
	g.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			file, err := conn.(*net.TCPConn).File()
			_ = conn.Close()
			if err != nil {
				t.Error(err)
				return
			}
			c := exec.Command(sshd, "-i", "-e", "-f", filepath.Join(dir, "server"))
			c.Stdin, c.Stdout = file, file
			s.mu.Lock()
			err = c.Start()
			if err == nil {
				s.all = append(s.all, c)
			}
			s.mu.Unlock()
			_ = file.Close()
			if err != nil {
				t.Error(err)
				return
			}
			s.sessions.Go(func() { _ = c.Wait() })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		s.drop()
		g.Wait()
		s.sessions.Wait()
	})
	return s
}

// wrapSSH puts an ssh first in the PATH that reads the test's settings alone.
func (h *listening) wrapSSH(dir string) {
	h.t.Helper()
	ssh, err := exec.LookPath("ssh")
	if err != nil {
		h.t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nexec %s -F %s/client \"$@\"\n", ssh, dir)
	if err := os.WriteFile(filepath.Join(h.bin, "ssh"), []byte(script), 0o700); err != nil {
		h.t.Fatal(err)
	}
}

func TestViaSSH(t *testing.T) {
	t.Parallel()
	h, dir := newListening(t), t.TempDir()
	server := startSSH(t, dir)
	h.wrapSSH(dir)
	h.start("--json", "--via", "ssh:box")
	first := h.awaitReady()
	if !first.Public || first.Note != "" || !regexp.MustCompile(`^http://127\.0\.0\.1:\d+/e/`).MatchString(first.URL) {
		t.Fatalf("ready is %+v", first)
	}
	h.webhook(first)
	server.drop()
	h.await(`"via":"waiting","error":"ssh:box ended: exit status 255: `)
	second := h.awaitReady()
	h.webhook(second)
	h.interrupt(server.sessions.Wait)
}

// A port that was asked for is the same each time. One that is taken is said to be.
func TestViaSSHWithAPort(t *testing.T) {
	t.Parallel()
	h, dir := newListening(t), t.TempDir()
	server := startSSH(t, dir)
	h.wrapSSH(dir)
	addr, release, err := faults.ClosedPort() // which nobody else is given when it isn't taken any more
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	_, number, _ := net.SplitHostPort(addr)
	taken, err := net.Listen("tcp", "0.0.0.0:"+number)
	if err != nil {
		t.Fatal(err)
	}
	port := taken.Addr().(*net.TCPAddr).Port
	h.start("--json", "--via", fmt.Sprintf("ssh:127.0.0.1:%d/%d", server.port, port))
	h.await(fmt.Sprintf(`"via":"waiting","error":"ssh:127.0.0.1:%d/%d ended: exit status 255: .*remote port forwarding failed for listen port %d`, server.port, port, port))
	_ = taken.Close()
	r := h.awaitReady()
	if want := fmt.Sprintf("http://127.0.0.1:%d/e/", port); len(r.URL) <= len(want) || r.URL[:len(want)] != want {
		t.Fatalf("ready is %+v, want %s", r, want)
	}
	h.webhook(r)
	h.interrupt(server.sessions.Wait)
}
