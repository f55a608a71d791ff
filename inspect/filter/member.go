package filter

// member is the member of v by that key: of an object by name, of a list by number, from the end if it is negative. It is
// nil if v has none.
func member(v, key any) any {
	switch key := key.(type) {
	case string:
		switch v := v.(type) {
		case object:
			return v.member(key)
		case map[string]any:
			return v[key]
		}
	case int:
		return element(listOf(v), key)
	case float64:
		if key == float64(int(key)) {
			return element(listOf(v), int(key))
		}
	}
	return nil
}

func element(list []any, i int) any {
	if i < 0 {
		i += len(list)
	}
	if i < 0 || i >= len(list) {
		return nil
	}
	return list[i]
}

// memberPath goes down from v.
func memberPath(v any, names []string) any {
	for _, name := range names {
		if v == nil {
			return nil
		}
		v = member(v, name)
	}
	return v
}

// listOf is the elements of a list, or nil.
func listOf(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case raw:
		if v[0] == '[' {
			return v.list()
		}
	}
	return nil
}

// truthOf says whether v is there and not false.
func truthOf(v any) bool {
	if b, ok := v.(bool); ok {
		return b
	}
	return v != nil
}

// contains says whether a text has another in it, a list an element, an object a member.
func contains(v, part any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case object, map[string]any:
		if r, ok := v.(raw); ok && r[0] == '[' {
			break
		}
		name, ok := part.(string)
		return ok && member(v, name) != nil
	}
	if s, ok := textOf(v); ok {
		return withTexts(s, part, containsText)
	}
	for _, e := range listOf(v) {
		if equal(e, part) {
			return true
		}
	}
	return false
}
