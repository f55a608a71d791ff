package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// testProject is an empty project with a home of its own; no variable of this process names a secret.
func testProject(t *testing.T) project {
	t.Helper()
	for _, p := range signature.Providers() {
		for _, name := range append(p.SecretVars, "HOOK_SECRET_"+strings.ToUpper(strings.ReplaceAll(p.Name, "-", "_"))) {
			t.Setenv(name, "")
		}
	}
	home := t.TempDir()
	t.Setenv("HOOK_HOME", home)
	return project{t.TempDir(), findHome()}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, p project, flags ...string) *secrets {
	t.Helper()
	s, err := findSecrets(p, flags, strings.NewReader("from-standard-input\n"), new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSecretsAreFoundInOrder(t *testing.T) {
	p := testProject(t)
	stripe := signature.Lookup("stripe")
	first := func(flags ...string) (source, value string) {
		s := find(t, p, flags...).of(stripe)[0]
		return s.Source, s.Value
	}
	if source, value := first(); source != "this project's test secrets" || !strings.HasPrefix(value, "whsec_") {
		t.Errorf("with nothing configured: %s from %s", value, source)
	}
	write(t, filepath.Join(p.dir, ".env"), "# the shop\nexport STRIPE_WEBHOOK_SECRET='whsec_dotenv'\n")
	if source, value := first(); source != ".env (STRIPE_WEBHOOK_SECRET)" || value != "whsec_dotenv" {
		t.Errorf("with .env: %s from %s", value, source)
	}
	t.Setenv("STRIPE_WEBHOOK_SECRET", "whsec_env")
	if source, value := first(); source != "STRIPE_WEBHOOK_SECRET" || value != "whsec_env" {
		t.Errorf("with the usual variable: %s from %s", value, source)
	}
	t.Setenv("HOOK_SECRET_STRIPE", "whsec_hook")
	if source, value := first(); source != "HOOK_SECRET_STRIPE" || value != "whsec_hook" {
		t.Errorf("with hook's variable: %s from %s", value, source)
	}
	if source, value := first("stripe=-"); source != "standard input" || value != "from-standard-input" {
		t.Errorf("with a flag: %s from %s", value, source)
	}
	if source, _ := first("github=-"); source != "HOOK_SECRET_STRIPE" {
		t.Errorf("with another provider's flag: from %s", source)
	}
}

func TestSecretSources(t *testing.T) {
	p := testProject(t)
	file := filepath.Join(p.dir, "secret")
	write(t, file, "in a file \r\n")
	t.Setenv("A_VARIABLE", "in a variable")
	for flag, want := range map[string]signature.Secret{
		"@" + file:           {Value: "in a file ", Source: file},
		"slack=@" + file:     {Value: "in a file ", Source: file, Provider: "slack"},
		"env:A_VARIABLE":     {Value: "in a variable", Source: "A_VARIABLE"},
		"nobody=literal=":    {Value: "nobody=literal=", Source: "--secret"},
		"stripe=whsec_plain": {Value: "whsec_plain", Source: "--secret", Provider: "stripe"},
	} {
		if got := find(t, p, flag).flags[0]; got != want {
			t.Errorf("%s: got %+v, want %+v", flag, got, want)
		}
	}
}

func TestTestSecretIsShownOnce(t *testing.T) {
	p := testProject(t)
	stripe := signature.Lookup("stripe")
	var first, second bytes.Buffer
	secret, err := find(t, p).toSign(stripe, &first)
	if err != nil || !strings.Contains(first.String(), "STRIPE_WEBHOOK_SECRET="+secret.Value) {
		t.Errorf("first: %q, %v", first.String(), err)
	}
	again, err := find(t, p).toSign(stripe, &second)
	if err != nil || second.Len() > 0 || again != secret {
		t.Errorf("second: %q, %v", second.String(), err)
	}
}

// A real provider can't know a test secret, so a mismatch says nothing until the secret was used.
func TestMismatchWithAnUnusedTestSecretIsUnknown(t *testing.T) {
	p := testProject(t)
	github := signature.Lookup("github")
	signed := func(s *secrets, with string) signature.Result {
		r := signature.Request{Method: "POST", Body: []byte("{}"), ReceivedAt: time.Now()}
		if err := github.Sign(&r, signature.Secret{Value: with}, time.Now()); err != nil {
			t.Fatal(err)
		}
		_, _, res := s.judge(r, nil)
		return s.settle(res)
	}
	s := find(t, p)
	if res := signed(s, "the real one"); res.Verdict != signature.Unknown || res.Reason != signature.ReasonNoSecret {
		t.Errorf("before it was used: %s, %s", res.Verdict, res.Reason)
	}
	if res := signed(s, s.of(github)[0].Value); res.Verdict != signature.Valid {
		t.Errorf("signed with it: %s, %s", res.Verdict, res.Reason)
	}
	if res := signed(s, "the real one"); res.Verdict != signature.Invalid {
		t.Errorf("after it was used: %s, %s", res.Verdict, res.Reason)
	}
}

// PROVIDER= with a typo must not become a literal secret for everybody.
// A listener that is running judges what another process signs with a test secret made later.
func TestTestSecretOfAnotherProcess(t *testing.T) {
	p := testProject(t)
	listener, sender := find(t, p), find(t, p)
	github := signature.Lookup("github")
	r := signature.Request{Method: "POST", Header: http.Header{}, Body: []byte("{}"), ReceivedAt: time.Now()}
	secret, err := sender.toSign(github, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := github.Sign(&r, secret, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, _, res := listener.judge(r, github); res.Verdict != signature.Valid {
		t.Errorf("got %s %s, want valid", res.Verdict, res.Reason)
	}
	r.Body = []byte("{!}")
	if _, _, res := listener.judge(r, github); listener.settle(res).Verdict != signature.Invalid {
		t.Errorf("forged: got %s %s, want invalid", res.Verdict, res.Reason)
	}
}

func TestUnknownProviderBeforeASource(t *testing.T) {
	p := testProject(t)
	for _, flag := range []string{"stripee=@secret.txt", "strpe=env:X", "githb=-"} {
		_, err := findSecrets(p, []string{flag}, strings.NewReader(""), new(bytes.Buffer))
		f, ok := errors.AsType[*fault](err)
		if !ok || f.code != exitUsage || !strings.Contains(f.next, "did you mean") {
			t.Errorf("%s: got %v", flag, err)
		}
	}
}

// A listener sees what its user changes in .env while it runs.
func TestChangedDotEnvIsReadAnew(t *testing.T) {
	p := testProject(t)
	s := find(t, p)
	stripe := signature.Lookup("stripe")
	write(t, filepath.Join(p.dir, ".env"), "STRIPE_WEBHOOK_SECRET=whsec_new\n")
	aged(s)
	if got := s.of(stripe)[0].Value; got != "whsec_new" {
		t.Errorf("got %s", got)
	}
}

func TestBadDotEnvLineIsNamedWithoutItsText(t *testing.T) {
	p := testProject(t)
	write(t, filepath.Join(p.dir, ".env"), "the password is hunter2\nSTRIPE_WEBHOOK_SECRET=whsec_still\n")
	var talk bytes.Buffer
	s, err := findSecrets(p, nil, strings.NewReader(""), &talk)
	if err != nil || s.of(signature.Lookup("stripe"))[0].Value != "whsec_still" {
		t.Fatal(err)
	}
	if !strings.Contains(talk.String(), ".env:1 is passed over") || strings.Contains(talk.String(), "hunter2") {
		t.Errorf("it says %q", talk.String())
	}
}

// There are many providers, and some have keys that take a while to make.
func TestTestSecretsAreMadeWhenTheyAreNeeded(t *testing.T) {
	p := testProject(t)
	s := find(t, p)
	s.candidates()
	s.summary()
	s.settle(signature.Result{Provider: "stripe", Verdict: signature.Invalid, Reason: signature.ReasonMismatch, Test: true})
	if all := find(t, p).made(); len(all) != 0 {
		t.Errorf("test secrets for nothing: %v", all)
	}
	other := find(t, p)
	var g sync.WaitGroup
	got := make([]string, 8)
	for i := range got {
		g.Go(func() { got[i] = []*secrets{s, other}[i%2].of(signature.Lookup("stripe"))[0].Value })
	}
	g.Wait()
	for _, value := range got {
		if value != got[0] {
			t.Errorf("one gets %s, another %s", got[0], value)
		}
	}
	if all := find(t, p).made(); len(all) != 1 || all["stripe"].Secret != got[0] {
		t.Errorf("it made %v", all)
	}
}

// The line must not name a hundred providers.
func TestSummaryIsShort(t *testing.T) {
	p := testProject(t)
	last := func() string {
		lines := find(t, p).summary()
		return lines[len(lines)-1]
	}
	const end = ": `hook events PROVIDER` shows the variable to set"
	signing := 0
	for _, provider := range signature.Providers() {
		if provider.CanSign() {
			signing++
		}
	}
	if got, want := last(), fmt.Sprintf("test secrets for all %d providers", signing)+end; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	find(t, p).of(signature.Lookup("slack")) // made, and never used
	if _, err := find(t, p).toSign(signature.Lookup("stripe"), nil); err != nil {
		t.Fatal(err)
	}
	if got, want := last(), fmt.Sprintf("test secrets for stripe and %d more", signing-1)+end; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	t.Setenv("HOOK_SECRET_STRIPE", "whsec_env")
	if got, want := last(), fmt.Sprintf("test secrets for the other %d providers", signing-1)+end; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSigningWithoutAMemory(t *testing.T) {
	p := testProject(t)
	p.home.secret = filepath.Join(p.dir, "file", "secrets")
	write(t, filepath.Join(p.dir, "file"), "in the way")
	_, err := find(t, p).toSign(signature.Lookup("stripe"), nil)
	f, ok := errors.AsType[*fault](err)
	if !ok || !strings.Contains(err.Error(), "no secret of Stripe is configured, and no test secret can be made") || !strings.Contains(f.next, "--secret") {
		t.Errorf("got %v", err)
	}
}

// For those who sign with a private key the app is told the public one; with that configured hook still signs.
func TestAppWithTheTestKeySPublicKey(t *testing.T) {
	for _, name := range []string{"ed25519", "rsa-sha256", "ecdsa-sha256"} {
		p := testProject(t)
		provider, err := signature.Declaration{Name: "harbor", Signature: "Harbor-Signature", Algorithm: name}.Provider()
		if err != nil {
			t.Fatal(err)
		}
		var talk bytes.Buffer
		private, err := find(t, p).toSign(provider, &talk)
		if err != nil {
			t.Fatal(err)
		}
		_, line, _ := strings.Cut(talk.String(), "For your app: ")
		if strings.Contains(line, "PRIVATE") {
			t.Errorf("%s: the app is told a private key", name)
		}
		write(t, filepath.Join(p.dir, ".env"), line)
		s := find(t, p)
		public := s.of(provider)[0]
		if !strings.HasPrefix(public.Source, ".env") || public.Value == private.Value {
			t.Fatalf("%s: the app's is %q from %s", name, public.Value, public.Source)
		}
		again, err := s.toSign(provider, nil)
		if err != nil || again != private {
			t.Errorf("%s: it would sign with what is from %s, %v", name, again.Source, err)
		}
		r := signature.Request{Method: "POST", URL: "https://shop.example/hooks", Body: []byte("{}"), ReceivedAt: time.Now()}
		if err := provider.Sign(&r, again, time.Now()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, _, res := s.judge(r, provider); res.Verdict != signature.Valid {
			t.Errorf("%s: %s, %s", name, res.Verdict, res.Reason)
		}
	}
}
