package inspect

import "strings"

// ReplaceCards puts another text in the place of each card's number in s that stands by itself, and counts them: 14 to 19
// digits, together or in groups, with a beginning and a length and a check digit as cards have them.
func ReplaceCards(s, by string) (string, int) {
	var b strings.Builder
	done, n := 0, 0
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			continue
		}
		end, digits := numberAt(s, i)
		alone := (i == 0 || isBeforeCard(s[i-1])) && (end == len(s) || isBehindCard(s[end:]))
		if alone && isCard(digits) {
			b.WriteString(s[done:i])
			b.WriteString(by)
			done = end
			n++
		}
		i = end - 1
	}
	if n == 0 {
		return s, 0
	}
	b.WriteString(s[done:])
	return b.String(), n
}

// isBeforeCard says whether a card's number may follow c: it is not a part of a word, a path or an address.
func isBeforeCard(c byte) bool {
	return strings.IndexByte(" \t\r\n\"'(,;:>=[|", c) >= 0
}

func isBehindCard(s string) bool {
	if s[0] == '.' || s[0] == ',' {
		return len(s) == 1 || !isDigit(s[1])
	}
	return strings.IndexByte(" \t\r\n\"'),;:<&]|!?", s[0]) >= 0
}

// numberAt is where the number that begins at i ends, and its digits: one run of them, or groups as on a card, 4-4-4-4 or
// 4-6-5, with blanks or hyphens between.
func numberAt(s string, i int) (end int, digits string) {
	first := runEnd(s, i)
	if first-i != 4 || first == len(s) || s[first] != ' ' && s[first] != '-' {
		return first, s[i:first]
	}
	sign := s[first]
	digits, end = s[i:first], first
	for n := 2; end < len(s) && s[end] == sign; n++ {
		next := runEnd(s, end+1)
		group := s[end+1 : next]
		short := len(digits) == 4 && len(group) == 6 || len(digits) == 10 && len(group) <= 5
		if group == "" || len(group) != 4 && !short {
			break
		}
		digits, end = digits+group, next
		if n == 4 || len(digits) == 15 {
			break
		}
	}
	if len(digits) < 14 {
		return first, s[i:first]
	}
	return end, digits
}

// runEnd is where the digits from i on end.
func runEnd(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

// isCard says whether digits can be a card's number: by its issuer's beginnings and lengths, and Luhn's check digit, which
// one number in ten has by chance.
func isCard(digits string) bool {
	n := len(digits)
	if n < 14 || n > 19 || !Luhn(digits) || strings.Count(digits, digits[:1]) == n {
		return false
	}
	two, four := digits[:2], digits[:4]
	switch {
	case digits[0] == '4':
		return n == 16 || n == 19
	case two >= "51" && two <= "55", four >= "2221" && four <= "2720":
		return n == 16
	case two == "34" || two == "37":
		return n == 15
	case two == "36" || two == "38" || four[:3] >= "300" && four[:3] <= "305":
		return n == 14
	case four == "6011" || two == "65" || two == "62" || four[:3] >= "644" && four[:3] <= "649", four >= "3528" && four <= "3589":
		return n >= 16
	}
	return false
}

// Luhn says whether the check digit of a number, which is all digits, is right.
func Luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
