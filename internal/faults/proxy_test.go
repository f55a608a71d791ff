package faults_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/faults"
)

// startProxy is a Proxy that ends with the test.
func startProxy(t testing.TB, target string) *faults.Proxy {
	t.Helper()
	p, err := faults.Start(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// startServer serves each connection with serve, and closes it when that returns.
func startServer(t testing.TB, serve func(*net.TCPConn)) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(patience))
			open.Go(func() {
				defer func() { _ = conn.Close() }()
				serve(conn.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		open.Wait()
	})
	return ln.Addr().String()
}

func echoes(conn *net.TCPConn) { _, _ = io.Copy(conn, conn) }

// dial opens a connection that a failing test doesn't wait for.
func dial(t testing.TB, addr string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(patience))
	t.Cleanup(func() { _ = conn.Close() })
	return conn.(*net.TCPConn)
}

// ask says something and wants to hear it again.
func ask(t testing.TB, conn net.Conn, word string) {
	t.Helper()
	got := make([]byte, len(word))
	if _, err := io.WriteString(conn, word); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != word {
		t.Fatalf("got %q, %v; want %q", got, err, word)
	}
}

// hearsNothing wants neither bytes nor an end on conn for a moment.
func hearsNothing(t testing.TB, conn net.Conn) {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := conn.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %d bytes, %v; want silence", n, err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(patience))
}

// wantReset wants conn to be broken.
func wantReset(t testing.TB, conn net.Conn) {
	t.Helper()
	if _, err := io.Copy(io.Discard, conn); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want a reset", err)
	}
}

