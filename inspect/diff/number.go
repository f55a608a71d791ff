package diff

import (
	"bytes"
	"math"
	"strconv"
)

// A decimal is a JSON number in one spelling: 1.0, 1, 10e-1 and 1e0 are the same. It never becomes a float, so that any two
// integers, of whatever size, are told apart.
type decimal struct {
	negative bool
	digits   []byte // without zeros at either end; empty for 0
	exponent int64  // of ten, by which the digits are multiplied
}

// decimalOf reads a JSON number. One whose exponent no machine could use keeps it among its digits.
func decimalOf(number []byte) decimal {
	var d decimal
	if number[0] == '-' {
		d.negative, number = true, number[1:]
	}
	if i := bytes.IndexAny(number, "eE"); i >= 0 {
		n, err := strconv.ParseInt(string(number[i+1:]), 10, 64)
		if err != nil || n > math.MaxInt64/2 || n < math.MinInt64/2 {
			return decimal{negative: d.negative, digits: number}
		}
		d.exponent, number = n, number[:i]
	}
	if whole, fraction, cut := bytes.Cut(number, []byte(".")); cut {
		d.exponent -= int64(len(fraction))
		number = bytes.Join([][]byte{whole, fraction}, nil)
	}
	number = bytes.TrimLeft(number, "0")
	d.digits = bytes.TrimRight(number, "0")
	if len(d.digits) == 0 {
		return decimal{}
	}
	d.exponent += int64(len(number) - len(d.digits))
	return d
}

func (d decimal) equal(other decimal) bool {
	return d.negative == other.negative && d.exponent == other.exponent && bytes.Equal(d.digits, other.digits)
}

// String is the same for what is equal.
func (d decimal) String() string {
	sign := ""
	if d.negative {
		sign = "-"
	}
	return sign + string(d.digits) + "e" + strconv.FormatInt(d.exponent, 10)
}
