package signature

import "testing"

func TestAccepts(t *testing.T) {
	for _, tc := range []struct {
		success string
		yes, no []int
	}{
		{"", []int{200, 201, 204, 299}, []int{102, 199, 300, 301, 400, 500}},
		{"200", []int{200}, []int{201, 204, 302, 500}},
		{"200, 201 or 202", []int{200, 201, 202}, []int{203, 204}},
		{"102, 200, 201, 202 or 204", []int{102, 200, 204}, []int{203, 206}},
		{"a status from 200 to 302", []int{200, 204, 299, 301, 302}, []int{199, 303, 404}},
		{"2xx; 4xx is final", []int{200, 299}, []int{400, 404}},
		{"200; 406 stops the retries", []int{200}, []int{201, 406}},
		{"204 to events, 200 with an answer in JSON to interactions", []int{200, 204}, []int{201}},
		{"any 2xx; for standard webhooks with the text [accepted]", []int{200, 202}, []int{302}},
		{"200, to HEAD too", []int{200}, []int{202}},
	} {
		p := &Provider{Success: tc.success}
		for _, status := range tc.yes {
			if !p.Accepts(status) {
				t.Errorf("%q: %d is not accepted", tc.success, status)
			}
		}
		for _, status := range tc.no {
			if p.Accepts(status) {
				t.Errorf("%q: %d is accepted", tc.success, status)
			}
		}
	}
	if nobody := (*Provider)(nil); !nobody.Accepts(201) || nobody.Accepts(404) {
		t.Error("nobody takes 2xx and nothing else")
	}
}

// What every provider says of success can be read: some status of 2xx is it, and no failure is.
func TestSuccessIsARule(t *testing.T) {
	for _, p := range Providers() {
		some := false
		for status := 100; status < 600; status++ {
			accepted := p.Accepts(status)
			some = some || accepted && status/100 == 2
			if accepted && status >= 400 {
				t.Errorf("%s: %q takes %d for success", p.Name, p.Success, status)
			}
		}
		if !some {
			t.Errorf("%s: %q names no 2xx", p.Name, p.Success)
		}
	}
}
