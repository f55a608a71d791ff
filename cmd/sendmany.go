package cmd

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
)

const (
	keptWhole   = 1000 // so many deliveries are kept in the history as any other; of more, those that were not accepted
	maxShuffled = 1000
	withRate    = 64 // that may be under way at once where --rate sets the pace
)

// A volley is many deliveries of one sample, each with ids and times of its own.
type volley struct {
	*sending
	fire        firing // of all, the first one too
	signer      *signer
	concurrency int
	began       time.Time
	next        atomic.Int64 // how many were begun
	failed      atomic.Int64 // how many were not accepted, for the progress
	done        atomic.Int64
	kept        atomic.Int64 // that were not accepted, in the history
	recorder    *recorder    // keeps those; nil if all are kept, or none
}

// many sends --count deliveries, and prints their sum.
func (s *sending) many(ctx context.Context) error {
	collectSeldom(atOnce)
	v := &volley{sending: s, concurrency: s.o.concurrency}
	var begun atomic.Bool
	v.fire = func() (*fixtures.Sample, error) {
		if begun.CompareAndSwap(false, true) {
			return s.sample, nil
		}
		return s.fire()
	}
	switch {
	case v.concurrency == 0 && s.o.rate > 0:
		v.concurrency = min(withRate, s.o.count)
	case v.concurrency == 0:
		v.concurrency = 1
	}
	v.concurrency = min(v.concurrency, s.o.count)
	if s.o.count > keptWhole {
		v.recorder, s.sender.recorder = s.sender.recorder, nil
	}
	var err error
	if v.signer, err = s.sender.signer(s.sample.Provider); err == nil && s.o.faults.shuffle {
		err = v.shuffle()
	}
	if err != nil {
		return err
	}
	sum, took, err := v.run(ctx)
	if err != nil {
		return err
	}
	return v.end(ctx, sum, took)
}

// run sends all, or until ctx ends.
func (v *volley) run(ctx context.Context) (*tally, time.Duration, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	sums := make([]*tally, v.concurrency)
	v.began = time.Now()
	var workers, watching sync.WaitGroup
	for i := range sums {
		sums[i] = newTally()
		workers.Go(func() {
			if err := v.work(ctx, sums[i]); err != nil {
				stop(err)
			}
		})
	}
	watch, over := context.WithCancel(ctx)
	if isTerminal(v.err) {
		watching.Go(func() { v.showProgress(watch) })
	}
	workers.Wait()
	took := time.Since(v.began)
	over()
	watching.Wait()
	sum := newTally()
	for _, one := range sums {
		sum.merge(one)
	}
	if cause := context.Cause(ctx); cause != nil && cause != ctx.Err() { //nolint:errorlint // the very value that stop was given
		return nil, 0, cause
	}
	return sum, took, nil
}

// work sends one delivery after the other. Its error is that of making or signing one.
func (v *volley) work(ctx context.Context, sum *tally) error {
	courier := newCourier(ctx, v.options)
	defer courier.close()
	for {
		n := v.next.Add(1)
		if n > int64(v.o.count) || !v.pace(ctx, n-1) {
			return nil
		}
		sample, err := v.fire()
		if err != nil {
			return err
		}
		l, err := v.signer.prepare(sample, v.to)
		if err != nil {
			return err
		}
		v.send(ctx, courier, l, sum)
		if v.o.faults.duplicate && ctx.Err() == nil {
			v.send(ctx, courier, l.copy(), sum)
		}
	}
}

// send sends one, in the way that keeps it or in the quick one. What ctx cut off doesn't count.
func (v *volley) send(ctx context.Context, courier *courier, l letter, sum *tally) {
	var a inspect.Attempt
	if v.sender.recorder != nil || v.sender.waitForApp > 0 {
		_ = v.sender.deliver(ctx, l)
		a = *l.delivery.Last()
	} else {
		a = courier.deliver(l)
	}
	if a.Response == nil && ctx.Err() != nil {
		return
	}
	accepted, right := v.accepted(&a), v.right(&a, l.expected)
	sum.add(&a, accepted, right)
	v.done.Add(1)
	if right {
		return
	}
	v.failed.Add(1)
	if v.recorder != nil && v.kept.Add(1) <= keptWhole {
		a.Target = l.to.String()
		l.delivery.Attempts = []inspect.Attempt{a}
		v.recorder.Received(l.delivery)
		v.recorder.Attempted(l.delivery, false)
	}
}

// pace waits until the n-th delivery, from 0, is due at --rate, and says whether it is to be sent.
func (v *volley) pace(ctx context.Context, n int64) bool {
	if v.o.rate == 0 {
		return ctx.Err() == nil
	}
	due := v.began.Add(time.Duration(float64(n) / v.o.rate * float64(time.Second)))
	return pauseFor(ctx, time.Until(due)) == nil
}

// shuffle makes all samples, each a second after the one before, and changes their order.
func (v *volley) shuffle() error {
	samples := make([]*fixtures.Sample, v.o.count)
	for i := range samples {
		seed := v.o.seed
		if seed > 0 {
			seed += uint64(i)
		}
		fire, err := v.o.firings(v.place, time.Now().Add(-time.Duration(v.o.count-i)*time.Second), seed)
		if err != nil {
			return err
		}
		if samples[i], err = fire(); err != nil {
			return err
		}
	}
	rand.Shuffle(len(samples), func(i, j int) { //nolint:gosec // any order will do
		samples[i], samples[j] = samples[j], samples[i]
	})
	var nth atomic.Int64
	v.fire = func() (*fixtures.Sample, error) { return samples[nth.Add(1)-1], nil }
	return nil
}

// end prints the sum, and gives the exit code.
func (v *volley) end(ctx context.Context, sum *tally, took time.Duration) error {
	faulty := v.o.faults.any()
	planned := v.o.count
	if v.o.faults.duplicate {
		planned *= 2
	}
	var err error
	if v.o.json {
		err = printJSON(v.out, sum.json(planned, took, faulty))
	} else {
		text := sum.text(v.pen, planned, v.concurrency, took, faulty)
		if kept := min(v.kept.Load(), keptWhole); v.recorder != nil && kept > 0 {
			text += fmt.Sprintf("  history  %s that went wrong; of more than %s it gets no others\n", humanize.Comma(kept), humanize.Comma(keptWhole))
		}
		_, err = fmt.Fprint(v.out, text)
	}
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case sum.unanswered == sum.sent:
		return v.wrong(exitUnreachable, "start the app, or say where with --to", "none of %d was answered", sum.sent)
	case faulty && sum.right == sum.sent, !faulty && sum.accepted == sum.sent:
		return nil
	case faulty && v.o.faults.forging() != "" && sum.accepted > 0:
		return v.wrong(exitWrong, "verify the signature before anything else, and answer 400 or 401 if it isn't good", "the app accepted %d forged webhooks", sum.accepted)
	}
	return v.wrong(exitFailed, "`hook list --failed` shows those that are in the history", "%d of %d were not accepted", sum.sent-sum.accepted, sum.sent)
}
