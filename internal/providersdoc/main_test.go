package main

import (
	"bytes"
	"os"
	"testing"
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
