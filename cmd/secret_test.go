package cmd

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// secretCommand runs `hook secret` in the project; it must succeed.
func secretCommand(t *testing.T, p project, stdin string, args ...string) (out, talk string) {
	t.Helper()
	var o, e bytes.Buffer
	pl := place{streams: streams{strings.NewReader(stdin), &o, &e}, home: p.home, project: p, pen: newPen().colourless()}
	var err error
	switch global := args[len(args)-1] == "--global"; args[0] {
	case "set":
		err = pl.setSecret(t.Context(), secretSetOptions{provider: args[1], global: global, add: args[len(args)-1] == "--add"})
	case "rm":
		err = pl.removeSecret(args[1], global)
	default:
		err = pl.listSecrets(false)
	}
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return o.String(), e.String()
}

func values(all []signature.Secret) string {
	var b strings.Builder
	for _, s := range all {
		b.WriteString(s.Value + " from " + s.Source + "\n")
	}
	return b.String()
}

func TestKeptSecretsInOrder(t *testing.T) {
	p := testProject(t)
	stripe := signature.Lookup("stripe")
	secretCommand(t, p, "whsec_everywhere", "set", "stripe", "--global")
	if got := values(find(t, p).of(stripe)); got != "whsec_everywhere from hook secret --global (file)\n" {
		t.Errorf("for all projects: %s", got)
	}
	secretCommand(t, p, "whsec_here", "set", "stripe")
	if got := values(find(t, p).of(stripe)); got != "whsec_here from hook secret (file)\n" {
		t.Errorf("for the project: %s", got)
	}
	secretCommand(t, p, "whsec_next", "set", "stripe", "--add")
	secretCommand(t, p, "whsec_next", "set", "stripe", "--add") // again: it is there once
	if got := values(find(t, p).of(stripe)); got != "whsec_next from hook secret (file)\nwhsec_here from hook secret (file), an older one\n" {
		t.Errorf("with another added: %s", got)
	}
	other := project{t.TempDir(), p.home}
	if got := values(find(t, other).of(stripe)); got != "whsec_everywhere from hook secret --global (file)\n" {
		t.Errorf("in another project: %s", got)
	}
	t.Setenv("STRIPE_WEBHOOK_SECRET", "whsec_env")
	if got := values(find(t, p).of(stripe)); got != "whsec_env from STRIPE_WEBHOOK_SECRET\n" {
		t.Errorf("with a variable: %s", got)
	}
	if all := values(find(t, p).candidates()); !strings.Contains(all, "whsec_here ") || !strings.Contains(all, "whsec_everywhere ") {
		t.Errorf("what may explain a signature: %s", all)
	}
}

// What list calls used is what is used.
func TestListAgreesWithWhatIsUsed(t *testing.T) {
	p := testProject(t)
	stripe := signature.Lookup("stripe")
	check := func(when string, rows int) {
		t.Helper()
		s := find(t, p)
		used := ""
		for _, l := range s.list() {
			if l.Used {
				used += l.Masked + " " + l.Source + "\n"
			}
		}
		want := ""
		for _, own := range s.of(stripe) {
			want += signature.Mask(own.Value) + " " + own.Source + "\n"
		}
		if used != want || len(s.list()) != rows {
			t.Errorf("%s: list has %d rows and says %q is used, want %d and %q", when, len(s.list()), used, rows, want)
		}
	}
	find(t, p).of(stripe) // makes the test secret
	check("a test secret", 1)
	secretCommand(t, p, "whsec_everywhere", "set", "stripe", "--global")
	check("one for all projects", 2)
	secretCommand(t, p, "whsec_here", "set", "stripe")
	secretCommand(t, p, "whsec_next", "set", "stripe", "--add")
	check("two for the project", 4)
	t.Setenv("HOOK_SECRET_STRIPE", "whsec_env")
	t.Setenv("STRIPE_WEBHOOK_SECRET", "whsec_usual")
	check("two variables", 6)
}

func TestDamagedSafeIsNamedWithoutItsText(t *testing.T) {
	p := testProject(t)
	if err := os.MkdirAll(p.home.secret, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, p.safe(false).path, `{"secrets":{"stripe":"hunter2"}}`)
	var talk bytes.Buffer
	s, err := findSecrets(p, nil, strings.NewReader(""), &talk)
	if err != nil || !s.of(signature.Lookup("stripe"))[0].Test {
		t.Fatal(err)
	}
	if !strings.Contains(talk.String(), "is damaged") || strings.Contains(talk.String(), "hunter2") {
		t.Errorf("it says %q", talk.String())
	}
}

func TestChangedSafeIsReadAnew(t *testing.T) {
	p := withKeychain(t)
	s := find(t, p)
	secretCommand(t, p, "whsec_new0123456789", "set", "stripe")
	aged(s)
	if got := values(s.of(signature.Lookup("stripe"))); got != "whsec_new0123456789 from hook secret (keychain)\n" {
		t.Errorf("after it was set: %s", got)
	}
	secretCommand(t, p, "", "rm", "stripe")
	aged(s)
	if got := s.of(signature.Lookup("stripe")); !got[0].Test {
		t.Errorf("after it was removed: %s", values(got))
	}
}

// aged makes secrets look at the files again.
func aged(s *secrets) {
	before := *s.files.Load()
	before.looked = before.looked.AddDate(0, 0, -1)
	s.files.Store(&before)
}
