package cmd

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/zalando/go-keyring"
)

// A vault keeps secrets by account.
type vault interface {
	Set(account, secret string) error
	Get(account string) (string, error)
	Delete(account string) error
}

// keychainService is what hook's entries are called in the keychain.
const keychainService = "hook"

// osVault is the operating system's: Keychain, Credential Manager or the Secret Service.
type osVault struct{}

func (osVault) Set(account, secret string) error {
	return keyring.Set(keychainService, account, secret)
}
func (osVault) Get(account string) (string, error) { return keyring.Get(keychainService, account) }
func (osVault) Delete(account string) error        { return keyring.Delete(keychainService, account) }

// keychainPatience is how long the keychain is waited for: enough for any that is there and unlocked.
const keychainPatience = 3 * time.Second

var (
	errNoKeychain     = errors.New("there is no keychain here")
	errKeychainSilent = errors.New("it doesn't answer, perhaps as it is locked")
)

// A keychain asks a vault, and gives it up once it has not answered in time. What was read is read once.
// It is safe for concurrent use.
type keychain struct {
	vault    vault // nil if there is none
	patience time.Duration

	mu     sync.Mutex
	values map[string]string // by account
	silent bool
}

// newKeychain is the operating system's, if it has one. With HOOK_HOME set it is never touched.
func newKeychain() *keychain {
	k := &keychain{patience: keychainPatience, values: make(map[string]string)}
	if os.Getenv("HOOK_HOME") == "" && hasKeychain() {
		k.vault = osVault{}
	}
	return k
}

// hasKeychain says whether there may be one. Without a session bus the library would start a bus of its own.
func hasKeychain() bool {
	switch runtime.GOOS {
	case "darwin", "windows":
		return true
	}
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return address != "autolaunch:" && address != "disabled:"
	}
	_, err := os.Stat(filepath.Join("/run/user", strconv.Itoa(os.Getuid()), "bus"))
	return err == nil
}

func (k *keychain) get(account string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if value, ok := k.values[account]; ok {
		return value, nil
	}
	value, err := k.ask(func() (string, error) { return k.vault.Get(account) })
	if err == nil {
		k.values[account] = value
	}
	return value, err
}

func (k *keychain) set(account, secret string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, err := k.ask(func() (string, error) { return "", k.vault.Set(account, secret) })
	return err
}

// remove takes an account away. One that isn't there is not an error.
func (k *keychain) remove(account string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.values, account)
	_, err := k.ask(func() (string, error) { return "", k.vault.Delete(account) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

// forget drops what was read, and gives a silent keychain another chance.
func (k *keychain) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.values)
	k.silent = false
}

// ask waits for the vault no longer than its patience. The library can't be interrupted, so a question that is never answered
// stays behind until the process ends; no more are asked then.
func (k *keychain) ask(question func() (string, error)) (string, error) {
	if k.vault == nil {
		return "", errNoKeychain
	}
	if k.silent {
		return "", errKeychainSilent
	}
	type answer struct {
		value string
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		value, err := question()
		answers <- answer{value, err}
	}()
	timer := time.NewTimer(k.patience)
	defer timer.Stop()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-timer.C:
		k.silent = true
		return "", errKeychainSilent
	}
}
