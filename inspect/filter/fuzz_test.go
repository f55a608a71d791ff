package filter_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/filter"
)

// Whatever is asked of whatever comes, nothing panics; what could be compiled gives an answer, the same each time; what
// could not says where; and a summary never rules out what matches.
func FuzzMatch(f *testing.F) {
	for _, expression := range []string{
		`status >= 400 && body.data.object.amount > 1000`, `any(body.items, {#.price > 20 and #.sku == "b"})`, `header["X-GitHub-Event"] == "push"`, `age < "2h"`,
		`body.a[0].b ?? text`, `let x = body.a; len(x) + -x`, `sum(map(body, .x)) % 2 == 1`, `split(text, "")[1:] == keys(body)`, `body | first() == fromJSON(text)`,
		`status ? failed : !replay`, `"x" not in header and path matches "^/"`, `date(body.t) - received > duration(body.d)`, `min(body) / max(body) ** 3`, `a = b`, `“`,
		`1 < body.x < 3`, `reduce(body, #acc + #)`, `body?.x?.[0]`, `[1,2][body.i]`, `join(body, ",")`, `float(body.x) == int(body.x)`, `string(body) contains "1"`,
	} {
		f.Add(expression, "application/json", stripeBody)
		f.Add(expression, "application/x-www-form-urlencoded", `a=1&a={"x":[1,"2",null]}&t=2026-11-20`)
		f.Add(expression, "", `[{"x":1},2,"3",true,null,1e400]`)
	}
	f.Fuzz(func(t *testing.T, expression, contentType, body string) {
		d := delivery()
		d.Header = http.Header{"Content-Type": {contentType}, "X-Raw": {body}}
		d.Path = "/" + body
		d.Body = inspect.CaptureOf([]byte(body))
		d.Attempts[0].Response.Body = d.Body
		if v, err := filter.CompileValue(expression); err == nil {
			v.Of(d)
			v.Of(bare())
		}
		c, err := filter.Compile(expression)
		if err != nil {
			e, ok := errors.AsType[*filter.Error](err)
			if !ok || e.Message == "" || e.At < 0 || e.Len < 0 || e.At+e.Len > len([]rune(e.Expression)) {
				t.Fatalf("%q: the error is %#v", expression, err)
			}
			return
		}
		if c.Match(d) && !c.MatchSummary(d.Summary()) {
			t.Fatalf("%q matches, and its summary says that it can't", expression)
		}
		c.Match(bare())
	})
}
