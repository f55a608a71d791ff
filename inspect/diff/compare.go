package diff

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

const (
	maxDepth   = 128     // levels of a body that are looked into: what is deeper is one value
	maxChanges = 10_000  // that are kept of one body, and as many that are volatile
	maxMore    = 100_000 // that are counted beyond those
	maxKey     = 200     // bytes of a key that a path shows
	maxPaths   = 32 << 20
)

// A comparer goes through two JSON documents at once.
type comparer struct {
	changes    []Change
	notes      []string
	path       []step
	work       int  // bytes that may still be looked at
	listish    bool // one value and an array of one are the same: documents made of forms and XML, where nobody knows better
	lines      bool // the outermost array is the lines of a text
	paths      int  // bytes of the paths of changes
	folded     int  // changes that are volatile
	more       int  // changes that were found beyond maxChanges, and
	moreFolded int  // volatile ones
	tired      bool // whether the work was too much
}

// A step is one level of a path: a key, or an index of an array.
type step struct {
	key   string
	index int // -1 for a key
}

// newComparer is one for documents of these sizes. Its work is a multiple of them.
func newComparer(a, b []byte) *comparer {
	return &comparer{work: 24*(len(a)+len(b)) + 1<<20}
}

// compare compares two values. Both are valid JSON without white space around.
func (c *comparer) compare(a, b []byte) {
	if bytes.Equal(a, b) {
		return
	}
	kind := kindOf(a)
	if c.listish && kind != kindOf(b) {
		if kind == anArray {
			c.arrays(a, slices.Concat([]byte("["), b, []byte("]")))
			return
		}
		if kindOf(b) == anArray {
			c.arrays(slices.Concat([]byte("["), a, []byte("]")), b)
			return
		}
	}
	switch {
	case kind != kindOf(b):
		c.changed(a, b)
	case kind == aText:
		c.texts(a, b)
	case kind == aNumber:
		if !decimalOf(a).equal(decimalOf(b)) {
			c.changed(a, b)
		}
	case kind == aWord:
		c.changed(a, b)
	case len(c.path) >= maxDepth || !c.afford(len(a)+len(b)):
		if !c.alike(a, b) {
			c.changed(a, b)
		}
	case kind == anObject:
		c.objects(a, b)
	default:
		c.arrays(a, b)
	}
}

// afford takes n bytes of the work that is left.
func (c *comparer) afford(n int) bool {
	if c.work -= n; c.work >= 0 {
		return true
	}
	c.tired = true
	return false
}

// alike is the comparison of what can't be looked into any more.
func (c *comparer) alike(a, b []byte) bool { return hash(a, maxDepth) == hash(b, maxDepth) }

func (c *comparer) objects(a, b []byte) {
	before, twice := members(a)
	c.twice(twice, "first")
	after, twice := members(b)
	c.twice(twice, "second")
	index := indexOf(after)
	met := make([]bool, len(after))
	var gone, come []member
	for _, m := range before {
		i := index(m.key)
		if i < 0 {
			gone = append(gone, m)
			continue
		}
		met[i] = true
		c.under(m.key, func() { c.compare(m.value, after[i].value) })
	}
	for i, m := range after {
		if !met[i] {
			come = append(come, m)
		}
	}
	if c.keysAreIDs(gone, come) {
		for i, m := range gone {
			why := WhyID
			if isUnix(m.key, true) || isTime(m.key) {
				why = WhyTime
			}
			c.under(come[i].key, func() {
				c.emit(Change{Kind: Changed, Before: quote(m.key), After: quote(come[i].key), Volatile: true, Why: why})
				c.compare(m.value, come[i].value)
			})
		}
		return
	}
	for _, m := range gone {
		c.under(m.key, func() { c.emit(Change{Kind: Removed, Before: compact(m.value)}) })
	}
	for _, m := range come {
		c.under(m.key, func() { c.emit(Change{Kind: Added, After: compact(m.value)}) })
	}
}

// keysAreIDs says whether what is there only before and what is there only after are the same under other ids or times.
func (c *comparer) keysAreIDs(gone, come []member) bool {
	if len(gone) != len(come) {
		return false
	}
	for i, m := range gone {
		switch p, q := m.key, come[i].key; {
		case kindOf(m.value) != kindOf(come[i].value):
			return false
		case isUnix(p, false) && isUnix(q, false), isTime(p) && isTime(q), random(p) && random(q):
		default:
			return false
		}
	}
	return true
}

// under does something at a key of the object that is being compared.
func (c *comparer) under(key string, do func()) {
	c.path = append(c.path, step{key, -1})
	do()
	c.path = c.path[:len(c.path)-1]
}

// twice notes a key that an object has more than once.
func (c *comparer) twice(key, which string) {
	if key == "" || len(c.notes) > 8 {
		return
	}
	c.path = append(c.path, step{key, -1})
	c.notes = append(c.notes, "the "+which+" has "+c.where()+" more than once: its last value counts, for hook; apps differ")
	c.path = c.path[:len(c.path)-1]
}

func (c *comparer) changed(a, b []byte) {
	c.emit(Change{Kind: Changed, Before: compact(a), After: compact(b)})
}

// emit keeps a change. What is volatile has a limit of its own, so that it takes no room from what is not.
func (c *comparer) emit(change Change) {
	full := len(c.changes)-c.folded >= maxChanges || c.paths > maxPaths
	if full && c.folded >= maxChanges {
		c.more++
		return
	}
	change.Path = c.where()
	if !change.Volatile {
		judge(&change, leaf(change.Path))
	}
	switch {
	case change.Volatile && (c.folded >= maxChanges || c.paths > maxPaths):
		c.moreFolded++
		return
	case change.Volatile:
		c.folded++
	case full:
		c.more++
		return
	}
	c.paths += len(change.Path)
	c.changes = append(c.changes, change)
}

// where is the path as it is written: keys and indexes with dots between, a dot within a key as `\.`.
func (c *comparer) where() string {
	var b strings.Builder
	for i, s := range c.path {
		if c.lines && i == 0 && s.index >= 0 {
			b.WriteString("line " + strconv.Itoa(s.index+1))
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		if s.index >= 0 {
			b.WriteString(strconv.Itoa(s.index))
		} else {
			b.WriteString(pathEscaper.Replace(shortKey(s.key)))
		}
	}
	return b.String()
}

// shortKey is a key, or the beginning of one that nobody could read.
func shortKey(key string) string {
	if len(key) <= maxKey {
		return key
	}
	return strings.ToValidUTF8(key[:maxKey], "") + "…"
}

var pathEscaper = strings.NewReplacer(`\`, `\\`, ".", `\.`)

// compact is a value without white space, on one line.
func compact(value []byte) string {
	if kind := kindOf(value); kind != anObject && kind != anArray {
		return string(value)
	}
	var b bytes.Buffer
	if json.Compact(&b, value) != nil {
		return string(value)
	}
	return b.String()
}

// result is what was found.
func (c *comparer) result() Result {
	notes := c.notes
	switch {
	case c.more > maxMore:
		notes = append(notes, "more than "+strconv.Itoa(maxMore)+" further differences were found and are not listed")
	case c.more > 0:
		notes = append(notes, strconv.Itoa(c.more)+" more differences were found and are not listed")
	}
	if c.moreFolded > 0 {
		notes = append(notes, strconv.Itoa(c.moreFolded)+" more that always differ are not listed")
	}
	if c.tired {
		notes = append(notes, "too much to look at all of it: some values are compared as a whole")
	}
	return Result{Changes: c.changes, Notes: notes}
}
