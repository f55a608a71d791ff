package diff_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/diff"
)

func delivery(id, path, text string, header ...string) *inspect.Delivery {
	d := &inspect.Delivery{ID: id, Endpoint: "e", Method: "POST", Path: path, Provider: "stripe", ProviderID: "evt_" + id, Header: http.Header{"Content-Type": {"application/json"}}}
	for i := 0; i < len(header); i += 2 {
		d.Header.Add(header[i], header[i+1])
	}
	d.Body = inspect.CaptureOf([]byte(text))
	return d
}

// sections is a report in short.
func sections(r diff.Report) string {
	var b strings.Builder
	for _, s := range r.Sections {
		b.WriteString(s.Name + "\n" + lines(s.Changes))
	}
	return b.String()
}

func TestDeliveries(t *testing.T) {
	a := delivery("d_a", "/x?id=1&mode=test", `{"id":"evt_1MqqbKLt4dXK03v5","at":"2026-11-21T08:45:34Z","n":1}`,
		"Stripe-Signature", "t=1,v1=aa", "Date", "now", "X-Shop", "a", "Authorization", "Bearer one", "Content-Length", "60")
	b := delivery("d_b", "/y?mode=live&id=2", `{"id":"evt_2MqqbKLt4dXK03v5","at":"2026-11-21T09:45:34Z","n":2}`,
		"Stripe-Signature", "t=2,v1=bb", "X-Shop", "a", "X-Shop", "b", "Authorization", "Bearer two", "Content-Length", "61", "Cf-Ray", "7d")
	b.Method = "PUT"
	want := `request
~ method "POST" "PUT"
~ path "/x" "/y"
~ query.id "1" "2" (id)
~ query.mode "test" "live"
headers
~ Authorization "Bearer one" "Bearer two"
+ Cf-Ray "7d" (transport)
~ Content-Length "60" "61" (transport)
- Date "now" (transport)
~ Stripe-Signature "t=1,v1=aa" "t=2,v1=bb" (signature)
~ X-Shop "a" ["a","b"]
body
~ id "evt_1MqqbKLt4dXK03v5" "evt_2MqqbKLt4dXK03v5" (id)
~ at "2026-11-21T08:45:34Z" "2026-11-21T09:45:34Z" (time)
~ n 1 2
`
	report := diff.Deliveries(a, b)
	if got := sections(report); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if report.Count() != 6 || len(report.Folded()) != 7 || report.Same(false) {
		t.Errorf("got %d differences, %d folded", report.Count(), len(report.Folded()))
	}
	if got, want := report.FoldedWords(), "2 ids (id), 1 time (at), 1 signature or token (Stripe-Signature), 3 fields of transport (Cf-Ray, Content-Length, Date)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Two of one event, as a replay and its original are, have the same ids and times: another one is a difference there.
func TestOneEvent(t *testing.T) {
	a := delivery("d_a", "/", `{"customer":"cus_9s6XKzkNRiz8i3","at":"2026-11-21T08:45:34Z","signature":{"timestamp":"1795250734","token":"aa11"}}`, "X-Signature", "aa")
	for name, change := range map[string]func(b *inspect.Delivery){
		"a replay":           func(b *inspect.Delivery) { b.ReplayOf = "d_a" },
		"a provider's retry": func(b *inspect.Delivery) { b.ProviderID = a.ProviderID },
	} {
		t.Run(name, func(t *testing.T) {
			b := delivery("d_b", "/", `{"customer":"cus_4fdAW5ftNQow1a","at":"2026-11-22T08:45:34Z","signature":{"timestamp":"1795250799","token":"bb22"}}`, "X-Signature", "bb")
			change(b)
			want := `headers
~ X-Signature "aa" "bb" (signature)
body
~ customer "cus_9s6XKzkNRiz8i3" "cus_4fdAW5ftNQow1a"
~ at "2026-11-21T08:45:34Z" "2026-11-22T08:45:34Z"
~ signature.timestamp "1795250734" "1795250799" (signature)
~ signature.token "aa11" "bb22" (signature)
`
			if got := sections(diff.Deliveries(a, b)); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestResponses(t *testing.T) {
	a := &inspect.Response{Status: 200, Header: http.Header{"Content-Type": {"text/plain; charset=UTF-8"}}, Body: inspect.CaptureOf([]byte("ok"))}
	b := &inspect.Response{Status: 500, Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, Body: inspect.CaptureOf([]byte("a bug"))}
	if got, want := sections(diff.Responses(a, b)), "status\n~ status 200 500\nbody\n~ line 1 \"ok\" \"a bug\"\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got, want := sections(diff.Responses(a, nil)), "status\n~ status 200 \"no answer\"\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := diff.Responses(nil, nil); !got.Same(true) {
		t.Errorf("got %v", got)
	}
	if got := diff.Responses(a, a); !got.Same(true) {
		t.Errorf("got %v", got)
	}
}

func TestLines(t *testing.T) {
	a := delivery("d_a", "/", `{"id":1,"amount":4200,"gone":null,"text":"the quick brown fox jumps over the lazy dog and then sleeps","a":{"rather":{"long":{"path":{"to":1}}}}}`,
		"Authorization", "Bearer one")
	b := delivery("d_b", "/", `{"id":2,"amount":9900,"text":"the quick brown fox jumps over the lazy cat and then sleeps","a":{"rather":{"long":{"path":{"to":2}}}},"new":"\u001b[31m"}`,
		"Authorization", "Bearer two")
	report := diff.Deliveries(a, b)
	for _, tc := range []struct {
		view diff.View
		want string
	}{
		{diff.View{Width: 60}, `Headers
  ~ Authorization  [masked] → [masked]  (they differ)
Body
  ~ amount                 4200 → 9900
  ~ text
      - …er the lazy dog and then sleeps"
      + …er the lazy cat and then sleeps"
  ~ a.rather.long.path.to  1 → 2
  - gone                   null
  + new                    "\u001b[31m"
`},
		{diff.View{Width: 30, ASCII: true}, `Headers
  ~ Authorization  (they differ)
      [masked] -> [masked]
Body
  ~ amount  4200 -> 9900
  ~ text
      - ...er the lazy dog ...
      + ...er the lazy cat ...
  ~ a.rather.long.path.to
      1 -> 2
  - gone    null
  + new     "\u001b[31m"
`},
		{diff.View{All: true, Reveal: true}, `Headers
  ~ Authorization  Bearer one → Bearer two
Body
  ~ id                     1 → 2  (id)
  ~ amount                 4200 → 9900
  ~ text                   "the quick brown fox jumps over the lazy dog and then sleeps" → "the quick brown fox jumps over the lazy cat and then sleeps"
  ~ a.rather.long.path.to  1 → 2
  - gone                   null
  + new                    "\u001b[31m"
`},
	} {
		var b strings.Builder
		for _, line := range report.Lines(tc.view) {
			for _, span := range line {
				b.WriteString(span.Text)
			}
			b.WriteString("\n")
		}
		if b.String() != tc.want {
			t.Errorf("%+v: got\n%swant\n%s", tc.view, b.String(), tc.want)
		}
	}
}
