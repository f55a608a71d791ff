// Package faults is a network that misbehaves on purpose: a proxy on loopback, between whoever dials and a target, that
// delays, throttles, swallows and breaks what passes. Only tests use it. Its own test files hold the fault tests of the
// whole house: each names the row of the list of faults that it stands for.
package faults

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"
)

// A Way is a direction through a Proxy.
type Way int

// The two ways.
const (
	Up   Way = iota // from whoever dialled to the target
	Down            // back
)

// Counts are what has happened at a Proxy so far.
type Counts struct {
	Conns int      // connections that were accepted, whatever became of them
	Open  int      // those of them that are open now
	Bytes [2]int64 // what was passed on, by Way
}

// A Proxy passes connections on to its target until it is told to do worse. Its methods may be called at any time, also
// while connections live, and concurrently. Make it with Start and Close it.
type Proxy struct {
	addr    string
	release func() // of the address
	running sync.WaitGroup

	mu      sync.Mutex
	counted sync.Cond // counts changed, or somebody's patience ended
	to      string
	ln      net.Listener // nil while it refuses
	mode    mode
	rules   [2]rule
	links   map[*link]struct{}
	counts  Counts
	closed  bool
}

// A mode is what becomes of new connections.
type mode int

const (
	passing mode = iota
	closing
	swallowing
)

// A rule is how one way behaves. Its zero value passes all on at once, but for cut, which is -1 then.
type rule struct {
	delay time.Duration
	rate  int   // bytes a second; 0: as fast as it goes
	cut   int64 // how many more bytes pass before a connection breaks; -1: no end
}

// Start listens on a free port of loopback for connections to the target, a host and a port.
func Start(target string) (*Proxy, error) {
	p := &Proxy{to: target, links: make(map[*link]struct{}), rules: [2]rule{{cut: -1}, {cut: -1}}}
	p.counted.L = &p.mu
	var err error
	if p.addr, p.release, err = ClosedPort(); err != nil {
		return nil, fmt.Errorf("fault proxy: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p, p.listenLocked()
}

func (p *Proxy) listenLocked() error {
	ln, err := net.Listen("tcp", p.addr)
	if err != nil {
		return fmt.Errorf("fault proxy: %w", err)
	}
	p.ln = ln
	p.running.Go(func() { p.accept(ln) })
	return nil
}

// Addr is where the Proxy listens, a host and a port. It stays the same.
func (p *Proxy) Addr() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.addr
}

// Close breaks all connections and waits until nothing of the Proxy is left.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	if p.ln != nil {
		_ = p.ln.Close()
		p.ln = nil
	}
	p.mu.Unlock()
	p.Reset()
	p.running.Wait()
	p.release()
}

// Retarget sends new connections to another target.
func (p *Proxy) Retarget(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to = target
}

// Delay makes what is read from now on arrive that much later. As on a long line, much may be under way at once: 32 MiB.
func (p *Proxy) Delay(way Way, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules[way].delay = d
}

// Limit passes no more than rate bytes a second on, on each connection; 0 lifts the limit.
func (p *Proxy) Limit(way Way, rate int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules[way].rate = rate
}

// CutAfter resets the connection on which the n-th byte from now on goes that way, all connections counted together. It
// happens once.
func (p *Proxy) CutAfter(way Way, n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules[way].cut = n
}

// Blackhole swallows all that comes, on live and on new connections, and keeps them open: no FIN and no RST reaches
// either end, whatever the other does. After Pass, new connections pass; those that have lost bytes stay as they are.
func (p *Proxy) Blackhole() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = swallowing
	for l := range p.links {
		l.black = true
	}
}

// HalfClose ends one way of all live connections: the end that it leads to sees FIN. What comes that way later is
// swallowed, and the other way goes on.
func (p *Proxy) HalfClose(way Way) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.endLocked(way)
	}
}

// Reset breaks all live connections: both ends see RST.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.breakLocked()
	}
}

// Refuse has new connections refused, as where nothing listens. Live ones go on.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ln != nil {
		_ = p.ln.Close()
		p.ln = nil
	}
}

// AcceptAndClose closes new connections as soon as they are made. Live ones go on.
func (p *Proxy) AcceptAndClose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = closing
}

// Pass lets new connections through again. Its error is that somebody else took the port while it refused, which on Linux
// nobody does.
func (p *Proxy) Pass() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = passing
	if p.ln != nil || p.closed {
		return nil
	}
	return p.listenLocked()
}

// Counts are what has happened so far.
func (p *Proxy) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts
}

// UnderWay is the most that was ever under way at once, in bytes, on one of the connections that are open now: read at one
// end and not yet due at the other.
func (p *Proxy) UnderWay(way Way) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	most := 0
	for l := range p.links {
		most = max(most, l.pipes[way].peak())
	}
	return most
}

// Await waits until the counts are as wanted, and gives them. Its error is ctx's. wanted must not call the Proxy.
func (p *Proxy) Await(ctx context.Context, wanted func(Counts) bool) (Counts, error) {
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.counted.Broadcast()
	})
	defer stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for !wanted(p.counts) {
		if ctx.Err() != nil {
			return p.counts, ctx.Err()
		}
		p.counted.Wait()
	}
	return p.counts, nil
}

func (p *Proxy) accept(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		p.take(conn.(*net.TCPConn))
	}
}

func (p *Proxy) take(conn *net.TCPConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts.Conns++
	p.counted.Broadcast()
	if p.closed || p.mode == closing {
		_ = conn.Close()
		return
	}
	l := newLink(p, conn)
	l.black = p.mode == swallowing
	p.links[l] = struct{}{}
	p.counts.Open++
	to := p.to
	p.running.Go(func() {
		l.run(to)
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.links, l)
		p.counts.Open--
		p.counted.Broadcast()
	})
}
