package filter

import (
	"cmp"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// equal says whether two values are the same. A text that is a number is equal to that number, as forms have nothing but
// texts; likewise "true" to true, and a time to what reads as that time. What is missing is equal to nil and to "".
func equal(a, b any) bool {
	if a == nil || b == nil {
		return (a == nil || a == "") && (b == nil || b == "")
	}
	if c, ok := order(a, b); ok {
		return c == 0
	}
	if x, ok := a.(bool); ok {
		return equalBool(x, b)
	}
	if y, ok := b.(bool); ok {
		return equalBool(y, a)
	}
	if isScalar(a) || isScalar(b) {
		return false
	}
	return reflect.DeepEqual(plain(a), plain(b))
}

func isScalar(v any) bool {
	switch v.(type) {
	case string, int, float64, time.Time, time.Duration:
		return true
	}
	return false
}

func equalBool(x bool, v any) bool {
	switch v := v.(type) {
	case bool:
		return x == v
	case string:
		return v == strconv.FormatBool(x)
	}
	return false
}

// order compares two values that have an order: numbers, texts, times, durations, or a text that reads as the other's kind.
func order(a, b any) (c int, ok bool) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y), true
		}
		c, ok = orderText(b, x)
		return -c, ok
	case int, float64:
		return orderNumbers(a, b)
	case time.Time:
		if y, ok := timeFrom(b); ok {
			return x.Compare(y), true
		}
	case time.Duration:
		if y, ok := durationFrom(b); ok {
			return cmp.Compare(x, y), true
		}
	}
	return 0, false
}

// orderText compares a value that is no text with one.
func orderText(v any, s string) (int, bool) {
	if _, ok := v.(string); ok {
		return 0, false
	}
	return order(v, s)
}

func orderNumbers(a, b any) (int, bool) {
	if s, ok := b.(string); ok {
		if b = numberIn(s); b == nil {
			return 0, false
		}
	}
	x, xInt := a.(int)
	y, yInt := b.(int)
	switch {
	case xInt && yInt:
		return cmp.Compare(x, y), true
	case xInt:
		if f, ok := b.(float64); ok {
			return orderIntFloat(x, f)
		}
	case yInt:
		c, ok := orderIntFloat(y, a.(float64))
		return -c, ok
	default:
		if f, ok := b.(float64); ok {
			return orderFloats(a.(float64), f)
		}
	}
	return 0, false
}

// orderIntFloat compares exactly where a float64 of the int would not.
func orderIntFloat(x int, f float64) (int, bool) {
	if f == math.Trunc(f) && math.Abs(f) < 1<<62 {
		return cmp.Compare(x, int(f)), true
	}
	return orderFloats(float64(x), f)
}

func orderFloats(x, y float64) (int, bool) {
	if math.IsNaN(x) || math.IsNaN(y) {
		return 0, false
	}
	return cmp.Compare(x, y), true
}

// numberIn is the number that a text is, written as in JSON but for zeros in front; nil if it is none.
func numberIn(s string) any {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || digits[0] < '0' || digits[0] > '9' || len(s) > 64 || strings.ContainsAny(s, "xXpP_") {
		return nil
	}
	return numberOf(s)
}

// layouts are how a time may be written; what has no zone is local time.
var layouts = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly}

func timeFrom(v any) (time.Time, bool) {
	switch v := v.(type) {
	case time.Time:
		return v, true
	case string:
		for _, layout := range layouts {
			if t, err := time.ParseInLocation(layout, v, time.Local); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

func durationFrom(v any) (time.Duration, bool) {
	switch v := v.(type) {
	case time.Duration:
		return v, true
	case string:
		if days, ok := strings.CutSuffix(v, "d"); ok {
			if n, err := strconv.ParseFloat(days, 64); err == nil && math.Abs(n) < 100_000 {
				return time.Duration(n * 24 * float64(time.Hour)), true
			}
		}
		d, err := time.ParseDuration(v)
		return d, err == nil
	}
	return 0, false
}

// textOf is a text, or a number as one writes it.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int:
		return strconv.Itoa(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

var containsText = strings.Contains

// withTexts asks something of two texts; what is none has no part.
func withTexts(a, b any, ask func(a, b string) bool) bool {
	x, ok := textOf(a)
	if !ok {
		return false
	}
	y, ok := textOf(b)
	return ok && ask(x, y)
}
