package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// body2K is 2 KiB of JSON as a provider sends it.
func body2K() []byte {
	var b strings.Builder
	b.WriteString(`{"id":"evt_1","type":"invoice.paid","data":{"object":{"id":"in_1","amount":4200,"lines":[`)
	for i := 0; b.Len() < 1900; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"il_%d","amount":%d,"description":"a line of an invoice","price":{"currency":"usd","unit":%d}}`, i, i*100, i)
	}
	b.WriteString(`],"customer":"cus_9s6XKzkNRiz8i3"}},"livemode":false}`)
	return []byte(b.String())
}

func BenchmarkMatch(b *testing.B) {
	d := delivery()
	d.Body = inspect.CaptureOf(body2K())
	s := d.Summary()
	for name, expression := range map[string]string{
		"body": `body.data.object.amount > 5000`, "list": `any(body.data.object.lines, .price.unit > 500)`, "header": `header["X-GitHub-Event"] == "pull"`,
	} {
		b.Run(name, func(b *testing.B) {
			f := compile(b, expression)
			b.ReportAllocs()
			for b.Loop() {
				if f.Match(d) {
					b.Fatal("matches")
				}
			}
		})
	}
	for name, expression := range map[string]string{"status": `status == 404`, "summary": `provider == "stripe" && event startsWith "invoice." && status < 400`} {
		b.Run(name, func(b *testing.B) {
			f := compile(b, expression)
			b.ReportAllocs()
			for b.Loop() {
				if f.MatchSummary(s) {
					b.Fatal("matches")
				}
			}
		})
	}
}
