package signature

import "strings"

// wixData is the JSON that stands as text in the claim "data" of the token that Wix posts.
func wixData(r Request) []byte {
	text := r.Body
	if len(text) == 0 || len(text) > maxToken || text[0] != 'e' { // every token begins with eyJ
		return nil
	}
	token, ok := readToken(strings.TrimSpace(string(text)))
	if !ok {
		return nil
	}
	return []byte(pickUpTo(maxToken, token.payload, "data"))
}

func wixEvent(r Request) string { return pick(wixData(r), "eventType") }

// wixMeta reads the event, which is text in that JSON once more.
func wixMeta(r Request) Meta {
	data := wixData(r)
	event := []byte(pickUpTo(maxToken, data, "data"))
	return Meta{EventType: pick(data, "eventType"), ID: pick(event, "id"), Account: pick(data, "instanceId")}
}
