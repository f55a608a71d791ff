package state

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"
)

// openInbox opens what is held, and makes the index of it.
func openInbox(ctx context.Context, e *engine, dir string, limits InboxLimits, now int64) (*inbox, error) {
	b := &inbox{limits: limits.WithDefaults(), room: &room{dir: dir}, js: e.js, boxes: make(map[string]*box), doubt: make(map[uint64]doubt), last: uint64(now)}
	var err error
	if b.tries, err = openTable[try](ctx, e, "tries", "the delivery of each endpoint that was tried last", nil); err != nil {
		return b, err
	}
	if b.marks, err = openTable[mark](ctx, e, "marks", "deliveries that are dead letters, or were", nil); err != nil {
		return b, err
	}
	var g errgroup.Group
	for i := range b.shards {
		g.Go(func() error { return b.openShard(ctx, i) })
	}
	if err := g.Wait(); err != nil {
		return b, fmt.Errorf("open the inbox: %w", err)
	}
	for _, t := range b.tries.all() { // a key is not given twice
		b.last = max(b.last, t.Key)
	}
	for key := range b.marks.all() {
		_, key, _ := strings.Cut(key, ".")
		n, err := strconv.ParseUint(key, 10, 64)
		if err == nil {
			b.last = max(b.last, n)
		}
	}
	for _, held := range b.boxes {
		slices.SortFunc(held.waiting, func(x, y item) int { return byKey(x, y.key) })
		slices.SortFunc(held.dead, func(x, y item) int { return byKey(x, y.key) })
	}
	return b, nil
}

// openShard reads one stream into the index: of each message only the header, which has its size.
func (b *inbox) openShard(ctx context.Context, shard int) (err error) {
	soon, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	b.shards[shard], err = b.js.CreateOrUpdateStream(soon, jetstream.StreamConfig{
		Name: fmt.Sprintf("inbox-%d", shard), Description: "deliveries that are held",
		Subjects: []string{inboxSubject(shard, "*")}, AllowDirect: true,
	})
	if err != nil {
		return err
	}
	state := b.shards[shard].CachedInfo().State
	if state.Msgs == 0 {
		return nil
	}
	return b.each(ctx, shard, "*", state.LastSeq, func(msg jetstream.Msg, meta *jetstream.MsgMetadata) error { return b.index(shard, msg, meta) })
}

// each reads the headers of an endpoint's messages in one stream, or of all of them if name is "*", up to the last. There must be some.
func (b *inbox) each(ctx context.Context, shard int, name string, last uint64, do func(jetstream.Msg, *jetstream.MsgMetadata) error) error {
	c, err := b.shards[shard].OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{HeadersOnly: true, FilterSubjects: []string{inboxSubject(shard, name)}})
	if err != nil {
		return err
	}
	messages, err := c.Messages()
	if err != nil {
		return err
	}
	defer messages.Stop()
	for {
		msg, err := messages.Next(jetstream.NextMaxWait(readWithin))
		if errors.Is(err, nats.ErrTimeout) && ctx.Err() == nil {
			return ErrDamaged
		}
		if err != nil {
			return errors.Join(err, ctx.Err())
		}
		meta, err := msg.Metadata()
		if err != nil {
			return err
		}
		if err := do(msg, meta); err != nil {
			return err
		}
		if meta.Sequence.Stream >= last || meta.NumPending == 0 {
			return nil
		}
	}
}

// index takes one message into the index.
func (b *inbox) index(shard int, msg jetstream.Msg, meta *jetstream.MsgMetadata) error {
	name := msg.Subject()[strings.LastIndexByte(msg.Subject(), '.')+1:]
	if name == probeName {
		return nil
	}
	key, err := strconv.ParseUint(msg.Headers().Get(keyHeader), 10, 64)
	size, err2 := strconv.ParseInt(msg.Headers().Get("Nats-Msg-Size"), 10, 32)
	if err := errors.Join(err, err2); err != nil {
		return fmt.Errorf("message %d of %s: %w", meta.Sequence.Stream, meta.Stream, err)
	}
	i := item{key: key, seq: meta.Sequence.Stream, size: int32(size), shard: int8(shard), at: meta.Timestamp.Unix()}
	marked, _ := b.marks.get(markKey(name, key))
	b.mu.Lock()
	defer b.mu.Unlock()
	held := b.boxLocked(name)
	if marked.Dead {
		held.dead = append(held.dead, i)
	} else {
		held.waiting = append(held.waiting, i)
	}
	held.bytes += size
	b.total += size
	b.last = max(b.last, key)
	return nil
}

func (b *inbox) close() error {
	var errs []error
	if b.tries != nil {
		errs = append(errs, b.tries.close())
	}
	if b.marks != nil {
		errs = append(errs, b.marks.close())
	}
	return errors.Join(errs...)
}
