package faults_test

import (
	"errors"
	"net"
	"runtime"
	"syscall"
	"testing"

	"github.com/seed-4575fdc3/hook/internal/faults"
)

// Nobody listens there, whoever was told it may, again and again, and nobody else is given it.
func TestClosedPort(t *testing.T) {
	watch(t)
	addr, release, err := faults.ClosedPort()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for range 2 {
		if conn, err := net.Dial("tcp", addr); !errors.Is(err, syscall.ECONNREFUSED) && runtime.GOOS != "windows" {
			t.Errorf("got %v, %v; want a refusal", conn, err)
		}
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Error(err)
		} else {
			_ = conn.Close()
		}
		if other, err := net.Listen("tcp", addr); err == nil {
			t.Error("two listen there")
			_ = other.Close()
		}
		_ = ln.Close()
	}
	for range 1000 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if ln.Addr().String() == addr {
			t.Error("somebody else was given it")
		}
		_ = ln.Close()
	}
}
