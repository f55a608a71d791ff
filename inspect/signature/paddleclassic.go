package signature

import (
	"slices"
	"strconv"
	"strings"
)

// phpFields is the form without p_signature, as PHP's serialize writes it: a:1:{s:4:"name";s:5:"value";}
func phpFields(r Request, _ claims) []byte {
	var fields []parameter
	for pair := range strings.SplitSeq(string(r.Body), "&") {
		if p := parameterOf(pair); p.name != "" && p.name != "p_signature" && len(fields) < maxParameters {
			fields = append(fields, p)
		}
	}
	slices.SortStableFunc(fields, func(a, b parameter) int { return strings.Compare(a.name, b.name) })
	text := append(strconv.AppendInt([]byte("a:"), int64(len(fields)), 10), ":{"...)
	quoted := func(value string) {
		text = append(strconv.AppendInt(append(text, "s:"...), int64(len(value)), 10), `:"`...)
		text = append(append(text, value...), `";`...)
	}
	for _, p := range fields {
		quoted(p.name)
		quoted(p.value)
	}
	return append(text, '}')
}
