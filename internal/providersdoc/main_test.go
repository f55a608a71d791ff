package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func TestPageIsCurrent(t *testing.T) {
	page, err := os.ReadFile("../../docs/providers.md")
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	write(&want)
	if !bytes.Equal(page, want.Bytes()) {
		t.Error("docs/providers.md is not what the data says: go run ./internal/providersdoc > docs/providers.md")
	}
}

// docs/challenges.md is written by hand, but about all that ask.
func TestChallengesPageIsComplete(t *testing.T) {
	page, err := os.ReadFile("../../docs/challenges.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{} // by provider: what the row says of the secret
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 6 || strings.TrimSpace(cells[1]) == "provider" {
			continue
		}
		for name := range strings.SplitSeq(cells[1], ",") {
			rows[strings.TrimSpace(name)] = strings.TrimSpace(cells[4])
		}
	}
	for _, p := range signature.Providers() {
		secret, listed := rows[p.Name]
		if listed != p.HasHandshake() {
			t.Errorf("%s: it asks: %t, it is listed: %t", p.Name, p.HasHandshake(), listed)
		}
		if needs := p.ChallengeSecret != ""; needs != (secret != "" && !strings.HasPrefix(secret, "hook only")) {
			t.Errorf("%s: it needs a secret: %t, the row says %q", p.Name, needs, secret)
		}
	}
}
