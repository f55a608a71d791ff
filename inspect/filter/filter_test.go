package filter_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/filter"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

const stripeBody = `{"id":"evt_1","type":"invoice.paid","livemode":false,"created":1763000000,"big":9007199254740993,"rate":1.5,"none":null,
	"data":{"object":{"id":"in_1","amount":4200,"customer":"cus_9","tags":["new","vip"],"count":"42","name":"Zoë \u00e9"}},
	"items":[{"sku":"a","price":10},{"sku":"b","price":20.5},{"sku":"c"}],"id":"evt_2"}`

// delivery is one that the expressions of the tests are about.
func delivery() *inspect.Delivery {
	return &inspect.Delivery{
		ID: "d_abcdefghijkl", Endpoint: "quiet-otter", Remote: "192.0.2.7", Proto: "HTTP/1.1", Host: "hooks.example", Method: "POST",
		URL: "https://hooks.example/e/quiet-otter/stripe?token=t1&n=5", Path: "/stripe?token=t1&n=5",
		ReceivedAt: time.Now().Add(-10 * time.Minute),
		Header:     http.Header{"Content-Type": {"application/json"}, "X-Github-Event": {"push"}, "X-Many": {"a", "b"}},
		Body:       inspect.CaptureOf([]byte(stripeBody)),
		Provider:   "stripe", EventType: "invoice.paid", ProviderID: "evt_1",
		Signature: signature.Result{Verdict: signature.Valid, Reason: "ok", Signed: time.Now().Add(-11 * time.Minute)},
		Attempts: []inspect.Attempt{{
			Number: 1, Target: "http://localhost:3000/stripe", Outcome: inspect.OutcomeAnswered, Stages: inspect.Stages{Total: 12500 * time.Microsecond},
			Response: &inspect.Response{Status: 500, Header: http.Header{"Content-Type": {"application/json"}}, Body: inspect.CaptureOf([]byte(`{"error":"no such customer"}`))},
		}},
	}
}

// bare has next to nothing.
func bare() *inspect.Delivery {
	return &inspect.Delivery{ID: "d_bare", Method: "GET", ReceivedAt: time.Now()}
}

func compile(t testing.TB, expression string) *filter.Filter {
	t.Helper()
	f, err := filter.Compile(expression)
	if err != nil {
		t.Fatalf("Compile(%q): %v", expression, err)
	}
	return f
}

