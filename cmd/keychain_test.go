package cmd

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// withKeychain lets a project's commands find a keychain, which is one in memory.
func withKeychain(t *testing.T) project {
	t.Helper()
	p := testProject(t)
	t.Setenv("HOOK_HOME", "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	keyring.MockInit()
	t.Cleanup(keyring.MockInit)
	return p
}

// accounts are those in the keychain that the project's safe names.
func accounts(t *testing.T, f safe, provider string) []string {
	t.Helper()
	c, err := f.read()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, k := range c.Secrets[provider] {
		if k.Account != "" {
			all = append(all, k.Account)
		}
	}
	return all
}

func TestSecretIsKeptInTheKeychain(t *testing.T) {
	p := withKeychain(t)
	stripe := signature.Lookup("stripe")
	out, talk := secretCommand(t, p, "whsec_first0123456789\n", "set", "stripe")
	if want := "stripe  whse…89 (21 characters)  kept for this project, in the keychain\n"; out != want || talk != "" {
		t.Errorf("it says %q and %q, want %q", out, talk, want)
	}
	file, err := os.ReadFile(p.safe(false).path)
	if err != nil || strings.Contains(string(file), "whsec_") {
		t.Errorf("the file has %s, %v", file, err)
	}
	first := accounts(t, p.safe(false), "stripe")
	if got := find(t, p).of(stripe); len(got) != 1 || got[0].Value != "whsec_first0123456789" || got[0].Source != "hook secret (keychain)" {
		t.Errorf("found %+v", got)
	}
	secretCommand(t, p, "whsec_second9876543210\n", "set", "stripe")
	if _, err := keyring.Get(keychainService, first[0]); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the keychain still has the one that was replaced: %v", err)
	}
	second := accounts(t, p.safe(false), "stripe")
	out, _ = secretCommand(t, p, "", "rm", "stripe")
	if !strings.Contains(out, "forgotten for this project; used from now on: this project's test secrets") {
		t.Errorf("rm says %q", out)
	}
	if _, err := keyring.Get(keychainService, second[0]); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the keychain still has the one that was removed: %v", err)
	}
}

func TestKeychainThatRefusesLeavesTheSecretToTheFile(t *testing.T) {
	p := withKeychain(t)
	keyring.MockInitWithError(errors.New("the bus is out of order"))
	out, talk := secretCommand(t, p, "whsec_first0123456789\n", "set", "stripe")
	if !strings.Contains(out, p.safe(false).path+", which only you can read") {
		t.Errorf("it says %q", out)
	}
	if talk != "hook: warning: the keychain did not take it, so it is in a file: the bus is out of order\n" {
		t.Errorf("it warns %q", talk)
	}
	info, err := os.Stat(p.safe(false).path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
	if got := find(t, p).of(signature.Lookup("stripe")); len(got) != 1 || got[0].Value != "whsec_first0123456789" || got[0].Source != "hook secret (file)" {
		t.Errorf("found %+v", got)
	}
}

// What comes before the keychain spares asking it, and so does a provider that it has nothing of.
func TestKeychainIsAskedOnlyForWhatIsNeeded(t *testing.T) {
	p := withKeychain(t)
	secretCommand(t, p, "whsec_first0123456789\n", "set", "stripe")
	s := find(t, p)
	counted := &countingVault{vault: osVault{}}
	s.keychain.vault = counted
	s.of(signature.Lookup("github"))
	if n := counted.asked.Load(); n != 0 {
		t.Errorf("asked %d times for a provider that isn't there", n)
	}
	write(t, filepath.Join(p.dir, ".env"), "STRIPE_WEBHOOK_SECRET=whsec_dotenv\n")
	before := find(t, p)
	before.keychain.vault = counted
	if got := before.of(signature.Lookup("stripe")); got[0].Value != "whsec_dotenv" || counted.asked.Load() != 0 {
		t.Errorf("with .env in front: %+v, asked %d times", got, counted.asked.Load())
	}
	for range 3 {
		s.of(signature.Lookup("stripe"))
	}
	if n := counted.asked.Load(); n != 1 {
		t.Errorf("asked %d times for one secret, want once", n)
	}
}

type countingVault struct {
	vault
	asked atomic.Int32
}

func (v *countingVault) Get(account string) (string, error) {
	v.asked.Add(1)
	return v.vault.Get(account)
}

// A silentVault answers when it is closed.
type silentVault struct {
	asked  atomic.Int32
	closed chan struct{}
}

func (v *silentVault) wait() error {
	v.asked.Add(1)
	<-v.closed
	return errors.New("closed")
}
func (v *silentVault) Set(string, string) error   { return v.wait() }
func (v *silentVault) Get(string) (string, error) { return "", v.wait() }
func (v *silentVault) Delete(string) error        { return v.wait() }

// A keychain that hangs holds nobody up for long, is asked no second time, and is complained of once.
func TestSilentKeychainIsGivenUp(t *testing.T) {
	p := withKeychain(t)
	secretCommand(t, p, "whsec_first0123456789\n", "set", "stripe")
	secretCommand(t, p, "ghsecret0123456789\n", "set", "github")
	var talk strings.Builder
	s, err := findSecrets(p, nil, strings.NewReader(""), &talk)
	if err != nil {
		t.Fatal(err)
	}
	silent := &silentVault{closed: make(chan struct{})}
	defer close(silent.closed)
	s.keychain.vault, s.keychain.patience = silent, time.Millisecond
	var g sync.WaitGroup
	for _, name := range []string{"stripe", "github", "stripe", "github"} {
		g.Go(func() {
			if got := s.of(signature.Lookup(name)); len(got) != 1 || !got[0].Test {
				t.Errorf("%s: found %+v", name, got)
			}
		})
	}
	g.Wait()
	if n := silent.asked.Load(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	if n := strings.Count(talk.String(), "\n"); n != 1 || !strings.Contains(talk.String(), "in the keychain is left out: it doesn't answer") {
		t.Errorf("it says %q", talk.String())
	}
	if got := strings.Join(s.summary(), "\n"); !strings.Contains(got, "stripe is left out: its secret is in the keychain") {
		t.Errorf("the summary says %q", got)
	}
}

func TestHomeOfItsOwnHasNoKeychain(t *testing.T) {
	withKeychain(t)
	t.Setenv("HOOK_HOME", t.TempDir())
	k := newKeychain()
	if err := k.set("account", "secret"); !errors.Is(err, errNoKeychain) {
		t.Errorf("set: %v", err)
	}
	if _, err := k.get("account"); !errors.Is(err, errNoKeychain) {
		t.Errorf("get: %v", err)
	}
}
