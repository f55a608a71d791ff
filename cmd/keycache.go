package cmd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A keyCache is the folder of the public keys that were fetched from providers: a file for each address. They are fetched
// only when the user asks for it, and only from the provider's own host; verifying reads the files.
type keyCache struct{ dir string }

const maxKeys = 1 << 20 // bytes of a provider's keys

func (k keyCache) path(address string) string {
	sum := sha256.Sum256([]byte(address))
	return filepath.Join(k.dir, hex.EncodeToString(sum[:12]))
}

// read is what was fetched from an address; empty if nothing was.
func (k keyCache) read(address string) (string, error) {
	b, err := os.ReadFile(k.path(address))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(b), err
}

// fetch fetches the keys that verify r from the provider's own host.
func (k keyCache) fetch(ctx context.Context, client *http.Client, p *signature.Provider, r signature.Request) error {
	address := p.KeysAt(r)
	if address == "" {
		return fail(exitUsage, "`hook events "+p.Name+"` says where its secret or key is found",
			"%s publishes no keys at an address of its own that this request would name", p.Title)
	}
	text, err := download(ctx, client, address)
	if err != nil {
		return fail(exitUnreachable, "fetch them by other means, and give them with --secret @FILE", "the keys of %s: %w", p.Title, err)
	}
	if p.NeedsKeys(text) || p.CheckSecret("x\n"+text) != nil {
		return fail(exitFailed, "look at what "+address+" answers", "the keys of %s: what came are no keys", p.Title)
	}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return err
	}
	return replaceFile(k.path(address), []byte(text))
}

// download gets a text. It follows no redirect: that could lead to another host.
func download(ctx context.Context, client *http.Client, address string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", err
	}
	strict := *client
	strict.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := strict.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answered %s", address, answer.Status)
	}
	b, err := io.ReadAll(io.LimitReader(answer.Body, maxKeys+1))
	if err == nil && len(b) > maxKeys {
		err = errors.New("more than 1 MiB came")
	}
	return string(b), err
}

// withKeys are secrets to which the keys that were fetched for r are added where they lack them.
func (s *secrets) withKeys(p *signature.Provider, r signature.Request, own []signature.Secret) []signature.Secret {
	address := p.KeysAt(r)
	if address == "" {
		return own
	}
	keys, err := keyCache{s.project.home.keys()}.read(address)
	if err != nil || keys == "" {
		return own
	}
	source := "the fetched keys of " + hostOf(address)
	var all []signature.Secret
	configured := false
	for _, secret := range own {
		configured = configured || !secret.Test && secret.Provider == p.Name
		if !secret.Test && (secret.Provider == p.Name || secret.Provider == "") && p.NeedsKeys(secret.Value) {
			secret.Value += "\n" + keys
			secret.Source += " with " + source
		}
		all = append(all, secret)
	}
	// Keys alone must not let pass what the configured text, such as an audience, forbids.
	if alone := (signature.Secret{Value: keys, Provider: p.Name, Source: source}); !configured && p.CheckSecret(keys) == nil {
		all = append([]signature.Secret{alone}, all...)
	}
	return all
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}
