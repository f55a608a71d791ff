package filter_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/filter"
)

// What an expression asks of what is indexed narrows the look into the database, and nothing else does.
func TestBounds(t *testing.T) {
	now := time.Now()
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.Local)
	for expression, want := range map[string]filter.Bounds{
		`provider == "stripe" && body.x == 1`:                  {Providers: []string{"stripe"}},
		`"stripe" == provider and event startsWith "invoice."`: {Providers: []string{"stripe"}, Events: []string{"invoice.*"}},
		`provider in ["a", "b"] && provider == "a"`:            {Providers: []string{"a", "b"}},
		`event == "push" && id == "d_x" && verdict == "valid"`: {Events: []string{"push"}, IDs: []string{"d_x"}, Verdicts: []string{"valid"}},
		`status == 404`:                         {Statuses: []string{"404"}},
		`status >= 450 && status < 500`:         {Statuses: []string{"4xx", "5xx", "6xx", "7xx", "8xx", "9xx"}},
		`300 > status`:                          {Statuses: []string{"1xx", "2xx", "3xx"}},
		`failed && !replay`:                     {Failed: true, NoReplays: true},
		`received > "2026-11-20"`:               {Since: day},
		`received_at <= "2026-11-20"`:           {Until: day.Add(1)},
		`age < "2h" && age > "1h"`:              {Since: now.Add(-2 * time.Hour), Until: now.Add(-time.Hour + 1)},
		`age < "2h" && age <= "1h"`:             {Since: now.Add(-time.Hour)},
		`provider == "a" || status == 500`:      {},
		`!(provider == "a")`:                    {},
		`provider != "a" && status != 500`:      {},
		`provider == "" && event in [""]`:       {},
		`provider == lower("A")`:                {},
		`body.provider == "a" && !failed`:       {},
		`status == 5 && status > -1`:            {},
		`id startsWith "d_" && 1 == 1`:          {},
		`provider contains "a" && attempts > 1`: {},
	} {
		if got := compile(t, expression).Bounds(now); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", expression, got, want)
		}
	}
}
