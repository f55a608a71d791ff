package export

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// A schema is what is known of the values at one place of many bodies. Its size depends on what the bodies are like, not on
// how many there are.
type schema struct {
	nulls, bools, integers, numbers, strings int // how many values were of that type
	arrays, objects                          int

	formats []string // that all strings so far have
	items   *schema  // of all elements of all arrays; nil if there was none
	members map[string]*schema
	present map[string]int // in how many objects a member was
	others  *schema        // of members whose names are no names: ids, or too many to tell apart
	open    bool           // some members could not be looked at

	documents int // how many of the strings are JSON objects or arrays
	document  *schema
}

const (
	longestName = 200    // bytes of a member's that is one
	maxMembers  = 500    // of an object that are told apart
	schemaDepth = 40     // levels that are looked into
	maxSchemas  = 20_000 // places that are told apart in all bodies of an event
)

// A budget is how many schemas may still be made.
type budget int

// schema makes one; nil if there are enough.
func (left *budget) schema() *schema {
	if *left <= 0 {
		return nil
	}
	*left--
	return new(schema)
}

// see takes a value into account, of which readJSON made a tree. A nil schema knows nothing and learns nothing.
func (s *schema) see(value any, depth int, left *budget) {
	if s == nil {
		return
	}
	switch v := value.(type) {
	case nil:
		s.nulls++
	case bool:
		s.bools++
	case json.Number:
		if isInteger(string(v)) {
			s.integers++
		} else {
			s.numbers++
		}
	case string:
		s.seeText(v, depth, left)
	case []any:
		s.arrays++
		if s.items == nil && len(v) > 0 && depth < schemaDepth {
			s.items = left.schema()
		}
		for _, one := range v {
			s.items.see(one, depth+1, left)
		}
	case *mapping:
		s.seeObject(v, depth, left)
	}
}

func (s *schema) seeText(text string, depth int, left *budget) {
	if s.strings == 0 {
		s.formats = formatsOf(text)
	} else if len(s.formats) > 0 {
		s.formats = slices.DeleteFunc(s.formats, func(f string) bool { return !hasFormat(f, text) })
	}
	s.strings++
	if s.documents < s.strings-1 || text == "" || text[0] != '{' && text[0] != '[' || depth >= schemaDepth {
		return
	}
	if tree, ok := readJSON([]byte(text)); ok {
		if s.documents++; s.document == nil {
			s.document = left.schema()
		}
		s.document.see(tree, depth+1, left)
	}
}

func (s *schema) seeObject(m *mapping, depth int, left *budget) {
	s.objects++
	if depth >= schemaDepth {
		return
	}
	if s.members == nil {
		s.members, s.present = make(map[string]*schema), make(map[string]int)
	}
	for i, name := range m.keys {
		member, known := s.members[name]
		switch {
		case !known && (len(s.members) >= maxMembers || len(name) > longestName || isID(name)):
			if s.others == nil {
				s.others = left.schema()
			}
			member = s.others
		case !known:
			if member = left.schema(); member == nil {
				s.open = true
				continue
			}
			s.members[name] = member
		}
		if member != s.others {
			s.present[name]++
		}
		member.see(m.values[i], depth+1, left)
	}
}

// yaml is the JSON Schema.
func (s *schema) yaml() *mapping {
	out := new(mapping)
	if s == nil {
		return out
	}
	var types []any
	for _, one := range []struct {
		name string
		seen bool
	}{
		{"object", s.objects > 0},
		{"array", s.arrays > 0},
		{"string", s.strings > 0},
		{"integer", s.integers > 0 && s.numbers == 0},
		{"number", s.numbers > 0},
		{"boolean", s.bools > 0},
		{"null", s.nulls > 0},
	} {
		if one.seen {
			types = append(types, one.name)
		}
	}
	switch len(types) {
	case 0:
		return out
	case 1:
		out.add("type", types[0])
	default:
		out.add("type", types)
	}
	if s.strings > 0 && len(s.formats) > 0 {
		out.add("format", s.formats[0])
	}
	if s.strings > 0 && s.documents == s.strings {
		out.add("contentMediaType", "application/json")
		out.add("contentSchema", s.document.yaml())
	}
	if s.items != nil {
		out.add("items", s.items.yaml())
	}
	s.membersYAML(out)
	return out
}

func (s *schema) membersYAML(out *mapping) {
	properties, required := new(mapping), []any(nil)
	for _, name := range slices.Sorted(maps.Keys(s.members)) {
		properties.add(name, s.members[name].yaml())
		if s.present[name] == s.objects {
			required = append(required, name)
		}
	}
	if len(required) > 0 {
		out.add("required", required)
	}
	if len(properties.keys) > 0 {
		out.add("properties", properties)
	}
	if s.others != nil && !s.open {
		out.add("additionalProperties", s.others.yaml())
	}
}

// isInteger says whether a JSON number has neither fraction nor exponent.
func isInteger(number string) bool { return !strings.ContainsAny(number, ".eE") }
