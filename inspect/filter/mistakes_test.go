package filter_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect/filter"
)

// Each mistake is named in hook's words, at its place, with what helps.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ expression, place, message, next string }{
		{`statsu >= 400`, `statsu`, "there is no field statsu", "did you mean status?"},
		{`status >= 400 && headers.x == "1"`, `headers`, "there is no field headers", "did you mean header?"},
		{`amount > 1000`, `amount`, "there is no field amount", "body.data.amount"},
		{`status = 400`, `=`, "= can't stand here", "equal is =="},
		{`status === 400`, `=`, "= can't stand here", "equal is =="},
		{`status <> 400`, `>`, "> can't stand here", "unequal is !="},
		{`status => 400`, `=`, "= can't stand here", "write >="},
		{`failed & replay`, `&`, "& can't stand here", "and is &&"},
		{`failed AND replay`, `AND`, "AND can't stand here", "and is &&"},
		{`event like "a%"`, `like`, "like can't stand here", "contains"},
		{`event ~ "a"`, `~`, "there is no operator ~", "matches"},
		{"status \x1b> 5", "\x1b", "the character U+001B has no meaning here", "quotes"},
		{`event == “paid”`, `“`, "these are typographic quotes", "plain"},
		{`provider == stripe`, `stripe`, "stripe is no field", `"stripe"; in a shell`},
		{`failed && event == invoice.paid && true`, `invoice.paid`, "invoice.paid is no field", `"invoice.paid"`},
		{`body.type == invoice.paid`, `invoice.paid`, "invoice.paid is no field", `"invoice.paid"`},
		{`status == "500"`, `==`, "== can't be asked of a number and a text", "no quotes"},
		{`event == 5`, `==`, "== can't be asked of a text and a number", "quotes"},
		{`status && failed`, `&&`, "&& joins what is true or false, not a number and true or false", "status >= 400"},
		{`status`, `status`, "it is a number, and must be true or false", "status >= 400"},
		{`event`, `event`, "it is a text, and must be true or false", "invoice.paid"},
		{`received`, `received`, "it is a time, and must be true or false", "received >"},
		{`!event`, `!`, "! can't be said of a text", ""},
		{`status >=`, ``, "it ends too early", "missing"},
		{`(status >= 400`, ``, "it ends too early", "bracket"},
		{`status >= 400)`, `)`, ") closes nothing", ""},
		{``, ``, "it ends too early", ""},
		{`event == "paid`, ``, "a text has no closing quote", "quotes"},
		{`age < 2h`, `2h`, "2h is no number", `age < "2h"`},
		{`age < "2 hours"`, `"2 hours"`, `"2 hours" is no duration`, `"2h"`},
		{`received > "2h"`, `"2h"`, `"2h" is no time`, `age < "2h"`},
		{`received > "yesterday"`, `"yesterday"`, `"yesterday" is no time`, "2026-11-20"},
		{`received > 5`, `>`, "> can't be asked of a time and a number", ""},
		{`response.statsu == 5`, `statsu`, "response has no statsu", "did you mean status?"},
		{`body.x.lower() == "a"`, `lower`, "fields have no functions", "lower(event)"},
		{`lowr(event) == "a"`, `lowr`, "there is no function lowr", "did you mean lower?"},
		{`repeat(event, 1000) == ""`, `repeat`, "there is no function repeat", ""},
		{`lower(status) == ""`, ``, "cannot use a number as argument (type a text) to call lower", ""},
		{`path matches "("`, `"("`, "the pattern has a fault: missing closing )", "re2syntax"},
		{`path matches body.x`, ``, "a pattern must be written out", ""},
		{`.body.x == 1`, `.`, ". can't stand here", "no dot in front"},
		{`$.body.x == 1`, `$`, "there is no $", "stand alone"},
		{`$env.x == 1`, `$env`, "there is no field $env", ""},
		{`body.x == null`, `null`, "there is no null", "nil"},
		{`null == body.x`, `null`, "there is no null", "nil"},
		{`failed; replay`, ``, "there are several expressions", "&&"},
		{`status in 500..504`, `..`, "there are no ranges here", "status >= 500"},
		{`body == {"a": 1}`, ``, "objects and bytes can't be written here", ""},
		{`body.a ?? "x" == "x"`, `==`, "?? needs brackets", "("},
		{`#.x == 1`, `#`, "", ""},
		{`failed failed`, `failed`, "failed can't stand here", "between two values"},
		{`let status = 5; status == 5`, `status`, "status has a meaning already", ""},
		{strings.Repeat("(", 9000), ``, "it is too long", "8 KiB"},
		{strings.Repeat("!", 3000) + "failed", ``, "it has too many parts", "1000"},
	} {
		_, err := filter.Compile(c.expression)
		e, ok := errors.AsType[*filter.Error](err)
		if !ok {
			t.Errorf("%.60s: the error is %v, want a *filter.Error", c.expression, err)
			continue
		}
		if !strings.Contains(e.Message, c.message) || !strings.Contains(e.Next, c.next) {
			t.Errorf("%.60s:\n got %q\nnext %q\nwant %q\nnext %q", c.expression, e.Message, e.Next, c.message, c.next)
		}
		characters := []rune(e.Expression)
		if e.At < 0 || e.Len < 0 || e.At+e.Len > len(characters) {
			t.Errorf("%.60s: it is said to be at %d, %d characters", c.expression, e.At, e.Len)
		} else if got := string(characters[e.At : e.At+e.Len]); c.place != "" && got != c.place {
			t.Errorf("%.60s: the place is %q, want %q", c.expression, got, c.place)
		}
	}
}
