package export

import (
	"io"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

func BenchmarkAdd(b *testing.B) {
	d := someDeliveries()[0]
	d.Header["User-Agent"] = []string{"Stripe/1.0 (+https://stripe.com/docs/webhooks)"}
	d.Body = inspect.CaptureOf([]byte(`{"id":"evt_1","data":[` + strings.Repeat(`{"object":"line_item","amount":100,"description":"a thing"},`, 80) + `{}]}`))
	for _, format := range []string{"ndjson", "har", "http", "curl"} {
		b.Run(format, func(b *testing.B) {
			f, _ := Lookup(format)
			e := f.New(io.Discard, Options{})
			b.ReportAllocs()
			for b.Loop() {
				if err := e.Add(d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
