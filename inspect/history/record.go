package history

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A record is one delivery in a journal, as it was received: without attempts, and without what it repeats.
type record struct {
	Project  string
	Delivery inspect.Delivery // without its body's bytes if Body says where they are
	Body     place
}

// The version of a record begins it. Another version is not read.
const (
	recordVersion = 1  // with its body
	placedVersion = 2  // with its body's place
	markedVersion = 4  // added to either: with what a replay changed and whether it is masked, in front of all else
	againVersion  = 8  // added to any: with how many attempts there were before, in front of even that
	skewedVersion = 16 // added to any: with the skew of the clocks, in front of all that
)

var errRecord = errors.New("a record that this version of hook doesn't know")

// append appends r in its stored form: numbers are varints, texts are as appendText has them.
func (r *record) append(b []byte) []byte {
	d, g := &r.Delivery, &r.Delivery.Signature
	version := byte(recordVersion)
	if !r.Body.none() {
		version = placedVersion
	}
	marked := d.Change != "" || d.Masked
	if marked {
		version |= markedVersion
	}
	if d.Earlier > 0 {
		version |= againVersion
	}
	if d.Skew != 0 {
		version |= skewedVersion
	}
	b = append(b, version)
	if d.Skew != 0 {
		b = binary.AppendVarint(b, int64(d.Skew))
	}
	if d.Earlier > 0 {
		b = binary.AppendUvarint(b, uint64(d.Earlier))
	}
	if marked {
		b = appendBool(appendText(b, d.Change), d.Masked)
	}
	for _, s := range r.texts() {
		b = appendText(b, *s)
	}
	b = binary.AppendVarint(b, nanoseconds(d.ReceivedAt))
	b = appendTime(b, g.Signed)
	b = appendBool(appendBool(b, g.Test), d.Body.Complete)
	b = binary.AppendUvarint(b, uint64(d.Body.Size))
	if !r.Body.none() {
		b = appendPlace(b, r.Body)
	} else {
		b = binary.AppendUvarint(b, uint64(len(d.Body.Bytes)))
		b = append(b, d.Body.Bytes...)
	}
	return appendHeader(b, d.Header) // last, as it has no end of its own
}

// texts are all that are texts in a record, in their order.
func (r *record) texts() [19]*string {
	d, g := &r.Delivery, &r.Delivery.Signature
	return [...]*string{
		&r.Project, &d.ID, &d.ReplayOf, &d.Endpoint, &d.Remote, &d.Proto, &d.Host, &d.Method, &d.URL, &d.Path,
		&d.Provider, &d.EventType, &d.ProviderID,
		&g.Provider, (*string)(&g.Verdict), (*string)(&g.Reason), &g.Secret, &g.Expected, &g.Got,
	}
}

func decodeRecord(b []byte) (*record, error) {
	if len(b) == 0 {
		return nil, errRecord
	}
	version := b[0] &^ (markedVersion | againVersion | skewedVersion)
	if version != recordVersion && version != placedVersion {
		return nil, errRecord
	}
	in := reader{rest: b[1:], text: string(b)}
	r := new(record)
	d, g := &r.Delivery, &r.Delivery.Signature
	if b[0]&skewedVersion != 0 {
		d.Skew = time.Duration(in.signed())
	}
	if b[0]&againVersion != 0 {
		d.Earlier = int(in.number())
	}
	if b[0]&markedVersion != 0 {
		d.Change, d.Masked = in.string(), in.number() != 0
	}
	for _, s := range r.texts() {
		*s = in.string()
	}
	d.ReceivedAt = timeOf(in.signed())
	g.Signed = in.time()
	g.Test, d.Body.Complete = in.number() != 0, in.number() != 0
	d.Body.Size = int64(in.number())
	if version == placedVersion {
		r.Body = in.place()
	} else {
		n := in.count()
		d.Body.Bytes = append([]byte{}, in.rest[:n]...)
		in.rest = in.rest[n:]
	}
	if in.bad {
		return nil, errRecord
	}
	var err error
	d.Header, err = decodeHeader(in.rest)
	return r, err
}

func appendPlace(b []byte, p place) []byte {
	b = appendText(b, p.Segment)
	for _, n := range []uint64{uint64(p.Start), uint64(p.Length), uint64(p.Sum)} {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

func (r *reader) place() place {
	return place{r.string(), int64(r.number()), int64(r.number()), uint32(r.number())}
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// appendTime appends a time of any year: 0 if it is the zero time, else 1, whole seconds and their fraction.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	return binary.AppendUvarint(binary.AppendVarint(append(b, 1), t.Unix()), uint64(t.Nanosecond()))
}

func (r *reader) time() time.Time {
	if r.number() == 0 {
		return time.Time{}
	}
	seconds := r.signed()
	return time.Unix(seconds, int64(r.number())).UTC()
}

// signed reads what binary.AppendVarint wrote.
func (r *reader) signed() int64 {
	n := r.number()
	return int64(n>>1) ^ -int64(n&1)
}
