package cmd

import (
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A replay asks for what was asked for first, byte for byte.
func TestToFirst(t *testing.T) {
	for _, target := range []string{
		"http://127.0.0.1:3000/", "http://localhost/hooks/stripe?a=b", "https://[::1]:8443//a//b", "http://a.test/{id}?q=#b", "http://a.test/100%/x", "http://a.test/a%2Fb?c=http://d/",
		"unix:/run/app.sock:/hooks?a=b",
	} {
		to, exact, err := toFirst(&inspect.Delivery{Attempts: []inspect.Attempt{{Target: target}}})
		if err != nil || !exact || to.String() != target {
			t.Errorf("%s became %s, exact %t, %v", target, to, exact, err)
		}
	}
	for target, want := range map[string]string{"http://a.test": "http://a.test/", "http://a.test?b": "http://a.test/?b", "nothing": "", "": ""} {
		to, _, err := toFirst(&inspect.Delivery{Attempts: []inspect.Attempt{{Target: target}}})
		if got := to.String(); want != "" && (got != want || err != nil) || want == "" && err == nil {
			t.Errorf("%q became %s, %v", target, got, err)
		}
	}
}
