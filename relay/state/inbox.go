package state

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// InboxLimits are how much may be held. The zero value of a field means the default that it names.
type InboxLimits struct {
	Count    int           // deliveries of an endpoint, dead letters included; 0: 1,000
	Bytes    int64         // of an endpoint's deliveries together; 0: 100 MiB
	Total    int64         // bytes of all endpoints together; 0: 2 GiB
	Age      time.Duration // older ones become dead letters; 0: 7 days
	Keep     time.Duration // how long dead letters are kept after that; 0: 30 days
	Failures int           // attempts that the app has failed make it a dead letter; 0: 5
	Reserve  int64         // bytes that the disk must have left; 0: 64 MiB
}

// WithDefaults gives the limits with every field filled in.
func (l InboxLimits) WithDefaults() InboxLimits {
	return InboxLimits{
		Count: cmp.Or(l.Count, 1000), Bytes: cmp.Or(l.Bytes, 100<<20), Total: cmp.Or(l.Total, 2<<30),
		Age: cmp.Or(l.Age, 7*24*time.Hour), Keep: cmp.Or(l.Keep, 30*24*time.Hour), Failures: cmp.Or(l.Failures, 5),
		Reserve: cmp.Or(l.Reserve, 64<<20),
	}
}

// shards is over how many streams the deliveries are spread: each is synced on its own, and a disk syncs several files in
// little more time than one.
const shards = 4

// An inbox holds the deliveries of all endpoints. They are in streams; memory has the index: what is held for whom, in
// which order.
type inbox struct {
	limits InboxLimits
	room   *room
	tries  *table[try]  // of each endpoint the delivery that was tried last
	marks  *table[mark] // of deliveries that are dead letters, or were, or that were tried before the last one
	js     jetstream.JetStream
	shards [shards]jetstream.Stream

	mu    sync.RWMutex
	boxes map[string]*box
	doubt map[uint64]doubt // by their keys
	total int64            // bytes
	last  uint64           // the highest key that was given
}

// A doubt is about a delivery that was refused, as the engine didn't say in time that it was stored.
type doubt struct {
	name string
	at   time.Time
}

// A box is what is held for one endpoint.
type box struct {
	waiting, dead []item // by their keys
	bytes         int64  // with those that are being stored
	coming        int    // that are being stored
}

// An item says where a delivery is.
type item struct {
	key   uint64
	seq   uint64 // in its stream
	size  int32
	shard int8
	at    int64 // when it was stored, in seconds since 1970
}

// A try is what came of an endpoint's delivery that was tried last.
type try struct {
	Key      uint64    `json:"key"`
	Attempts int       `json:"attempts"`
	Failures int       `json:"failures,omitempty"`
	At       time.Time `json:"at"`
	Why      string    `json:"why,omitempty"`
}

// A mark is on a delivery that is a dead letter, or was one before it was to wait again, and on one that waits behind another
// again after it was tried.
type mark struct {
	try
	Dead bool `json:"dead"`
}

func markKey(name string, key uint64) string { return name + "." + strconv.FormatUint(key, 10) }

// keyHeader is the field of a stored message with the delivery's key.
const keyHeader = "Hook-Key"

func shardOf(key uint64) int { return int(key % shards) }

func inboxSubject(shard int, name string) string { return fmt.Sprintf("hook.inbox.%d.%s", shard, name) }

// storedForm is the first byte of what is stored of a delivery: the form of the rest, which is the length of the head as a
// uvarint, the head as in PROTOCOL.md section 4, and the body.
const storedForm = 1

func encodeHeld(head *wire.RequestHead, body []byte) ([]byte, error) {
	encoded, err := head.AppendBinary(nil)
	if err != nil {
		return nil, err
	}
	data := make([]byte, 0, len(encoded)+len(body)+binary.MaxVarintLen64+1)
	data = binary.AppendUvarint(append(data, storedForm), uint64(len(encoded)))
	return append(append(data, encoded...), body...), nil
}

func decodeHeld(data []byte) (*wire.RequestHead, []byte, error) {
	if len(data) == 0 || data[0] != storedForm {
		return nil, nil, errors.New("a held delivery of a form that this version doesn't know")
	}
	n, size := binary.Uvarint(data[1:])
	rest := data[1:]
	if size <= 0 || n > uint64(len(rest)-size) {
		return nil, nil, errors.New("a held delivery is cut off")
	}
	rest = rest[size:]
	head := new(wire.RequestHead)
	return head, rest[n:], head.UnmarshalBinary(rest[:n])
}

