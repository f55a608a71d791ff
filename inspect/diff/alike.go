package diff

import (
	"hash/maphash"
	"slices"
	"strings"
)

// maxFeatures bounds what is compared of an element to see how alike two are.
const maxFeatures = 128

// features are what an element is known by, without regard to ids and times: sorted hashes of its fields, and of these with
// their values. The first says what kind of value it is.
type features struct {
	kind byte
	all  []uint64
}

func (al *aligner) features(elements [][]byte) []features {
	all := make([]features, len(elements))
	for i, e := range elements {
		f := features{kind: kindOf(e)}
		if f.kind == aText {
			f.words(text(e))
		} else {
			f.fields(e, uint64(f.kind), 6)
		}
		slices.Sort(f.all)
		f.all = slices.Compact(f.all)
		all[i] = f
	}
	return all
}

// fields adds those of a value below a place, which is a hash of a path.
func (f *features) fields(value []byte, place uint64, depth int) {
	if len(f.all) >= maxFeatures {
		return
	}
	switch kind := kindOf(value); {
	case kind == anObject && depth > 0:
		each(value, func(key string, v []byte) {
			f.fields(v, mix(place^maphash.String(seed, key)), depth-1)
		})
	case kind == anArray && depth > 0:
		w := walker{value, 1}
		for v := w.next(); v != nil && len(f.all) < maxFeatures; v = w.next() {
			f.fields(v, mix(place), depth-1)
		}
	default:
		f.all = append(f.all, place)
		if kind == aText && opaque(text(value)) {
			return
		}
		f.all = append(f.all, place^hash(value, 0))
	}
}

// words adds those of a text.
func (f *features) words(s string) {
	for word := range strings.FieldsSeq(s) {
		if len(f.all) >= maxFeatures {
			return
		}
		f.all = append(f.all, maphash.String(seed, word))
	}
}

// likeness is from 0, nothing in common, to 1. Simple values are always a little alike, so that they are paired in order
// when there is nothing better.
func likeness(a, b features) float32 {
	if a.kind != b.kind {
		return 0
	}
	common := 0
	for i, j := 0, 0; i < len(a.all) && j < len(b.all); {
		switch {
		case a.all[i] == b.all[j]:
			common, i, j = common+1, i+1, j+1
		case a.all[i] < b.all[j]:
			i++
		default:
			j++
		}
	}
	all := len(a.all) + len(b.all) - common
	likeness := float32(0)
	if all > 0 {
		likeness = float32(common) / float32(all)
	}
	if a.kind != anObject && a.kind != anArray {
		return 0.1 + 0.9*likeness
	}
	return likeness
}
