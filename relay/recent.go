package relay

import "sync"

// mostRecent is how many entries a recent has room for: some 10 MB of them.
const mostRecent = 1 << 16

// A recent is a map that forgets what was used the longest ago when it is full. The zero recent is empty. Whoever calls at
// holds mu, and as long as they look at what it gave.
type recent[K comparable, V any] struct {
	mu             sync.Mutex
	entries        map[K]*recentEntry[K, V]
	newest, oldest *recentEntry[K, V]
}

type recentEntry[K comparable, V any] struct {
	value        V
	key          K
	newer, older *recentEntry[K, V]
}

// at gives the value of key: the zero value if it is new, or was forgotten.
func (r *recent[K, V]) at(key K) *V {
	e := r.entries[key]
	switch {
	case e != nil && e == r.newest:
		return &e.value
	case e != nil:
		r.takeOut(e)
	default:
		if r.entries == nil {
			r.entries = make(map[K]*recentEntry[K, V])
		}
		if len(r.entries) == mostRecent {
			delete(r.entries, r.oldest.key)
			r.takeOut(r.oldest)
		}
		e = &recentEntry[K, V]{key: key}
		r.entries[key] = e
	}
	e.newer, e.older = nil, r.newest
	if r.newest != nil {
		r.newest.newer = e
	} else {
		r.oldest = e
	}
	r.newest = e
	return &e.value
}

// takeOut takes an entry out of the order.
func (r *recent[K, V]) takeOut(e *recentEntry[K, V]) {
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		r.newest = e.older
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		r.oldest = e.newer
	}
}
