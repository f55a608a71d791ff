package relay_test

import (
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// storedTokens are those of a store whose disk is full, which is nothing that a file of tokens could mend.
type storedTokens struct{}

func (storedTokens) Grant(string) (relay.Grant, bool) {
	return relay.Grant{Name: "ann", Pattern: "*"}, true
}

func (storedTokens) Err() error { return errors.New("the disk is full") }

// Who came and who went can be told from the log: both lines have the endpoint, the address and the token's name.
func TestLogOfATunnel(t *testing.T) {
	var l log
	h := startRelay(t, func(c *relay.Config) {
		c.Tokens = storedTokens{}
		c.Log = slog.New(slog.NewTextHandler(&l, nil))
	})
	h.connect(echo, func(c *tunnel.Client) { c.Token = annsToken })
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"tunnel connected", "tunnel ended"} {
		line := regexp.MustCompile(`(?m)^.*msg="` + what + `".*$`).FindString(l.String())
		for _, want := range []string{" endpoint=quiet-otter", " remote=127.0.0.1:", " token=ann"} {
			if !strings.Contains(line, want) {
				t.Errorf("%s: %q lacks %q", what, line, want)
			}
		}
	}
	if strings.Contains(l.String(), "stay in force") {
		t.Errorf("the log has\n%s", l.String())
	}
}