// box gives an endpoint's, making it if need be. mu must be held.
func (b *inbox) boxLocked(name string) *box {
	held := b.boxes[name]
	if held == nil {
		held = new(box)
		b.boxes[name] = held
	}
	return held
}

// tidyLocked forgets a box that has nothing.
func (b *inbox) tidyLocked(name string) {
	if held := b.boxes[name]; held != nil && len(held.waiting)+len(held.dead)+held.coming == 0 {
		delete(b.boxes, name)
	}
}

// insert puts an item at its place.
func insert(items []item, i item) []item {
	at, _ := slices.BinarySearchFunc(items, i.key, byKey)
	return slices.Insert(items, at, i)
}

// remove takes an item out; ok says whether it was there.
func remove(items []item, key uint64) (rest []item, removed item, ok bool) {
	at, ok := slices.BinarySearchFunc(items, key, byKey)
	if !ok {
		return items, item{}, false
	}
	removed = items[at]
	return slices.Delete(items, at, at+1), removed, true
}

func byKey(i item, key uint64) int { return cmp.Compare(i.key, key) }

// reserve makes sure that a delivery of that size may be stored, and gives its key.
func (b *inbox) reserve(name string, size int64) (uint64, error) {
	free, err := b.room.left()
	b.mu.Lock()
	defer b.mu.Unlock()
	held := b.boxLocked(name)
	defer b.tidyLocked(name)
	n := len(held.waiting) + len(held.dead) + held.coming
	switch l := b.limits; {
	case err != nil:
		return 0, err
	case free-size < l.Reserve:
		return 0, &relay.FullError{What: "the relay's disk is full", Disk: true, After: time.Minute}
	case b.total+size > l.Total:
		return 0, &relay.FullError{What: "the relay holds as many deliveries as it can", Disk: true, After: time.Minute}
	case n >= l.Count:
		return 0, &relay.FullError{What: fmt.Sprintf("%d deliveries are held for this endpoint, and no more are taken", n), After: time.Minute}
	case held.bytes+size > l.Bytes:
		return 0, &relay.FullError{What: fmt.Sprintf("%d bytes are held for this endpoint, and no more than %d are taken", held.bytes, l.Bytes), After: time.Minute}
	}
	held.coming++
	held.bytes += size
	b.total += size
	b.last++
	return b.last, nil
}

// settle ends what reserve began, with the item that was stored or nil.
func (b *inbox) settle(name string, size int64, stored *item) {
	b.mu.Lock()
	defer b.mu.Unlock()
	held := b.boxLocked(name)
	held.coming--
	if stored != nil {
		held.waiting = insert(held.waiting, *stored)
		return
	}
	held.bytes -= size
	b.total -= size
	b.tidyLocked(name)
}

// Hold is as relay.Inbox says.
func (s *Store) Hold(ctx context.Context, name string, head *wire.RequestHead, body []byte) error {
	data, err := encodeHeld(head, body)
	if err != nil {
		return err
	}
	size := int64(len(data))
	key, err := s.inbox.reserve(name, size)
	if err != nil {
		return err
	}
	ctx, cancel := s.sick.while(ctx)
	defer cancel()
	if err := context.Cause(ctx); err != nil {
		s.inbox.settle(name, size, nil)
		return s.ails(fmt.Errorf("hold for %s: %w", name, err))
	}
	shard := shardOf(key)
	ack, err := s.inbox.js.PublishMsg(ctx, &nats.Msg{
		Subject: inboxSubject(shard, name), Data: data, Header: nats.Header{keyHeader: {strconv.FormatUint(key, 10)}},
	})
	if err != nil {
		s.inbox.settle(name, size, nil)
		s.inbox.doubts(name, key, s.now())
		return s.ails(fmt.Errorf("hold for %s: %w", name, err))
	}
	s.inbox.settle(name, size, &item{key: key, seq: ack.Sequence, size: int32(size), shard: int8(shard), at: s.now().Unix()})
	return nil
}

// Waiting is as relay.Inbox says.
func (s *Store) Waiting(name string) int {
	waiting, _ := s.standing(name)
	return waiting
}

// Dead is as relay.Inbox says.
func (s *Store) Dead(name string) int {
	_, dead := s.standing(name)
	return dead
}

func (s *Store) standing(name string) (waiting, dead int) {
	s.inbox.mu.RLock()
	defer s.inbox.mu.RUnlock()
	if held := s.inbox.boxes[name]; held != nil {
		return len(held.waiting), len(held.dead)
	}
	return 0, 0
}
