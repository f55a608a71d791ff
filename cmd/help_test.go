package cmd

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func allCommands() []*cobra.Command {
	all := []*cobra.Command{newRoot(streams{}), newRelayRoot(streams{}, RelayParts{})}
	for i := 0; i < len(all); i++ {
		all = append(all, all[i].Commands()...)
	}
	return all
}

func TestEveryCommandHasAnExample(t *testing.T) {
	for _, c := range allCommands() {
		name := strings.Fields(c.CommandPath())[0]
		if !strings.HasPrefix(c.Example, "  "+name) {
			t.Errorf("%s: the example in its help is %q", c.CommandPath(), c.Example)
		}
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: its short text is %q", c.CommandPath(), c.Short)
		}
	}
}

func TestExitCodesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/exit-codes.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []int{exitDone, exitFailed, exitUsage, exitWrong, exitUnauthorized, exitUnreachable, exitTimedOut, exitInterrupted} {
		if !strings.Contains(string(page), "\n| "+strconv.Itoa(code)+" | ") {
			t.Errorf("docs/exit-codes.md says nothing of %d", code)
		}
	}
}

// What scripts rely on: a code that changes breaks them.
func TestExitCodesStay(t *testing.T) {
	got := [...]int{exitDone, exitFailed, exitUsage, exitWrong, exitUnauthorized, exitUnreachable, exitTimedOut, exitInterrupted}
	want := [...]int{0, 1, 2, 3, 4, 5, 6, 130}
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
