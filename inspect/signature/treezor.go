package signature

import (
	"bytes"
	"encoding/json"
)

// treezorText is the body's object_payload as PHP's json_encode writes it: without white space, with each slash and each
// character beyond ASCII escaped.
//
// https://docs.treezor.com/guide/webhooks/integrity-checks.html
func treezorText(r Request, c claims) []byte {
	var compact bytes.Buffer
	if json.Compact(&compact, memberText(r.Body, "object_payload")) != nil {
		return nil
	}
	ascii := escapedUnicode(Request{Body: compact.Bytes()}, c)
	text := make([]byte, 0, len(ascii)+len(ascii)/8)
	for i := 0; i < len(ascii); i++ {
		switch ascii[i] {
		case '\\': // and what it escapes
			text = append(text, ascii[i], ascii[i+1])
			i++
		case '/':
			text = append(text, '\\', '/')
		default:
			text = append(text, ascii[i])
		}
	}
	return text
}
