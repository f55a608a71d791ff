package wire

import (
	"bytes"
	"net"
	"testing"
)

// A recorder is the network: it keeps what each write brought.
type recorder struct {
	net.Conn
	writes [][]byte
}

func (r *recorder) Write(p []byte) (int, error) {
	r.writes = append(r.writes, bytes.Clone(p))
	return len(p), nil
}

// A library writes a message to the network as the websocket library does: through a buffer of 4 KiB.
type library struct {
	Conn
	under net.Conn
}

func (l library) Write(msg []byte) error {
	for len(msg) > 0 {
		n, err := l.under.Write(msg[:min(len(msg), libraryBuffer)])
		if err != nil {
			return err
		}
		msg = msg[n:]
	}
	return nil
}

func TestCombinerMakesOneWriteOfAMessage(t *testing.T) {
	for _, size := range []int{1, libraryBuffer - 1, libraryBuffer, libraryBuffer + 1, 2 * libraryBuffer, 10*libraryBuffer + 7} {
		var network recorder
		under := &Combiner{Conn: &network}
		conn := Combine(library{under: under}, under)
		msg := bytes.Repeat([]byte("0123456789abcdef!"), size/17+1)[:size]
		for range 2 {
			if err := conn.Write(msg); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(network.writes); n != 2 || !bytes.Equal(network.writes[0], msg) || !bytes.Equal(network.writes[1], msg) {
			t.Errorf("two messages of %d bytes: %d writes, want each message as one", size, n)
		}
	}
}

// The handshake isn't made of messages: nothing of it may be held back.
func TestCombinerLeavesTheHandshakeAlone(t *testing.T) {
	var network recorder
	conn := &Combiner{Conn: &network}
	if _, err := conn.Write(make([]byte, libraryBuffer)); err != nil || len(network.writes) != 1 {
		t.Errorf("%d writes, %v; want 1", len(network.writes), err)
	}
}

// A message without an end in sight is sent before it fills the memory.
func TestCombinerHoldsBackALimitedAmount(t *testing.T) {
	var network recorder
	conn := &Combiner{Conn: &network, combining: true}
	for range 1000 {
		if _, err := conn.Write(make([]byte, libraryBuffer)); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.flush(); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, w := range network.writes {
		if total += len(w); len(w) > 1<<19 {
			t.Errorf("a write of %d bytes", len(w))
		}
	}
	if total != 1000*libraryBuffer {
		t.Errorf("got %d bytes, want %d", total, 1000*libraryBuffer)
	}
}
