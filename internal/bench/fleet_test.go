package main

import (
	"context"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/relay"
)

// startRelay serves on addr until stop is called, which waits.
func startRelay(t *testing.T, addr string) (url, host string, stop func()) {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	host = ln.Addr().String()
	server, err := relay.New(relay.Config{PublicURL: "http://" + host})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	var g errgroup.Group
	g.Go(func() error { return server.Serve(ctx, ln) })
	stop = func() {
		end()
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
	}
	return "http://" + host, host, stop
}

func TestAFleetLosesItsRelay(t *testing.T) {
	host, release, err := faults.ClosedPort() // where nobody else listens in between
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	url, _, stop := startRelay(t, host)
	var again time.Time
	y, err := newFleet(url, 5).lose(t.Context(), func() {
		stop()
		again = time.Now()
		_, _, stop = startRelay(t, host)
	})
	stop()
	if err != nil {
		t.Fatal(err)
	}
	if y.First < again.UnixNano() || y.Median < y.First || y.Last < y.Median {
		t.Errorf("got %+v, want rising times from %d on", y, again.UnixNano())
	}
}

func TestAFleetWithoutARelayEnds(t *testing.T) {
	url, _, stop := startRelay(t, anyPort)
	stop()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := newFleet(url, 3).run(ctx, func(context.Context) error {
		t.Error("the fleet was connected to nothing")
		return nil
	})
	if err == nil {
		t.Error("got no error")
	}
}

func TestAnIdleFleet(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the memory of a process is known on Linux only")
	}
	url, _, stop := startRelay(t, anyPort)
	defer stop()
	y, err := newFleet(url, 3).idle(t.Context(), os.Getpid(), time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if y.Before <= 0 || y.Full <= 0 || y.Held <= 0 || y.Connecting <= 0 {
		t.Errorf("got %+v, want memory and time", y)
	}
}
