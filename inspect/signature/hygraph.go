package signature

// hygraphCarrier is a carrier of pairs whose id is the name of an environment. A request without a signature is of the
// one that every project has.
type hygraphCarrier struct{ pairs }

func (k hygraphCarrier) read(r Request) (claims, Reason) {
	c, reason := k.pairs.read(r)
	if reason == ReasonMissing {
		c.id = "master"
	}
	return c, reason
}

// hygraphText is what Hygraph signs: a JSON object that holds the body as a string.
func hygraphText(r Request, c claims) []byte {
	text := make([]byte, 0, len(r.Body)+len(r.Body)/4+96)
	text = appendJSONString(append(text, `{"Body":`...), r.Body)
	text = appendJSONString(append(text, `,"EnvironmentName":`...), []byte(c.id))
	text = append(text, `,"TimeStamp":`...)
	return append(append(text, c.timestamp...), '}')
}

// appendJSONString writes text as JavaScript's JSON.stringify does, which escapes nothing that need not be.
func appendJSONString(dst, text []byte) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	for _, b := range text {
		switch {
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case b == '\n':
			dst = append(dst, '\\', 'n')
		case b == '\r':
			dst = append(dst, '\\', 'r')
		case b == '\t':
			dst = append(dst, '\\', 't')
		case b == '\b':
			dst = append(dst, '\\', 'b')
		case b == '\f':
			dst = append(dst, '\\', 'f')
		case b < ' ':
			dst = append(dst, '\\', 'u', '0', '0', digits[b>>4], digits[b&15])
		default:
			dst = append(dst, b)
		}
	}
	return append(dst, '"')
}