func TestProxyPasses(t *testing.T) {
	watch(t)
	p := startProxy(t, startServer(t, echoes))
	conn := dial(t, p.Addr())
	ask(t, conn, "hello")
	_ = conn.CloseWrite()
	if rest, err := io.ReadAll(conn); err != nil || len(rest) > 0 {
		t.Errorf("behind the end: %q, %v", rest, err)
	}
	got, err := p.Await(soon(t), func(c faults.Counts) bool { return c.Open == 0 })
	if want := (faults.Counts{Conns: 1, Bytes: [2]int64{5, 5}}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Await(over, func(c faults.Counts) bool { return c.Conns > 1 }); !errors.Is(err, context.Canceled) {
		t.Errorf("Await returned %v", err)
	}
}

func TestProxyDelays(t *testing.T) {
	watch(t)
	const delay = 30 * time.Millisecond
	p := startProxy(t, startServer(t, echoes))
	conn := dial(t, p.Addr())
	ask(t, conn, "quick")
	p.Delay(faults.Up, delay)
	p.Delay(faults.Down, 2*delay)
	began := time.Now()
	ask(t, conn, "late")
	if took := time.Since(began); took < 3*delay {
		t.Errorf("a round trip took %s, want %s at least", took, 3*delay)
	}
	// A delay is no limit: what follows closely arrives closely.
	ask(t, conn, string(bytes.Repeat([]byte("x"), 1<<20)))
	if most := p.UnderWay(faults.Up); most <= 128<<10 {
		t.Errorf("of 1 MiB no more than %d bytes were under way at once, as if each piece waited for the one before", most)
	}
	_ = conn.CloseWrite()
	_, _ = io.Copy(io.Discard, conn)
}

func TestProxyLimits(t *testing.T) {
	watch(t)
	p := startProxy(t, startServer(t, echoes))
	conn := dial(t, p.Addr())
	p.Limit(faults.Up, 20_000)
	began := time.Now()
	ask(t, conn, string(make([]byte, 2_000)))
	if took := time.Since(began); took < 80*time.Millisecond {
		t.Errorf("2,000 bytes at 20,000 a second took %s", took)
	}
	p.Limit(faults.Up, 0)
	ask(t, conn, string(make([]byte, 1<<20)))
}

func TestProxyCuts(t *testing.T) {
	watch(t)
	p := startProxy(t, startServer(t, echoes))
	conn := dial(t, p.Addr())
	p.CutAfter(faults.Down, 3)
	if _, err := io.WriteString(conn, "hello"); err != nil {
		t.Fatal(err)
	}
	wantReset(t, conn)
	if c, err := p.Await(soon(t), func(c faults.Counts) bool { return c.Bytes == [2]int64{5, 3} }); err != nil { // counted once written
		t.Errorf("got %+v", c)
	}
	ask(t, dial(t, p.Addr()), "it happens once")
}

// Neither end sees the other go, whatever happens.
func TestProxySwallows(t *testing.T) {
	watch(t)
	ends := make(chan error, 8)
	server := startServer(t, func(conn *net.TCPConn) {
		_, err := io.Copy(conn, conn)
		ends <- err
	})
	p := startProxy(t, server)
	stays, goes := dial(t, p.Addr()), dial(t, p.Addr())
	ask(t, stays, "hello")
	ask(t, goes, "hello")
	p.Blackhole()
	late := dial(t, p.Addr())
	if _, err := p.Await(soon(t), func(c faults.Counts) bool { return c.Conns == 3 }); err != nil {
		t.Fatal(err)
	}
	for _, conn := range []net.Conn{stays, late} {
		if _, err := io.WriteString(conn, "is anybody there?"); err != nil {
			t.Fatal(err)
		}
		hearsNothing(t, conn)
	}
	_ = goes.SetLinger(0)
	_ = goes.Close()
	if err := p.Pass(); err != nil {
		t.Fatal(err)
	}
	ask(t, dial(t, p.Addr()), "a new one")
	hearsNothing(t, stays)
	select {
	case err := <-ends:
		if err != nil {
			t.Errorf("the target saw an end: %v", err)
		}
	default:
	}
	if c, err := p.Await(soon(t), func(c faults.Counts) bool { return c.Bytes == [2]int64{19, 19} }); err != nil || c.Open < 3 {
		t.Errorf("got %+v", c)
	}
	p.Reset()
	wantReset(t, stays)
	wantReset(t, late)
}

func TestProxyHalfCloses(t *testing.T) {
	watch(t)
	p := startProxy(t, startServer(t, func(conn *net.TCPConn) {
		heard, _ := io.ReadAll(conn)
		_, _ = conn.Write(append([]byte("you said "), heard...))
	}))
	conn := dial(t, p.Addr())
	if _, err := io.WriteString(conn, "hello"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Await(soon(t), func(c faults.Counts) bool { return c.Bytes[faults.Up] == 5 }); err != nil {
		t.Fatal(err)
	}
	p.HalfClose(faults.Up)
	if got, err := io.ReadAll(conn); err != nil || string(got) != "you said hello" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestProxyRefusesAndCloses(t *testing.T) {
	watch(t)
	p := startProxy(t, startServer(t, echoes))
	lives := dial(t, p.Addr())
	ask(t, lives, "hello")
	p.Refuse()
	if conn, err := net.Dial("tcp", p.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v, %v; want a refusal", conn, err)
	}
	if err := p.Pass(); err != nil {
		t.Fatal(err)
	}
	ask(t, dial(t, p.Addr()), "hello")
	p.AcceptAndClose()
	if _, err := dial(t, p.Addr()).Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want the end", err)
	}
	ask(t, lives, "still here")
	if c := p.Counts(); c.Conns != 3 {
		t.Errorf("got %+v, want 3 connections", c)
	}
}

// A target that isn't there, or goes, is seen by whoever dialled.
func TestProxyWithoutATarget(t *testing.T) {
	watch(t)
	p := startProxy(t, "127.0.0.1:1")
	if conn, err := net.Dial("tcp", p.Addr()); err == nil { // else the reset came before the connection was seen to be made
		wantReset(t, conn)
		_ = conn.Close()
	}
	p.Retarget(startServer(t, func(conn *net.TCPConn) {
		_, _ = conn.Read(make([]byte, 1))
		_ = conn.SetLinger(0)
	}))
	conn := dial(t, p.Addr())
	_, _ = conn.Write([]byte("."))
	wantReset(t, conn)
}
