package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	maxWorkers = 1024 // the most requests at once
	maxErrors  = 5    // how many different errors are told apart
)

// An order is what the load shall do.
type order struct {
	URL      string
	Workers  int
	Warmup   time.Duration
	Duration time.Duration
	Body     int
	PIDs     []int // whose processor time is wanted; the load's own is always told
}

// A yield is what the load found.
type yield struct {
	Sent     int             // requests that were answered, with the warm-up
	Requests int             // of them within the measured time
	Seconds  float64         // how long that was
	P50, P99 time.Duration   // latencies
	Errors   map[string]int  // what went wrong, and how often
	CPU      []time.Duration // processor time within the measured time: of each PIDs, then the load's; nil if unknown
}

// playLoad does one order, in JSON, and prints its yield.
func playLoad(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	target, err := url.Parse(o.URL)
	if err != nil {
		return err
	}
	workers := make([]*worker, o.Workers)
	for i := range workers {
		conn, err := net.DialTimeout("tcp", target.Host, 3*time.Second)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		workers[i] = &worker{
			conn: conn, answers: bufio.NewReader(conn), webhook: newWebhook(target, o.Body, i), errors: make(map[string]int),
		}
	}
	return json.NewEncoder(os.Stdout).Encode(o.drive(workers))
}

// drive has the workers send until the time is over.
func (o order) drive(workers []*worker) yield {
	from := time.Now().Add(o.Warmup)
	to := from.Add(o.Duration)
	var g sync.WaitGroup
	for _, w := range workers {
		g.Go(func() { w.work(from, to) })
	}
	pids := append(slices.Clone(o.PIDs), os.Getpid())
	time.Sleep(time.Until(from))
	before := processorTimes(pids)
	time.Sleep(time.Until(to))
	y := yield{Seconds: o.Duration.Seconds(), Errors: make(map[string]int), CPU: since(before, processorTimes(pids))}
	g.Wait()
	var latencies []time.Duration
	for _, w := range workers {
		y.Sent += w.answered
		latencies = append(latencies, w.latencies...)
		for what, n := range w.errors {
			if _, known := y.Errors[what]; !known && len(y.Errors) >= maxErrors {
				what = "something else went wrong"
			}
			y.Errors[what] += n
		}
	}
	slices.Sort(latencies)
	y.Requests, y.P50, y.P99 = len(latencies), quantile(latencies, 0.5), quantile(latencies, 0.99)
	return y
}

// since is how much more each of after is than of before; nil if either is unknown.
func since(before, after []time.Duration) []time.Duration {
	if before == nil || after == nil {
		return nil
	}
	for i := range after {
		after[i] -= before[i]
	}
	return after
}

// A worker sends one webhook after the other on its connection.
type worker struct {
	conn    net.Conn
	answers *bufio.Reader
	webhook *webhook

	answered  int
	latencies []time.Duration // of the answers within the measured time
	errors    map[string]int
}

// patience is how long an answer may take beyond the measured time.
const patience = 10 * time.Second

// work sends until to, and ends early if the connection breaks. An answer between from and to counts.
func (w *worker) work(from, to time.Time) {
	_ = w.conn.SetDeadline(to.Add(patience))
	w.latencies = make([]time.Duration, 0, 1<<16)
	for {
		request := w.webhook.next()
		start := time.Now()
		_, err := w.conn.Write(request)
		wrong := ""
		if err == nil {
			wrong, err = readAnswer(w.answers)
		}
		end := time.Now()
		if err != nil {
			w.errors[fmt.Sprintf("the connection broke: %.120s", err)]++
			return
		}
		w.answered++
		if wrong != "" {
			w.errors[wrong]++
		}
		if end.After(to) {
			return
		}
		if end.After(from) {
			w.latencies = append(w.latencies, end.Sub(start))
		}
	}
}
