package filter

// What expressions do with values, for others that do alike with what Record.Get and Value.Of give.

// Equal says whether two values are equal: == of expressions.
func Equal(a, b any) bool { return equal(native(a), native(b)) }

// Order compares two values that have an order, as < of expressions does; ok is false if they have none.
func Order(a, b any) (c int, ok bool) { return order(native(a), native(b)) }

// Member is the member of an object by name, in any case of a header, or of a list by number; nil if v has none.
func Member(v, key any) any { return member(v, native(key)) }

// Len is the length of a text in characters, of a list or an object; 0 of all else.
func Len(v any) int { return length(v) }

// native is a number of Go's other kinds as expressions have it.
func native(v any) any {
	switch n := v.(type) {
	case int64:
		return int(n)
	case int32:
		return int(n)
	case uint64:
		return float64(n)
	case float32:
		return float64(n)
	}
	return v
}
