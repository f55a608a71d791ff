package signature

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
)

// dropboxSignCarrier finds the JSON in the part of a multipart body that is named "json", and in it what its slots name.
type dropboxSignCarrier struct{ slots }

var errNoJSONPart = errors.New(`the body has no part "json", in which Dropbox Sign sends the event`)

func (k dropboxSignCarrier) read(r Request) (claims, Reason) {
	from, to := jsonPart(r)
	r.Body = r.Body[from:to]
	c, reason := k.slots.read(r)
	if reason == ReasonOK && unclearMember(r.Body, "event", "event_type") {
		c.unclear, reason = true, ReasonMalformed
	}
	return c, reason
}

func (k dropboxSignCarrier) stamp(r *Request, c claims) error {
	return inPart(r, func(inner *Request) error { return k.slots.stamp(inner, c) })
}

func (k dropboxSignCarrier) put(r *Request, c claims, signature string) error {
	return inPart(r, func(inner *Request) error { return k.slots.put(inner, c, signature) })
}

// inPart lets change work on the JSON alone.
func inPart(r *Request, change func(inner *Request) error) error {
	from, to := jsonPart(*r)
	if from == to {
		return errNoJSONPart
	}
	inner := *r
	inner.Body = r.Body[from:to]
	if err := change(&inner); err != nil {
		return err
	}
	r.Body = bytes.Join([][]byte{r.Body[:from], inner.Body, r.Body[to:]}, nil)
	return nil
}

// dropboxSignText is what Dropbox Sign signs: the time of an event and its type.
func dropboxSignText(r Request, c claims) []byte {
	from, to := jsonPart(r)
	return append([]byte(c.timestamp), pick(r.Body[from:to], "event", "event_type")...)
}

// inJSONPart is a value in the JSON that a multipart body holds in its part "json".
func inJSONPart(names ...string) source {
	return func(r Request) string {
		from, to := jsonPart(r)
		return pick(r.Body[from:to], names...)
	}
}

// dropboxSignTest answers the event that tests a URL when it is registered.
func dropboxSignTest(r Request, _ []Secret) (Answer, bool) {
	a := textAnswer("Hello API Event Received")
	a.Asks = "Dropbox Sign's test of the URL"
	return a, r.Method == http.MethodPost && inJSONPart("event", "event_type")(r) == "callback_test"
}

// jsonPart is where the part "json" of a multipart body begins and ends, without its head. It is empty if there is none.
func jsonPart(r Request) (from, to int) {
	kind, parameters, err := mime.ParseMediaType(header(r.Header, "Content-Type"))
	if err != nil || kind != "multipart/form-data" || parameters["boundary"] == "" {
		return 0, 0
	}
	delimiter := []byte("--" + parameters["boundary"])
	for at := bytes.Index(r.Body, delimiter); at >= 0; {
		at += len(delimiter)
		length := bytes.Index(r.Body[at:], delimiter)
		if length < 0 {
			return 0, 0
		}
		head, content, whole := bytes.Cut(r.Body[at:at+length], []byte("\r\n\r\n"))
		if whole && bytes.Contains(head, []byte(` name="json"`)) {
			from = at + len(head) + len("\r\n\r\n")
			return from, from + len(bytes.TrimSuffix(content, []byte("\r\n")))
		}
		at += length
	}
	return 0, 0
}
