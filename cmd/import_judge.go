package cmd

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// judged is what was found as the history keeps it: with an id, and as the recorder would have it, had it come here. What is
// masked can't be judged any more, and keeps its verdict.
func (i *importing) judged(f export.Found) *inspect.Delivery {
	d := f.Delivery
	if !f.Own || !inspect.IsID(d.ID) {
		d.ID = i.idOf(d)
	}
	if d.ReceivedAt.IsZero() {
		d.ReceivedAt = time.Now()
	}
	for n := range d.Attempts {
		if a := &d.Attempts[n]; a.Outcome == inspect.OutcomePending {
			a.Outcome, a.Err = inspect.OutcomeInterrupted, "it was still under way when it was exported"
		}
	}
	provider := signature.Lookup(d.Provider)
	if d.Masked {
		if d.Provider == "" {
			recognise(d)
		}
		return d
	}
	if len(f.Bodies) > 1 && d.Body.Complete {
		if best := i.secrets.body(d.Signed(), provider, f.Bodies); len(best) != len(d.Body.Bytes) {
			d.Body = inspect.CaptureOf(best)
		}
	}
	who, meta, result := i.secrets.judge(d.Signed(), provider)
	if who != nil {
		d.Provider = who.Name
	}
	d.EventType, d.ProviderID = cmp.Or(meta.EventType, d.EventType), cmp.Or(meta.ID, d.ProviderID)
	d.Signature = i.secrets.settle(result)
	return d
}

// recognise says who sent d and what it is, without a verdict.
func recognise(d *inspect.Delivery) {
	if who := signature.Detect(d.Signed()).Provider; who != nil {
		meta := who.Meta(d.Signed())
		d.Provider, d.EventType, d.ProviderID = who.Name, meta.EventType, meta.ID
	}
}

// idOf is an id for a delivery that has none, made of what is in it: who reads the same file again finds it there already.
// The second that is just like it in one file has another.
func (i *importing) idOf(d *inspect.Delivery) string {
	h := sha256.New()
	field := func(s string) { _, _ = fmt.Fprintf(h, "%d %s\n", len(s), s) }
	field(stamp(d.ReceivedAt))
	field(d.Method)
	field(d.URL)
	for _, name := range slices.Sorted(maps.Keys(d.Header)) {
		field(name)
		for _, value := range d.Header[name] {
			field(value)
		}
	}
	_, _ = h.Write(d.Body.Bytes)
	content := string(h.Sum(nil))
	i.seen[content]++
	field(fmt.Sprint(i.seen[content]))
	letters := base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	return "d_" + letters.EncodeToString(h.Sum(nil))[:12]
}
