package diff

import (
	"slices"
	"strings"
)

// names are the keys that name an element of an array, the best first.
func names() []string {
	return []string{"id", "_id", "uuid", "guid", "key", "sku", "code", "slug", "number", "email", "name", "field", "type", "rel", "href", "url"}
}

// keyed matches elements by what names them: all are objects, and have a key whose value is each one's own. Most of the
// fewer must be there on the other side, else the key says nothing: ids are new at each firing.
func (c *comparer) keyed(x, y [][]byte) (pairs []pair, found bool) {
	if len(x) == 0 || len(y) == 0 || !objectsOnly(x) || !objectsOnly(y) {
		return nil, false
	}
	keys := names()
	before, after := namings(x, keys), namings(y, keys)
	for k := range keys {
		index, ok := unique(after, k)
		if _, too := unique(before, k); !ok || !too {
			continue
		}
		pairs, common := pairsBy(before, index, k, len(y))
		if 2*common >= min(len(x), len(y)) && common > 0 {
			return pairs, true
		}
	}
	return nil, false
}

func objectsOnly(elements [][]byte) bool {
	return !slices.ContainsFunc(elements, func(e []byte) bool { return e[0] != anObject })
}

// namings are, for each element, the values of keys; empty where it has none that can name it.
func namings(elements [][]byte, keys []string) [][]string {
	all := make([][]string, len(elements))
	for i, e := range elements {
		all[i] = make([]string, len(keys))
		each(e, func(key string, value []byte) {
			k := slices.IndexFunc(keys, func(name string) bool { return strings.EqualFold(name, key) })
			if k < 0 {
				return
			}
			switch kindOf(value) {
			case aText:
				all[i][k] = "t" + text(value)
			case aNumber:
				all[i][k] = "n" + decimalOf(value).String()
			}
		})
	}
	return all
}

// unique is where each value of a key is, if all elements have one of their own.
func unique(namings [][]string, k int) (index map[string]int, ok bool) {
	index = make(map[string]int, len(namings))
	for i, values := range namings {
		if _, twice := index[values[k]]; twice || values[k] == "" {
			return nil, false
		}
		index[values[k]] = i
	}
	return index, true
}

// pairsBy pairs by the values of a key: those before in their order, then what was added.
func pairsBy(before [][]string, index map[string]int, k, n int) (pairs []pair, common int) {
	taken := make([]bool, n)
	for i, values := range before {
		j, ok := index[values[k]]
		if !ok {
			pairs = append(pairs, pair{i, -1})
			continue
		}
		common++
		taken[j] = true
		pairs = append(pairs, pair{i, j})
	}
	for j := range n {
		if !taken[j] {
			pairs = append(pairs, pair{-1, j})
		}
	}
	return pairs, common
}
