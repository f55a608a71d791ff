package diff

import (
	"cmp"
	"slices"
)

// An aligner matches the elements of two arrays in order, so that as much as can be stays as it is.
type aligner struct {
	c      *comparer
	x, y   [][]byte
	hx, hy []uint64
	pairs  []pair
	coarse bool // whether a note was made that position decided
}

// align matches x[a0:a1] with y[b0:b1]: equal ends first, then what is there once on both sides (patience diff), then what
// lies between those.
func (al *aligner) align(a0, a1, b0, b1 int) {
	for a0 < a1 && b0 < b1 && al.hx[a0] == al.hy[b0] {
		al.pairs = append(al.pairs, pair{a0, b0})
		a0, b0 = a0+1, b0+1
	}
	tail := 0
	for a0 < a1-tail && b0 < b1-tail && al.hx[a1-tail-1] == al.hy[b1-tail-1] {
		tail++
	}
	al.between(a0, a1-tail, b0, b1-tail)
	for i := range tail {
		al.pairs = append(al.pairs, pair{a1 - tail + i, b1 - tail + i})
	}
}

// between is align for what neither begins nor ends alike.
func (al *aligner) between(a0, a1, b0, b1 int) {
	n, m := a1-a0, b1-b0
	switch {
	case n == 0 || m == 0 || n == 1 && m == 1:
		al.inOrder(a0, a1, b0, b1)
	case !al.c.afford(32 * (n + m)):
		al.byPosition(a0, a1, b0, b1)
	default:
		anchors := al.anchors(a0, a1, b0, b1)
		if len(anchors) == 0 {
			al.gap(a0, a1, b0, b1)
			return
		}
		for _, p := range anchors {
			al.align(a0, p.a, b0, p.b)
			al.pairs = append(al.pairs, p)
			a0, b0 = p.a+1, p.b+1
		}
		al.align(a0, a1, b0, b1)
	}
}

// anchors are the elements that are there exactly once on both sides, as many as are in the same order.
func (al *aligner) anchors(a0, a1, b0, b1 int) []pair {
	type places struct{ a, b, inA, inB int }
	once := make(map[uint64]*places, a1-a0)
	for i := a0; i < a1; i++ {
		p := once[al.hx[i]]
		if p == nil {
			p = &places{}
			once[al.hx[i]] = p
		}
		p.a, p.inA = i, p.inA+1
	}
	for j := b0; j < b1; j++ {
		if p := once[al.hy[j]]; p != nil {
			p.b, p.inB = j, p.inB+1
		}
	}
	var both []pair
	for _, p := range once {
		if p.inA == 1 && p.inB == 1 {
			both = append(both, pair{p.a, p.b})
		}
	}
	return longestRun(both)
}

// longestRun is as many of the pairs as are in the same order on both sides.
func longestRun(pairs []pair) []pair {
	slices.SortFunc(pairs, func(p, q pair) int { return cmp.Compare(p.a, q.a) })
	var ends []int // of the best run of each length: an index of pairs
	before := make([]int, len(pairs))
	for i, p := range pairs {
		at, _ := slices.BinarySearchFunc(ends, p.b, func(end, b int) int { return cmp.Compare(pairs[end].b, b) })
		before[i] = -1
		if at > 0 {
			before[i] = ends[at-1]
		}
		if at == len(ends) {
			ends = append(ends, i)
		} else {
			ends[at] = i
		}
	}
	if len(ends) == 0 {
		return nil
	}
	run := make([]pair, len(ends))
	for i, at := len(ends)-1, ends[len(ends)-1]; i >= 0; i, at = i-1, before[at] {
		run[i] = pairs[at]
	}
	return run
}

// gap matches what has no anchors by how alike it is, in order, so that the sum of the likeness is the greatest.
func (al *aligner) gap(a0, a1, b0, b1 int) {
	n, m := a1-a0, b1-b0
	if n*m > maxCells || !al.c.afford(n*m*16) {
		al.byPosition(a0, a1, b0, b1)
		return
	}
	fx, fy := al.features(al.x[a0:a1]), al.features(al.y[b0:b1])
	best := make([]float32, (n+1)*(m+1)) // of what is left from a row and a column on
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			score := max(best[(i+1)*(m+1)+j], best[i*(m+1)+j+1])
			if s := likeness(fx[i], fy[j]); s > 0 {
				score = max(score, s+best[(i+1)*(m+1)+j+1])
			}
			best[i*(m+1)+j] = score
		}
	}
	i, j := 0, 0
	for i < n && j < m {
		here := best[i*(m+1)+j]
		s := likeness(fx[i], fy[j])
		switch {
		case s > 0 && here == s+best[(i+1)*(m+1)+j+1]:
			al.pairs = append(al.pairs, pair{a0 + i, b0 + j})
			i, j = i+1, j+1
		case here == best[(i+1)*(m+1)+j]:
			al.pairs = append(al.pairs, pair{a0 + i, -1})
			i++
		default:
			al.pairs = append(al.pairs, pair{-1, b0 + j})
			j++
		}
	}
	al.inOrder(a0+i, a1, b0+j, b1)
}

// byPosition is inOrder where there was too much to do better, which is noted.
func (al *aligner) byPosition(a0, a1, b0, b1 int) {
	if !al.coarse {
		al.coarse = true
		al.c.byPosition()
	}
	al.inOrder(a0, a1, b0, b1)
}

// inOrder pairs one by one; what is left over was removed or added.
func (al *aligner) inOrder(a0, a1, b0, b1 int) {
	for a0 < a1 || b0 < b1 {
		p := pair{-1, -1}
		if a0 < a1 {
			p.a = a0
			a0++
		}
		if b0 < b1 {
			p.b = b0
			b0++
		}
		al.pairs = append(al.pairs, p)
	}
}

// reunited is the pairs, in which what is equal and was removed here and added there is one pair again: it moved.
func (al *aligner) reunited() []pair {
	removed := make(map[uint64][]int) // by hash: indexes of pairs
	for n, p := range al.pairs {
		if p.b < 0 && (al.x[p.a][0] == anObject || al.x[p.a][0] == anArray || al.x[p.a][0] == aText) {
			removed[al.hx[p.a]] = append(removed[al.hx[p.a]], n)
		}
	}
	if len(removed) == 0 {
		return al.pairs
	}
	gone := make(map[int]bool)
	for n, p := range al.pairs {
		if p.a >= 0 {
			continue
		}
		if from := removed[al.hy[p.b]]; len(from) > 0 {
			al.pairs[n].a = al.pairs[from[0]].a
			gone[from[0]] = true
			removed[al.hy[p.b]] = from[1:]
		}
	}
	var kept []pair
	for n, p := range al.pairs {
		if !gone[n] {
			kept = append(kept, p)
		}
	}
	return kept
}
