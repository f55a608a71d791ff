package main

import "time"

// A pace says when webhooks are due: at a constant rate, whether those before them were answered or not.
type pace struct {
	due      chan time.Time // closed after the last; has room for all, so that nobody who is late holds it up
	begin    time.Time
	to       time.Time
	interval time.Duration
	ticks    *ticks
}

// newPace begins a pace of rate a second, which ends at to. Only run ends what it holds.
func newPace(rate int, to time.Time) (*pace, error) {
	p := &pace{begin: time.Now(), to: to, interval: time.Second / time.Duration(rate)}
	p.due = make(chan time.Time, to.Sub(p.begin)/p.interval+1)
	var err error
	p.ticks, err = newTicks(p.interval)
	return p, err
}

// run keeps the pace until it is over.
func (p *pace) run() error {
	defer p.ticks.close()
	defer close(p.due)
	for next := p.begin.Add(p.interval); next.Before(p.to); {
		passed, err := p.ticks.wait()
		if err != nil {
			return err
		}
		for ; passed > 0 && next.Before(p.to); passed-- {
			p.due <- next
			next = next.Add(p.interval)
		}
	}
	return nil
}

// keepPace sends a webhook at each time that is due, as long as there are any. Those due from from on count, and their
// latency from when they were due: had all workers to wait for answers then, their waiting is part of it.
func (w *worker) keepPace(due <-chan time.Time, from, to time.Time) {
	_ = w.conn.SetDeadline(to.Add(patience))
	for {
		request := w.webhook.next()
		at, more := <-due
		if !more || !w.ask(answer, request) {
			return
		}
		if !at.Before(from) {
			w.latencies = append(w.latencies, time.Since(at))
		}
	}
}
