package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A table is a bucket of records of one kind, all of which are in memory too. Memory follows the bucket, whoever changes it.
type table[T any] struct {
	kv      jetstream.KeyValue
	watcher jetstream.KeyWatcher
	changed func(key string, was, is *T) // nil: nobody minds; called with the lock held

	removed atomic.Bool // since tidy was called

	mu   sync.RWMutex
	rows map[string]row[T]
	done sync.WaitGroup
}

// A row is a record with the revision that a change of it must name. One that is gone stays until its removal has come back
// by the watcher, so that what the watcher has to say of the time before doesn't bring it back.
type row[T any] struct {
	record   T
	revision uint64
	gone     bool
}

// errConflict is returned for a change of what somebody else has changed meanwhile.
var errConflict = errors.New("somebody else changed it at the same time")

// readWithin is how long the engine may take for one record more of what it has stored: a thousand times what it needs.
var readWithin = 10 * time.Second

// openTable reads all there is, and follows what changes.
func openTable[T any](ctx context.Context, e *engine, name, about string, changed func(key string, was, is *T)) (*table[T], error) {
	kv, err := e.bucket(ctx, name, about)
	if err != nil {
		return nil, err
	}
	t := &table[T]{kv: kv, changed: changed, rows: make(map[string]row[T])}
	if t.watcher, err = follow(ctx, kv); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	updates := t.watcher.Updates()
	for {
		late := time.NewTimer(readWithin)
		select {
		case <-late.C:
			return nil, errors.Join(fmt.Errorf("read %s: %w", name, ErrDamaged), t.watcher.Stop())
		case entry, ok := <-updates:
			late.Stop()
			if !ok {
				return nil, fmt.Errorf("read %s: the engine has stopped", name)
			}
			if entry != nil {
				if err := t.take(entry); err != nil {
					return nil, errors.Join(fmt.Errorf("read %s: %w", name, err), t.watcher.Stop())
				}
				continue
			}
			// That was all.
			t.done.Go(func() {
				for entry := range updates {
					if entry != nil {
						_ = t.take(entry) // what can't be read was written by a newer version: what is in memory stays in force
					}
				}
			})
			return t, nil
		case <-ctx.Done():
			late.Stop()
			return nil, errors.Join(ctx.Err(), t.watcher.Stop())
		}
	}
}

// follow begins to follow a bucket, for longer than ctx. The library gives the engine 5 s for that, and no way to say otherwise.
func follow(ctx context.Context, kv jetstream.KeyValue) (w jetstream.KeyWatcher, err error) {
	for began := time.Now(); ; {
		w, err = kv.WatchAll(context.WithoutCancel(ctx))
		if !unanswered(err) || ctx.Err() != nil || time.Since(began) > startTimeout {
			return w, err
		}
	}
}

// unanswered says whether the engine has not answered in the time that the library gives it.
func unanswered(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout)
}

// take brings memory up to date.
func (t *table[T]) take(entry jetstream.KeyValueEntry) error {
	if entry.Operation() != jetstream.KeyValuePut {
		t.set(entry.Key(), nil, entry.Revision())
		t.forget(entry.Key(), entry.Revision())
		return nil
	}
	if entry.Key() == probeName {
		return nil
	}
	var record T
	if err := json.Unmarshal(entry.Value(), &record); err != nil {
		return fmt.Errorf("%s: %w", entry.Key(), err)
	}
	t.set(entry.Key(), &record, entry.Revision())
	return nil
}

// set puts a record of that revision in memory, or takes it out if is is nil; unless memory is newer already.
func (t *table[T]) set(key string, is *T, revision uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old, known := t.rows[key]
	if known && old.revision >= revision {
		return
	}
	t.rows[key] = row[T]{gone: true, revision: revision}
	if is != nil {
		t.rows[key] = row[T]{record: *is, revision: revision}
	}
	if t.changed != nil {
		var was *T
		if known && !old.gone {
			was = &old.record
		}
		t.changed(key, was, is)
	}
}

// forget takes what is gone out of memory, once nothing older can come.
func (t *table[T]) forget(key string, revision uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.rows[key]; r.gone && r.revision <= revision {
		delete(t.rows, key)
	}
}

