package faults_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// startRelayRole starts a relay as a process of its own, where hook-relay's settings don't do: with that heartbeat, and
// for bodies up to that size. It answers each line that it is sent with its use of memory, in bytes.
func startRelayRole(t testing.TB, beat time.Duration, maxBody int64) (*program, string) {
	t.Helper()
	p := startRole(t, "relay", beat.String(), strconv.FormatInt(maxBody, 10))
	return p, p.ready(t).Addr
}

func relayRole() error {
	beat, err := time.ParseDuration(os.Args[1])
	if err != nil {
		return err
	}
	maxBody, err := strconv.ParseInt(os.Args[2], 10, 64)
	if err != nil {
		return err
	}
	debug.SetGCPercent(400) // as the command does
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server, err := relay.New(relay.Config{PublicURL: "http://" + ln.Addr().String(), Beat: beat, MaxBody: maxBody})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	var g errgroup.Group
	g.Go(func() error { return server.Serve(ctx, ln) })
	say("ready", ln.Addr().String())
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		sayMemory(m.HeapAlloc + m.StackInuse)
	}
	stop()
	return g.Wait()
}

func say(kind, addr string) {
	_ = json.NewEncoder(os.Stdout).Encode(map[string]string{"type": kind, "addr": addr})
}

func sayMemory(n uint64) {
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"type": "memory", "bytes": n})
}

// memory is what a relay role has in use on its heap and its stacks.
func (p *program) memory(t testing.TB) int64 {
	t.Helper()
	if _, err := fmt.Fprintln(p.stdin); err != nil {
		t.Fatal(err)
	}
	var m struct{ Bytes int64 }
	text := p.await(t, "its memory", func(l line) bool { return l.Type == "memory" }).Text
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m.Bytes
}

// tunnelsRole opens so many tunnels to a relay, their names beginning with a word, keeps them alive, and answers nothing.
func tunnelsRole() error {
	count, err := strconv.Atoi(os.Args[2])
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var running, claiming errgroup.Group
	claiming.SetLimit(32)
	for i := range count {
		claiming.Go(func() error {
			conn, welcome, err := claim(ctx, os.Args[1], fmt.Sprintf("%s-%05d", os.Args[3], i))
			if err != nil {
				return err
			}
			running.Go(func() error { return idle(ctx, conn, welcome) })
			return nil
		})
	}
	if err := claiming.Wait(); err != nil {
		return err
	}
	say("ready", "")
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); { // until it ends
	}
	stop()
	if err := running.Wait(); !errors.Is(err, wire.ErrClosed) {
		return fmt.Errorf("an idle tunnel ended: %w", err)
	}
	return nil
}

func idle(ctx context.Context, conn wire.Conn, w wire.Welcome) error {
	return wire.NewSession(conn, wire.Config{
		Window: wire.DefaultWindow, PeerWindow: w.Window, MaxStreams: 1, Heartbeat: w.Heartbeat(), Idle: w.Idle(), Accept: func(*wire.Stream) {},
	}).Run(ctx)
}

// claim is a client by hand: it claims the name at the relay at addr, and does no more. A relay that has enough to do is
// asked again when it says.
func claim(ctx context.Context, addr, name string) (wire.Conn, wire.Welcome, error) {
	for {
		conn, resp, err := upgrade(ctx, addr)
		if resp != nil && resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "" {
			seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
			select {
			case <-time.After(time.Duration(seconds) * time.Second):
				continue
			case <-ctx.Done():
				return nil, wire.Welcome{}, ctx.Err()
			}
		}
		if err != nil {
			return nil, wire.Welcome{}, err
		}
		welcome, err := wire.SendHello(conn, hello(name))
		if err != nil {
			_ = conn.Close()
		}
		return conn, welcome, err
	}
}

func hello(name string) wire.Hello {
	return wire.Hello{
		Versions: []int{wire.Version}, Software: "hook/test", Instance: "by-hand-" + name, Name: name, Secret: "by hand",
		Window: wire.DefaultWindow, MaxStreams: 1024, KnowsIdle: true,
	}
}

// upgrade opens a websocket to the relay at addr as a client does.
func upgrade(ctx context.Context, addr string) (wire.Conn, *http.Response, error) {
	ws, resp, err := websocket.Dial(ctx, "http://"+addr+wire.Path, &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Subprotocols: []string{wire.Subprotocol},
	})
	if err != nil {
		return nil, resp, err
	}
	return wire.WebSocket(ws), resp, nil
}
