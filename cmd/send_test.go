package cmd

import "testing"

func TestBelow(t *testing.T) {
	for url, want := range map[string]bool{
		"https://r.example/e/calm-owl": true, "https://r.example/e/calm-owl/a": true, "https://r.example/e/calm-owl?a=b": true,
		"https://r.example/e/calm-owl-x": false, "https://r.example/e/calm-owl.evil/": false, "https://r.example/": false,
	} {
		if got := below(url, "https://r.example/e/calm-owl"); got != want {
			t.Errorf("%s: %v", url, got)
		}
	}
}