// row is what is in memory of key; ok is false if that is nothing.
func (t *table[T]) row(key string) (r row[T], ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	r, ok = t.rows[key]
	return r, ok && !r.gone
}

// get is the record of key.
func (t *table[T]) get(key string) (record T, ok bool) {
	r, ok := t.row(key)
	return r.record, ok
}

// all are the records by their keys.
func (t *table[T]) all() map[string]T {
	t.mu.RLock()
	defer t.mu.RUnlock()
	all := make(map[string]T, len(t.rows))
	for key, r := range t.rows {
		if !r.gone {
			all[key] = r.record
		}
	}
	return all
}

// create stores a record that isn't there yet; errConflict if it is.
func (t *table[T]) create(ctx context.Context, key string, record T) error {
	data, err := json.Marshal(record)
	if err != nil {
		return err
	}
	revision, err := t.kv.Create(ctx, key, data)
	if errors.Is(err, jetstream.ErrKeyExists) {
		return errConflict
	}
	if err != nil {
		return err
	}
	t.set(key, &record, revision)
	return nil
}

// put stores a record, whatever was there.
func (t *table[T]) put(ctx context.Context, key string, record T) error {
	data, err := json.Marshal(record)
	if err != nil {
		return err
	}
	revision, err := t.kv.Put(ctx, key, data)
	if err == nil {
		t.set(key, &record, revision)
	}
	return err
}

// update changes a record by change, which may be called more than once, and says false for what is to stay as it is. A
// record that isn't there isn't made; ok says whether it was.
func (t *table[T]) update(ctx context.Context, key string, change func(*T) bool) (ok bool, err error) {
	for {
		old, known := t.row(key)
		if !known {
			return false, nil
		}
		record := old.record
		if !change(&record) {
			return true, nil
		}
		data, err := json.Marshal(record)
		if err != nil {
			return true, err
		}
		revision, err := t.kv.Update(ctx, key, data, old.revision)
		if err == nil {
			t.set(key, &record, revision)
			return true, nil
		}
		if !errors.Is(err, jetstream.ErrKeyExists) {
			return true, err
		}
		if err := t.refresh(ctx, key); err != nil {
			return true, err
		}
	}
}

// refresh reads one record anew.
func (t *table[T]) refresh(ctx context.Context, key string) error {
	entry, err := t.kv.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		old, _ := t.row(key)
		t.set(key, nil, old.revision+1)
		return nil
	}
	if err != nil {
		return err
	}
	return t.take(entry)
}

// remove takes a record out; ok says whether it was there.
func (t *table[T]) remove(ctx context.Context, key string) (ok bool, err error) {
	return t.removeIf(ctx, key, func(T) bool { return true })
}

// removeIf is remove for a record that is one to take out at that moment.
func (t *table[T]) removeIf(ctx context.Context, key string, is func(T) bool) (ok bool, err error) {
	for {
		old, known := t.row(key)
		if !known || !is(old.record) {
			return false, nil
		}
		err := t.kv.Purge(ctx, key, jetstream.LastRevision(old.revision))
		if err == nil {
			t.removed.Store(true)
			t.set(key, nil, old.revision+1)
			return true, nil
		}
		if !errors.Is(err, jetstream.ErrKeyExists) {
			return true, err
		}
		if err := t.refresh(ctx, key); err != nil {
			return true, err
		}
	}
}

// tidy takes out the marks that removals leave in the bucket.
func (t *table[T]) tidy(ctx context.Context) error {
	if !t.removed.Swap(false) {
		return nil
	}
	return t.kv.PurgeDeletes(ctx, jetstream.DeleteMarkersOlderThan(markersStay))
}

// markersStay is how long a removal's mark stays, so that whoever follows the bucket sees it.
const markersStay = 10 * time.Minute

func (t *table[T]) close() error {
	err := t.watcher.Stop()
	t.done.Wait()
	if errors.Is(err, nats.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound) { // the engine was started anew, and it had not noticed
		return nil
	}
	if unanswered(err) { // the engine, which ends now, forgets who followed it
		return nil
	}
	return err
}
