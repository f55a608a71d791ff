package cmd

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// once replays all, one round of it.
func (r *replaying) once(ctx context.Context) error {
	maps.DeleteFunc(r.asked, func(_ replay.Target, asked bool) bool { return !asked }) // where nothing could go before
	r.report = r.newReport()
	if r.originals.count < 0 || r.originals.count > keptWhole {
		collectSeldom(atOnce)
		r.report.keep, r.replayer.recorder = r.replayer.recorder, nil
	}
	err := r.run(ctx)
	return r.finish(ctx, err)
}

// errStopped is why a round ended before its time: --fail-fast.
var errStopped = errors.New("stopped at the first that failed")

// run delivers the originals, in their order and at their pace, until ctx ends or something can't be done. What ctx cut off
// doesn't count as sent.
func (r *replaying) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	queue := newAhead(r.o.pace.speed > 0 || r.o.pace.rate > 0)
	var workers sync.WaitGroup
	for range r.o.concurrency {
		workers.Go(func() {
			courier := r.courier(ctx)
			defer courier.close()
			for original := range queue.all {
				if err := r.one(ctx, courier, original); err != nil {
					stop(err)
				}
			}
		})
	}
	progress := r.report.showProgress(ctx)
	left, err := r.feed(ctx, queue)
	close(queue.queue)
	workers.Wait()
	if left != nil { // behind those that were read before it
		r.report.missed(left)
	}
	progress()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// courier is the quick way for a worker; nil if there is none, or if answers are judged by more of their bodies than it keeps.
func (r *replaying) courier(ctx context.Context) *courier {
	if r.o.baseline != "" {
		return nil
	}
	return r.replayer.courier(ctx)
}

// What is read before somebody is free to send it: the history gives many at once, and the workers must not wait for that.
const (
	aheadMost  = 256
	aheadBytes = 16 << 20 // of bodies
)

// An ahead is the originals that were read and not sent yet.
type ahead struct {
	queue chan *inspect.Delivery
	room  *semaphore.Weighted // bytes
}

// newAhead reads nothing ahead where each has its time.
func newAhead(paced bool) *ahead {
	most := aheadMost
	if paced {
		most = 0
	}
	return &ahead{make(chan *inspect.Delivery, most), semaphore.NewWeighted(aheadBytes)}
}

func sizeAhead(d *inspect.Delivery) int64 { return min(int64(len(d.Body.Bytes))+4096, aheadBytes) }

// put waits for room. Its error is ctx's.
func (a *ahead) put(ctx context.Context, d *inspect.Delivery) error {
	if err := a.room.Acquire(ctx, sizeAhead(d)); err != nil {
		return err
	}
	select {
	case a.queue <- d:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// all yields what was put, until the queue is closed.
func (a *ahead) all(yield func(*inspect.Delivery) bool) {
	for d := range a.queue {
		a.room.Release(sizeAhead(d))
		if !yield(d) {
			return
		}
	}
}

// feed hands the originals out as the pace has it, and gives the one that it ended with, if that was not handed out.
func (r *replaying) feed(ctx context.Context, queue *ahead) (left *inspect.Delivery, err error) {
	pace := r.o.pace.start(time.Now())
	for original, err := range r.originals.all {
		if err != nil {
			return nil, err
		}
		if err := r.mayAsk(ctx, original); err != nil {
			return original, err
		}
		if pace.wait(ctx, original.ReceivedAt) != nil || queue.put(ctx, original) != nil {
			return original, nil
		}
	}
	return nil, nil
}

// one replays one and reports what came of it. Its error ends the round.
func (r *replaying) one(ctx context.Context, courier *courier, original *inspect.Delivery) error {
	if ctx.Err() != nil {
		r.report.missed(original)
		return nil
	}
	for range r.o.copies() {
		done, err := r.replayer.replay(ctx, courier, original)
		if ctx.Err() != nil {
			r.report.cutOff(original)
			return nil
		}
		if _, ok := errors.AsType[*unfit](err); ok && r.originals.count != 1 {
			return r.report.leaveOut(original, err)
		}
		if err != nil {
			r.report.missed(original)
			return err
		}
		j := r.judge.judge(done)
		if err := r.report.add(ctx, j); err != nil {
			return err
		}
		if r.o.failFast && !j.verdict.good() {
			return errStopped
		}
	}
	return nil
}

// copies is how often each is sent.
func (o *replayOptions) copies() int {
	if o.faults.duplicate {
		return 2
	}
	return 1
}
