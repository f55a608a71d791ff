package signature

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
)

// Fits says whether an app's own answer tells the provider what this one would: the status is the same, and its fields and its
// body hold what is wanted. The body must be whole.
func (a Answer) Fits(status int, h http.Header, body []byte) bool {
	if status != a.Status || a.silent && len(body) > 0 {
		return false
	}
	for name := range a.Header {
		if name != "Content-Type" && name != "X-Content-Type-Options" && h.Get(name) != a.Header.Get(name) {
			return false
		}
	}
	body = bytes.TrimSpace(body)
	switch {
	case a.Body == "", string(body) == a.Body:
		return true
	case a.loosely:
		return pick(body, "challenge") == a.Body || formValue(body, "challenge") == a.Body
	default:
		return a.Header.Get("Content-Type") == "application/json" && holdsMembers(body, []byte(a.Body))
	}
}

// holdsMembers says whether a JSON object has the members of another, with the same values.
func holdsMembers(object, wanted []byte) bool {
	var has, wants map[string]any
	if json.Unmarshal(object, &has) != nil || json.Unmarshal(wanted, &wants) != nil {
		return false
	}
	for name, value := range wants {
		if !reflect.DeepEqual(has[name], value) {
			return false
		}
	}
	return true
}
