package state

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// doubtFor is how long the engine may take at most for what it was given.
const doubtFor = 30 * time.Second

// doubts notes that a delivery may be stored though its sender was told that it isn't.
func (b *inbox) doubts(name string, key uint64, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.doubt[key] = doubt{name, now}
}

// settleDoubts takes out what was refused and is stored all the same: its sender has sent it again, or was told to, so it would
// come twice when the relay is started the next time.
func (b *inbox) settleDoubts(ctx context.Context, now time.Time) error {
	type place struct {
		name  string
		shard int
	}
	places := make(map[place][]uint64)
	b.mu.RLock()
	for key, d := range b.doubt {
		if now.Sub(d.at) > doubtFor {
			at := place{d.name, shardOf(key)}
			places[at] = append(places[at], key)
		}
	}
	b.mu.RUnlock()
	for at, keys := range places {
		if err := b.takeOutStored(ctx, at.shard, at.name, keys); err != nil {
			return err
		}
		b.mu.Lock()
		for _, key := range keys {
			delete(b.doubt, key)
		}
		b.mu.Unlock()
	}
	return nil
}

// takeOutStored deletes an endpoint's messages with the keys from one stream, if they are there.
func (b *inbox) takeOutStored(ctx context.Context, shard int, name string, keys []uint64) error {
	last, err := b.shards[shard].GetLastMsgForSubject(ctx, inboxSubject(shard, name))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.each(ctx, shard, name, last.Sequence, func(msg jetstream.Msg, meta *jetstream.MsgMetadata) error {
		key, err := strconv.ParseUint(msg.Headers().Get(keyHeader), 10, 64)
		if err != nil || !slices.Contains(keys, key) {
			return err
		}
		return b.shards[shard].DeleteMsg(ctx, meta.Sequence.Stream)
	})
}
