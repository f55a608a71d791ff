package faults_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// A smallDisk is a folder on a disk of its own that a relay has its data on.
type smallDisk struct {
	t      testing.TB
	inside string // the folder as this process sees it
}

// startRelayOnSmallDisk starts a hook-relay whose data folder is on a disk of that many MiB.
func (s *site) startRelayOnSmallDisk(public string, size int, more ...string) (*program, smallDisk, string) {
	s.t.Helper()
	folder, err := programs()
	if err != nil {
		s.t.Fatal(err)
	}
	dir := s.t.TempDir()
	if out, err := exec.Command("unshare", "-Urm", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", dir).CombinedOutput(); err != nil {
		s.t.Skipf("no disk of its own can be had here: %v: %s", err, out)
	}
	script := fmt.Sprintf(`mount -t tmpfs -o size=%dm tmpfs "$1" && shift && exec "$@"`, size)
	args := append([]string{"-Urm", "sh", "-c", script, "sh", dir, filepath.Join(folder, "hook-relay"), "--addr", "127.0.0.1:0",
		"--anonymous", "--data", filepath.Join(dir, "data"), "--json", "--public-url", "http://" + public}, more...)
	p := start(s.t, s.dir, ownEnviron(s.dir), "unshare", args...)
	addr := p.ready(s.t).Addr
	return p, smallDisk{s.t, filepath.Join("/proc", fmt.Sprint(p.cmd.Process.Pid), "root", dir)}, addr
}

// fill leaves no room.
func (d smallDisk) fill() {
	d.t.Helper()
	f, err := os.Create(filepath.Join(d.inside, "fill"))
	if err != nil {
		d.t.Error(err)
		return
	}
	defer func() { _ = f.Close() }()
	for size := 1 << 20; size > 0; {
		_, err := f.Write(make([]byte, size))
		if errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			d.t.Error(err)
			return
		}
	}
}

func (d smallDisk) empty() {
	d.t.Helper()
	if err := os.Remove(filepath.Join(d.inside, "fill")); err != nil {
		d.t.Fatal(err)
	}
}

// Row 20: with a full disk nothing is promised, what is live goes on, and when there is room again so does the inbox. That
// holds if the relay stops before the disk is full, and if it doesn't.
func TestRow20DiskFullAtTheRelay(t *testing.T) {
	for name, reserve := range map[string]string{"with a reserve": "32MiB", "to the last byte": "1"} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			front := startProxy(t, "127.0.0.1:1")
			p, disk, addr := s.startRelayOnSmallDisk(front.Addr(), 128, "--inbox-reserve", reserve, "--inbox-count", "1000000") // it is the disk that is full first
			front.Retarget(addr)
			live := newClient(front.Addr(), "live-otter")
			live.Handler = newLedger(1)
			live.start(t)
			live.wait(t, tunnel.Connected)
			l := newLedger(1)
			connect := func() *client {
				c := newClient(front.Addr(), otter)
				c.Settings.WhenAway, c.Handler = "hold", l
				c.start(t)
				c.wait(t, tunnel.Connected)
				return c
			}
			connect().end(t)
			n := 0
			hold := func() answer {
				a := post(t, addr, "/e/"+otter, fmt.Sprint("0 ", n))
				if a.Err == nil && a.Status == http.StatusAccepted {
					l.promise(0, n)
				}
				n++
				return a
			}
			eventually(t, "a delivery is held", func() bool { return hold().Status == http.StatusAccepted })
			full := make(chan struct{})
			go func() { // the disk is full in the middle of it, before the relay can know
				defer close(full)
				disk.fill()
			}()
			for filling := true; filling; {
				select {
				case <-full:
					filling = false
				default:
					hold()
				}
			}
			refused := 0
			eventually(t, "nothing is held any more", func() bool {
				if a := hold(); a.Status != http.StatusAccepted {
					if a.Status != http.StatusInsufficientStorage && a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
						t.Errorf("with a full disk: %s", a)
					}
					refused++
				}
				return refused == 10
			})
			if a := post(t, addr, "/e/live-otter", "0 1"); a.Status != http.StatusOK {
				t.Errorf("what is live: %s", a)
			}
			disk.empty()
			before := time.Now()
			eventually(t, "deliveries are held again", func() bool { return hold().Status == http.StatusAccepted })
			if t.Failed() {
				t.Log(p.talk.String())
			}
			t.Logf("%d were refused; held again after %s", refused, time.Since(before).Round(time.Millisecond))
			c := connect()
			eventually(t, "all has come that was answered 202", func() bool { return l.missing() == 0 })
			l.check(t)
			c.end(t)
			live.end(t)
			p.kill(t)
		})
	}
}
