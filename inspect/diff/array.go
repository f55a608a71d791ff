package diff

import (
	"bytes"
	"slices"
	"strconv"
)

const (
	maxElements = 300_000 // of an array that are matched; beyond it, position decides
	maxCells    = 250_000 // pairs of elements whose likeness is looked at in one gap
)

// A pair is two elements that are the same one before and after; -1 is none.
type pair struct{ a, b int }

// arrays compares two arrays by matching their elements: by a key that names them where there is one, else by what is
// equal, and between equals by what is alike. So an element put in front of all others is one change.
func (c *comparer) arrays(a, b []byte) {
	if len(c.path) >= maxDepth || !c.afford(2*(len(a)+len(b))) {
		if !c.alike(a, b) {
			c.changed(a, b)
		}
		return
	}
	x, few := elements(a)
	y, too := elements(b)
	base := 0
	if !few || !too {
		a, b, base = behindCommon(a, b)
		x, few = elements(a)
		if y, too = elements(b); !few || !too {
			c.huge(a, b, base)
			return
		}
	}
	pairs, found := c.keyed(x, y)
	if !found {
		pairs = c.aligned(x, y)
	}
	moved := moves(pairs)
	for _, p := range pairs {
		switch {
		case p.b < 0:
			c.at(base+p.a, func() { c.emit(Change{Kind: Removed, Before: compact(x[p.a])}) })
		case p.a < 0:
			c.at(base+p.b, func() { c.emit(Change{Kind: Added, After: compact(y[p.b])}) })
		default:
			c.at(base+p.b, func() {
				if moved[p] {
					c.emit(Change{Kind: Moved, Before: strconv.Itoa(base + p.a), After: strconv.Itoa(base + p.b)})
				}
				c.compare(x[p.a], y[p.b])
			})
		}
	}
}

// behindCommon is two arrays without the elements that both begin with, and how many these are. What is left of each
// stands behind one character that is no part of it.
func behindCommon(a, b []byte) (restA, restB []byte, n int) {
	before, after := walker{a, 1}, walker{b, 1}
	for ; ; n++ {
		i, j := before.at, after.at
		x, y := before.next(), after.next()
		if x == nil || y == nil || !bytes.Equal(x, y) {
			return a[i-1:], b[j-1:], n
		}
	}
}

// huge compares arrays of more elements than can be matched, one by one.
func (c *comparer) huge(a, b []byte, base int) {
	c.byPosition()
	before, after := walker{a, 1}, walker{b, 1}
	for i := base; ; i++ {
		x, y := before.next(), after.next()
		switch {
		case x == nil && y == nil:
			return
		case c.more > maxMore: // enough to say that there are many
			return
		case y == nil:
			c.at(i, func() { c.emit(Change{Kind: Removed, Before: compact(x)}) })
		case x == nil:
			c.at(i, func() { c.emit(Change{Kind: Added, After: compact(y)}) })
		default:
			c.at(i, func() { c.compare(x, y) })
		}
	}
}

// byPosition notes that what stands at the same place was compared, not what is alike.
func (c *comparer) byPosition() {
	where := c.where()
	switch {
	case c.lines && len(c.path) == 0:
		where = "the text"
	case where == "":
		where = "the outermost array"
	}
	c.notes = append(c.notes, where+" is too long and too different to match what is alike: position decides in part of it")
}

// at does something at an index of the array that is being compared.
func (c *comparer) at(index int, do func()) {
	c.path = append(c.path, step{"", index})
	do()
	c.path = c.path[:len(c.path)-1]
}

// moves are the pairs that must have moved: all but the longest run that kept its order.
func moves(pairs []pair) map[pair]bool {
	inOrder, last := true, pair{-1, -1}
	for _, p := range pairs {
		if p.a >= 0 && p.b >= 0 {
			inOrder = inOrder && last.a < p.a && last.b < p.b
			last = p
		}
	}
	if inOrder {
		return nil
	}
	whole := slices.DeleteFunc(slices.Clone(pairs), func(p pair) bool { return p.a < 0 || p.b < 0 })
	kept := make(map[pair]bool)
	for _, p := range longestRun(whole) {
		kept[p] = true
	}
	moved := make(map[pair]bool)
	for _, p := range whole {
		if !kept[p] {
			moved[p] = true
		}
	}
	return moved
}

// aligned matches elements that no key names.
func (c *comparer) aligned(x, y [][]byte) []pair {
	al := aligner{c: c, x: x, y: y}
	al.hx, al.hy = hashes(x), hashes(y)
	al.align(0, len(x), 0, len(y))
	return al.reunited()
}

func hashes(elements [][]byte) []uint64 {
	all := make([]uint64, len(elements))
	for i, e := range elements {
		all[i] = hash(e, maxDepth)
	}
	return all
}