func TestMatch(t *testing.T) {
	for expression, want := range map[string]bool{
		`status >= 400`: true,
		`status >= 400 && body.data.object.amount > 1000`:       true,
		`status >= 400 and not (body.data.object.amount > 9e3)`: true,
		`status == 500 or provider == "github"`:                 true,
		`failed`:                                                true,
		`!failed`:                                               false,
		`replay || redelivered || masked`:                       false,
		`provider == "stripe" && event startsWith "invoice."`:   true,
		`event endsWith ".paid"`:                                true,
		`event matches "^invoice\\.(paid|voided)$"`:             true,
		`event contains "voice"`:                                true,
		`event in ["a", "invoice.paid"]`:                        true,
		`provider not in ["github"]`:                            true,
		`verdict == "valid" && reason == "ok"`:                  true,
		`method == "POST" && endpoint == "quiet-otter"`:         true,
		`host == "hooks.example" && remote == "192.0.2.7"`:      true,
		`url contains "/e/" && proto == "HTTP/1.1"`:             true,
		`path startsWith "/stripe"`:                             true,
		`query.token == "t1" && "n" in query`:                   true,
		`query.n == 5 && query.n > 4 && query["n"] < 6.5`:       true,
		`query.nothing == "x"`:                                  false,
		`duration_ms > 12 && duration_ms < 13`:                  true,
		`attempts == 1 && body_size > 100`:                      true,
		`outcome == "answered"`:                                 true,
		`target endsWith ":3000/stripe"`:                        true,

		`age > "5m" && age < "2h"`: true,
		`age < "1d"`:               true,
		`received > "2020-01-01" && received_at < now()`:                  true,
		`received < "2020-01-01 14:00"`:                                   false,
		`received > now() - "1h"`:                                         true,
		`received > now() - duration("5m")`:                               false,
		`received - signed_at > "30s"`:                                    true,
		`signed_at < received`:                                            true,
		`date(body.created) < received`:                                   true,
		`date(body.created) > "2025-11-01"`:                               true,
		`received > date("2020-01-01")`:                                   true,
		`header["X-GitHub-Event"] == "push"`:                              true,
		`header.x_github_event == "push"`:                                 true,
		`header.X_GITHUB_EVENT == "push"`:                                 true,
		`"x-github-event" in header`:                                      true,
		`"x-nothing" in header`:                                           false,
		`header.x_many == "a, b"`:                                         true,
		`header.nothing == "x"`:                                           false,
		`text contains "cus_9"`:                                           true,
		`lower(text) contains "zoë"`:                                      true,
		`body.data.object.name == "Zoë é"`:                                true,
		`body.id == "evt_2"`:                                              true, // of two with one name the last
		`body.big == 9007199254740993`:                                    true,
		`body.big == 9007199254740992`:                                    false,
		`body.big > 9007199254740992`:                                     true,
		`body.rate == 1.5 && body.rate * 2 == 3`:                          true,
		`body.data.object.count == 42`:                                    true,
		`body.data.object.count > 41 && 43 > body.data.object.count`:      true,
		`body.data.object.count == "42"`:                                  true,
		`body.created contains "1763"`:                                    true,
		`body.livemode == false`:                                          true,
		`body.livemode`:                                                   false,
		`!body.livemode`:                                                  true,
		`body.data.object.id`:                                             true, // it is there
		`body.data.object.nothing`:                                        false,
		`body.none == nil && body.missing == nil`:                         true,
		`body.none.deeper.still == 1`:                                     false,
		`body.id.deeper == 1`:                                             false,
		`body.missing > 5 || body.missing <= 5`:                           false,
		`body.missing != 5`:                                               true,
		`body.missing + 1 > 0`:                                            false,
		`-body.missing < 0`:                                               false,
		`(body.missing ?? "x") == "x"`:                                    true,
		`body.data?.object?.amount == 4200`:                               true,
		`body["data"]["object"]["amount"] == 4200`:                        true,
		`body.data.object.tags contains "vip"`:                            true,
		`"vip" in body.data.object.tags`:                                  true,
		`"old" in body.data.object.tags`:                                  false,
		`"object" in body.data`:                                           true,
		`"vip" in body.missing`:                                           false,
		`body.items[0].sku == "a" && body.items[-1].sku == "c"`:           true,
		`body.items[7].sku == "a"`:                                        false,
		`first(body.items).sku == "a" && last(body.items).sku == "c"`:     true,
		`any(body.items, .price > 20)`:                                    true,
		`any(body.items, {#.price > 20 and #.sku == "b"})`:                true,
		`all(body.items, .price > 5)`:                                     false,
		`none(body.items, .price > 50)`:                                   true,
		`one(body.items, .sku == "b")`:                                    true,
		`count(body.items, .price >= 10) == 2`:                            true,
		`len(filter(body.items, .price)) == 2`:                            true,
		`find(body.items, .sku == "b").price == 20.5`:                     true,
		`sum(body.items, .price) == 30.5`:                                 true,
		`sum(map(body.items, .price ?? 0)) == 30.5`:                       true,
		`"b" in map(body.items, .sku)`:                                    true,
		`max(map(filter(body.items, .price), .price)) > 20`:               true,
		`len(body.items) == 3 && len(body.missing) == 0`:                  true,
		`len(body.data.object.tags[0:1]) == 1`:                            true,
		`any(body.missing, .x == 1)`:                                      false,
		`any(body.data, .x == 1)`:                                         false,
		`lower(body.missing) == "x"`:                                      false,
		`upper(provider) == "STRIPE"`:                                     true,
		`split(path, "?")[0] == "/stripe"`:                                true,
		`int(body.data.object.count) + 1 == 43`:                           true,
		`keys(body.data.object)[0] == "amount"`:                           true,
		`response.status == 500`:                                          true,
		`response.body.error contains "customer"`:                         true,
		`response.header.content_type == "application/json"`:              true,
		`response.text contains "no such"`:                                true,
		`let o = body.data.object; o.amount > 1 && o.customer == "cus_9"`: true,
		`status >= 500 ? body.type == "invoice.paid" : false`:             true,
		`error == "" && error == nil && change == ""`:                     true,
		`error != ""`:                                                     false,
		`id == "d_abcdefghijkl" && id startsWith "d_abcd"`:                true,
		`400 <= status && status < 600`:                                   true,
		`400 <= status < 600`:                                             true,
		`fromJSON(response.text).error != nil`:                            true,
		`fromBase64("eyJhIjoxfQ==") == "{\"a\":1}"`:                       true,
		`event | upper() == "INVOICE.PAID"`:                               true,
		`body.data == body.data && body.data != body.items`:               true,
		`true`: true,
	} {
		f := compile(t, expression)
		if got := f.Match(delivery()); got != want {
			t.Errorf("%s: matches: %v, want %v", expression, got, want)
		}
		if want && !f.MatchSummary(delivery().Summary()) {
			t.Errorf("%s: its summary says that it can't match, and it does", expression)
		}
		f.Match(bare()) // whatever it says, without a panic
	}
}

