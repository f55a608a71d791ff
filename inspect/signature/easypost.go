package signature

import (
	"bytes"
	"errors"
)

// easypostBody is the body as EasyPost signs it: in its own libraries a whole weight, "weight": 17, becomes 17.0 before
// the body is hashed.
func easypostBody(r Request, _ claims) []byte {
	weight := []byte(`"weight":`)
	if !bytes.Contains(r.Body, weight) {
		return r.Body
	}
	signed := make([]byte, 0, len(r.Body)+16)
	rest := r.Body
	for {
		i := bytes.Index(rest, weight)
		if i < 0 {
			return append(signed, rest...)
		}
		number := i + len(weight)
		for number < len(rest) && (rest[number] == ' ' || rest[number] == '\n' || rest[number] == '\t' || rest[number] == '\r') {
			number++
		}
		end := number
		for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
			end++
		}
		signed = append(signed, rest[:end]...)
		if next := bytes.TrimLeft(rest[end:], " \n\t\r"); end > number && len(next) > 0 && (next[0] == ',' || next[0] == '}') {
			signed = append(signed, ".0"...)
		}
		rest = rest[end:]
	}
}

// asciiKey is a secret as it is. EasyPost decomposes what is no ASCII (NFKD), which is not done here.
func asciiKey(secret string) ([]byte, error) {
	for i := range len(secret) {
		if secret[i] >= 0x80 {
			return nil, errors.New("it must be ASCII: of other characters EasyPost makes others (NFKD) before it signs")
		}
	}
	return []byte(secret), nil
}
