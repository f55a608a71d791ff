package faults_test

import (
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
)

// Whoever connects and never says what for is not kept: they have ten seconds.
func TestSilentStrangers(t *testing.T) {
	slow(t)
	watch(t)
	r := startRelay(t, relay.Config{})
	began := time.Now()
	ended := make(chan error, 20)
	for range cap(ended) {
		conn, _, err := upgrade(t.Context(), r.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		go func() {
			_, err := conn.Read(nil, nil)
			ended <- err
		}()
	}
	for range cap(ended) {
		if err := within(t, ended, "the end of a connection"); err == nil {
			t.Error("the relay said something")
		}
	}
	if took := time.Since(began); took < 9*time.Second || took > 15*time.Second {
		t.Errorf("they were kept for %s", took)
	}
}
