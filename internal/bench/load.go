package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
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
	Rate     int   // webhooks per second, each at its time; 0: each worker sends the next when the last is answered
	Upload   int64 // bytes; not 0: uploads of this size instead of webhooks
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
		w, err := newWorker(target, o.Body, i)
		if err != nil {
			return err
		}
		defer func() { _ = w.conn.Close() }()
		workers[i] = w
	}
	o.PIDs = append(o.PIDs, os.Getpid())
	var y yield
	if o.Upload > 0 {
		y = o.upload(workers[0])
	} else if y, err = o.drive(workers); err != nil {
		return err
	}
	y.sum(workers)
	return json.NewEncoder(os.Stdout).Encode(y)
}

// drive has the workers send until the time is over.
func (o order) drive(workers []*worker) (yield, error) {
	from := time.Now().Add(o.Warmup)
	to := from.Add(o.Duration)
	var g errgroup.Group
	work := func(w *worker) { w.work(from, to) }
	if o.Rate > 0 {
		p, err := newPace(o.Rate, to)
		if err != nil {
			return yield{}, err
		}
		g.Go(p.run)
		work = func(w *worker) { w.keepPace(p.due, from, to) }
	}
	for _, w := range workers {
		g.Go(func() error {
			work(w)
			return nil
		})
	}
	time.Sleep(time.Until(from))
	before := processorTimes(o.PIDs)
	time.Sleep(time.Until(to))
	y := yield{Seconds: o.Duration.Seconds(), CPU: since(before, processorTimes(o.PIDs))}
	return y, g.Wait()
}

// sum adds what the workers found.
func (y *yield) sum(workers []*worker) {
	y.Errors = make(map[string]int)
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

// A worker sends one request after the other on its connection.
type worker struct {
	conn    net.Conn
	answers *bufio.Reader
	target  *url.URL
	webhook *webhook

	answered  int
	latencies []time.Duration // of the answers within the measured time
	errors    map[string]int
}

func newWorker(target *url.URL, body, number int) (*worker, error) {
	conn, err := net.DialTimeout("tcp", target.Host, 3*time.Second)
	if err != nil {
		return nil, err
	}
	return &worker{
		conn: conn, answers: bufio.NewReader(conn), target: target, webhook: newWebhook(target, body, number),
		latencies: make([]time.Duration, 0, 1<<16), errors: make(map[string]int),
	}, nil
}

// patience is how long an answer may take beyond the measured time.
const patience = 10 * time.Second

// work sends until to, and ends early if the connection breaks. An answer between from and to counts.
func (w *worker) work(from, to time.Time) {
	_ = w.conn.SetDeadline(to.Add(patience))
	for {
		request := w.webhook.next()
		start := time.Now()
		ok := w.ask(answer, request)
		end := time.Now()
		if !ok || end.After(to) {
			return
		}
		if end.After(from) {
			w.latencies = append(w.latencies, end.Sub(start))
		}
	}
}

// ask sends a request in parts and reads its answer, whose body shall be want. It notes what is wrong, and says whether
// the connection can be used further. An answer counts even if the request could not be sent wholly, as it says why.
func (w *worker) ask(want string, parts ...[]byte) (ok bool) {
	var broke error
	for _, part := range parts {
		if _, broke = w.conn.Write(part); broke != nil {
			break
		}
	}
	wrong, err := readAnswer(w.answers, want)
	if err == nil {
		w.answered++
		if wrong != "" {
			w.errors[wrong]++
		}
	}
	if broke != nil {
		err = broke
	}
	if err != nil {
		w.errors[fmt.Sprintf("the connection broke: %.120s", err)]++
	}
	return err == nil
}
