package relay_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
)

func TestTokenFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "tokens")
	write(t, name, "# people\n\n  ann\t"+annsToken+"  \nben "+bensToken+" acme-*\r\n#ann2 "+annsToken)
	tokens, err := relay.ReadTokenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]relay.Grant{
		annsToken: {Name: "ann", Pattern: "*"}, bensToken: {Name: "ben", Pattern: "acme-*"}, "": {}, "ann": {}, "#ann2": {},
	} {
		if got, ok := tokens.Grant(token); got != want || ok != (want.Name != "") {
			t.Errorf("%q: got %+v, %v; want %+v", token, got, ok, want)
		}
	}
}

func TestTokenFileWithAMistake(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"no token":      {"ann " + annsToken + "\n\nben\n", ":3: a line is NAME TOKEN [PATTERN]"},
		"too many":      {"ann " + annsToken + " * more", ":1: a line is NAME TOKEN [PATTERN]"},
		"short":         {"# one\nann 0123456789abcde", ":2: the token of ann has fewer than 16 characters"},
		"a bad pattern": {"ann " + annsToken + " [", `:1: the pattern "[" can't be read`},
		"for no name":   {"ann " + annsToken + " acme-*,Ann-*", `:1: the pattern "Ann-*" fits no name`},
		"too short":     {"ann " + annsToken + " an", `:1: the pattern "an" fits no name`},
		"twice":         {"ann " + annsToken + "\nben " + annsToken, ":2: ann and ben have the same token"},
		"a long line":   {"\nann " + strings.Repeat("x", 1<<17), ":2: bufio.Scanner: token too long"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "tokens")
			write(t, file, c.content)
			_, err := relay.ReadTokenFile(file)
			if err == nil || !strings.HasPrefix(err.Error(), file) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s with %q", err, file, c.want)
			}
			if err != nil && strings.Contains(err.Error(), annsToken) {
				t.Errorf("the error gives a token away: %v", err)
			}
		})
	}
	if _, err := relay.ReadTokenFile(filepath.Join(t.TempDir(), "nowhere")); !os.IsNotExist(err) {
		t.Errorf("a file that isn't there: %v", err)
	}
}

// Whoever mends the file learns of all its mistakes at once, but not of all the lines of another file.
func TestTokenFileWithMistakes(t *testing.T) {
	name := filepath.Join(t.TempDir(), "tokens")
	write(t, name, "# people\nann "+annsToken+" [\nben\ncarl "+annsToken+"\ndora short\nemil "+annsToken+"\n")
	want := []string{`:2: the pattern "[" can't be read`, ":3: a line is NAME TOKEN [PATTERN]", ":5: the token of dora has fewer than 16 characters", ":6: carl and emil have the same token"}
	for i := range want {
		want[i] = name + want[i]
	}
	_, err := relay.ReadTokenFile(name)
	all, ok := errors.AsType[relay.TokenErrors](err)
	if !ok || all.Error() != strings.Join(want, "; ") || len(all.Unwrap()) != len(want) {
		t.Errorf("got  %v\nwant %s", err, strings.Join(want, "; "))
	}

	write(t, name, strings.Repeat("GET / HTTP/1.1 200\n", 100_000))
	_, err = relay.ReadTokenFile(name)
	if all, _ = errors.AsType[relay.TokenErrors](err); len(all) != 21 || all[20].Error() != name+":21: the lines from here on were not looked at" {
		t.Errorf("got %d mistakes: %v", len(all), err)
	}
}

// A change counts within a second; a mistake leaves what was in force, and says so.
func TestTokenFileChanges(t *testing.T) {
	name := filepath.Join(t.TempDir(), "tokens")
	write(t, name, "ann "+annsToken)
	tokens, err := relay.ReadTokenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) { // its clock is in no hurry
		for _, step := range []struct {
			does     string
			change   func()
			ann, ben bool
			fine     bool
		}{
			{"nothing", func() {}, true, false, true},
			{"ben comes", func() { write(t, name, "ann "+annsToken+"\nben "+bensToken) }, true, true, true},
			{"a mistake", func() { write(t, name, "ann") }, true, true, false},
			{"the file goes", func() { _ = os.Remove(name) }, true, true, false},
			{"ann goes", func() { write(t, name, "ben "+bensToken) }, false, true, true},
			{"all go", func() { write(t, name, "") }, false, false, true},
		} {
			step.change()
			<-time.After(time.Second)
			_, ann := tokens.Grant(annsToken)
			_, ben := tokens.Grant(bensToken)
			if err := tokens.Stale(); ann != step.ann || ben != step.ben || (err == nil) != step.fine {
				t.Errorf("%s: ann %v, ben %v, %v; want %v, %v, fine %v", step.does, ann, ben, err, step.ann, step.ben, step.fine)
			}
		}
	})
}

// The time of the last change alone gives a change away, too.
func TestTokenFileOfTheSameSize(t *testing.T) {
	name := filepath.Join(t.TempDir(), "tokens")
	write(t, name, "ann "+annsToken)
	tokens, err := relay.ReadTokenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	write(t, name, "ben "+bensToken)
	if err := os.Chtimes(name, time.Time{}, time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if g, ok := tokens.Grant(bensToken); !ok || g.Name != "ben" {
		t.Errorf("got %+v, %v", g, ok)
	}
	if _, ok := tokens.Grant(annsToken); ok {
		t.Error("a token that was taken away still counts")
	}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