// What a delivery does not have makes nothing true.
func TestMatchNothingThere(t *testing.T) {
	for _, expression := range []string{
		`status < 400`, `status >= 0`, `status == 0`, `duration_ms < 5`, `provider == "stripe"`, `event contains ""`, `body.x == 1`, `body`, `body < 5`,
		`text contains "x"`, `response.status < 500`, `response.body.x`, `response`, `signed_at < now()`, `query.x`, `header.x`, `failed`, `any(body.items, true)`,
	} {
		if compile(t, expression).Match(bare()) {
			t.Errorf("%s is true of a delivery that has nothing", expression)
		}
	}
	if !compile(t, `outcome == "pending"`).Match(bare()) {
		t.Error("what is under way is not pending")
	}
}

func TestBodies(t *testing.T) {
	const multipart = "--B\r\nContent-Disposition: form-data; name=\"subject\"\r\n\r\nhello\r\n" +
		"--B\r\nContent-Disposition: form-data; name=\"envelope\"\r\n\r\n{\"to\":[\"a@b.c\"]}\r\n" +
		"--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nsome text\r\n--B--\r\n"
	for _, c := range []struct{ contentType, body, expression string }{
		{"application/x-www-form-urlencoded", "a=1&b=two+words&c=x&c=y", `body.a == 1 && body.a < 2 && body.b == "two words" && body.c[1] == "y" && "x" in body.c`},
		{"application/x-www-form-urlencoded", "payload=%7B%22type%22%3A%22block_actions%22%7D", `body.payload.type == "block_actions"`},
		{"application/x-www-form-urlencoded", `{"a":{"b":1}}`, `body.a.b == 1`}, // as curl -d sends JSON
		{"application/x-www-form-urlencoded", "ok=true", `body.ok == true && body.ok`},
		{"text/plain", `{"a":1}`, `body.a == 1`},
		{"application/vnd.api+json", "\ufeff [1,2,3]", `body[2] == 3 && len(body) == 3`},
		{"application/json", `"word"`, `body == "word"`},
		{"application/json", `{"a":`, `body == nil && text == "{\"a\":"`},
		{"text/xml", `<a/>`, `body == nil && text contains "<a"`},
		{"multipart/form-data; boundary=B", multipart, `body.subject == "hello" && body.envelope.to[0] == "a@b.c" && body.file.filename == "a.txt" && body.file.size == 9 && body.file.text == "some text"`},
		{"application/json", strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000), `body == nil`},
		{"application/json", strings.Repeat(`{"a":`, 9_000) + "1" + strings.Repeat("}", 9_000), `body.a.a.a != nil`},
		{"application/json", "\xff\xfe{}", `body == nil`},
		{"", "", `body == nil && text == ""`},
	} {
		d := delivery()
		d.Header = http.Header{"Content-Type": {c.contentType}}
		d.Body = inspect.CaptureOf([]byte(c.body))
		if !compile(t, c.expression).Match(d) {
			t.Errorf("%s of the %s %.60q: does not match", c.expression, c.contentType, c.body)
		}
	}
}

func TestWhole(t *testing.T) {
	for expression, want := range map[string]bool{
		`status >= 400`: false, `failed && age < "1h"`: false, `query.x == 1`: false, `body.x`: true, `status >= 400 || header.x == "1"`: true,
		`response.status == 1`: true, `host == "x"`: true, `signed_at > now()`: true, `let x = text; x == ""`: true, `any(["a"], # == event)`: false,
	} {
		if got := compile(t, expression).Whole(); got != want {
			t.Errorf("%s is Whole: %v, want %v", expression, got, want)
		}
	}
}

// A summary rules out what its part of the expression can tell, and nothing else.
func TestMatchSummary(t *testing.T) {
	d := delivery()
	for expression, want := range map[string]bool{
		`status >= 500 && body.x == 1`: true, `status < 500 && body.x == 1`: false, `body.x == 1 && provider == "github"`: false,
		`body.x == 1 || provider == "github"`: true, `(status < 500 && failed) && header.x == "1"`: false,
	} {
		if got := compile(t, expression).MatchSummary(d.Summary()); got != want {
			t.Errorf("%s may match: %v, want %v", expression, got, want)
		}
	}
}
