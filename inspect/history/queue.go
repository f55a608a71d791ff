package history

import (
	"sync"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// The bounds of what waits for the writer, and of waiting.
const (
	maxWaitingJobs  = 16384
	maxWaitingBytes = 128 << 20
	roomWait        = 100 * time.Millisecond // how long put waits for room
	lazyWait        = 20 * time.Millisecond  // how long a lazy job waits for others to ride along with
	busyWait        = 100 * time.Millisecond // and how long where many come: their places in the indexes lie close together then
	busyJobs        = 64                     // so many within lazyWait are many
	busyBytes       = 16 << 20               // more of them are not held back
)

// A Pending is a write that was handed over and is not yet on disk.
type Pending struct {
	done, stored chan struct{}
	err          error
	redeliveryOf string
}

func newPending() *Pending {
	return &Pending{done: make(chan struct{}), stored: make(chan struct{})}
}

// Done is closed when the write survives the death of this process, or has failed.
func (p *Pending) Done() <-chan struct{} { return p.done }

// Stored is closed when the write is in the database, soon after Done, or has failed.
func (p *Pending) Stored() <-chan struct{} { return p.stored }

// Err is why the write failed, nil if it did not, or before Stored is closed.
func (p *Pending) Err() error {
	select {
	case <-p.stored:
		return p.err
	default:
		return nil
	}
}

// RedeliveryOf is the id of the earliest delivery in the project with the same provider and provider id, empty if there
// is none, or before Stored is closed.
func (p *Pending) RedeliveryOf() string {
	select {
	case <-p.stored:
		return p.redeliveryOf
	default:
		return ""
	}
}

// A job is one thing for the writer to do.
type job struct {
	what    func() string // what is being done, for errors
	run     func(*transaction) error
	pending *Pending
	size    int64 // of the memory that it holds on to, about
	lazy    bool  // it may wait a little for others
	alone   bool  // it wants a transaction of its own
	kept    bool  // it is in the journal, and its Pending is done

	delivery string // the id of the delivery that it adds, or whose attempt it is
	attempt  *try   // nil if it adds
	first    *try   // that comes in the same transaction as the delivery that it adds, and goes with it
	rides    *job   // with which its attempt goes
}

// meet finds the attempts whose deliveries are in the same transaction: a delivery that is stored with its attempt isn't
// changed again, which saves a quarter of the work.
func meet(jobs []*job) {
	adding := make(map[string]*job, len(jobs)/2)
	for _, j := range jobs {
		switch {
		case j.delivery == "":
		case j.attempt == nil:
			adding[j.delivery] = j
		default:
			if d := adding[j.delivery]; d != nil && j.attempt.Number == 1 && j.attempt.Outcome != inspect.OutcomePending {
				d.first, j.rides = j.attempt, d
			}
			delete(adding, j.delivery) // those that follow keep their order
		}
	}
}

// A queue holds the jobs that wait for the writer, bounded in number and in bytes.
type queue struct {
	urgent, lazy chan struct{} // capacity 1: there is an urgent job, there is a lazy job
	start        func()        // starts the writer; called once, by the first put

	mu      sync.Mutex
	jobs    []*job
	size    int64
	room    chan struct{} // closed when jobs are taken
	started bool
	closed  bool
	lastAdd time.Time // when a delivery or an attempt was last put
}

func newQueue(start func()) *queue {
	return &queue{
		start: start, urgent: make(chan struct{}, 1), lazy: make(chan struct{}, 1), room: make(chan struct{}),
	}
}

// put hands j over. If there is no room it waits for some, but not longer than roomWait.
func (q *queue) put(j *job) error {
	var timeout <-chan time.Time
	for {
		room, err := q.tryPut(j)
		if room == nil {
			return err
		}
		if timeout == nil {
			timer := time.NewTimer(roomWait)
			defer timer.Stop()
			timeout = timer.C
		}
		select {
		case <-room:
		case <-timeout:
			return ErrFull
		}
	}
}

// tryPut hands j over, or returns a channel that is closed when it makes sense to try again.
func (q *queue) tryPut(j *job) (room <-chan struct{}, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return nil, ErrClosed
	}
	// A job larger than the whole bound must have its turn too.
	if len(q.jobs) >= maxWaitingJobs || len(q.jobs) > 0 && q.size+j.size > maxWaitingBytes {
		signal(q.urgent) // the writer may still wait for more
		return q.room, nil
	}
	q.jobs = append(q.jobs, j)
	q.size += j.size
	if !j.alone {
		q.lastAdd = time.Now()
	}
	// Under the lock, so that close can not pass between the put and the start.
	if !q.started {
		q.started = true
		q.start()
	}
	if j.lazy {
		signal(q.lazy)
	} else {
		signal(q.urgent)
	}
	return nil, nil
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take waits until something is to be done and returns all jobs that are waiting. With last set none will follow.
func (q *queue) take() (jobs []*job, last bool) {
	select {
	case <-q.urgent:
	case <-q.lazy:
		if !q.urgentWithin(lazyWait) && q.busy() {
			q.urgentWithin(busyWait - lazyWait)
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	jobs, q.jobs, q.size = q.jobs, nil, 0
	close(q.room)
	q.room = make(chan struct{})
	return jobs, q.closed
}

// urgentWithin waits for that long, or until there is an urgent job.
func (q *queue) urgentWithin(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-q.urgent:
		return true
	case <-timer.C:
		return false
	}
}

// busy says whether many jobs have come, with little to hold on to.
func (q *queue) busy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.jobs) >= busyJobs && q.size < busyBytes
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	signal(q.urgent)
}

// open says whether put takes jobs.
func (q *queue) open() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.closed
}

// idle says whether nothing was ever put.
func (q *queue) idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.started
}

// quietFor says whether no delivery and no attempt was put within d.
func (q *queue) quietFor(d time.Duration) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return time.Since(q.lastAdd) >= d
}
