package state_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/leaks"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/state"
)

func TestMain(m *testing.M) { os.Exit(leaks.Run(m)) }

// open opens dir until the test ends.
func open(t *testing.T, dir string) *state.Store {
	t.Helper()
	s, err := state.Open(t.Context(), dir, state.InboxLimits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}

func shut(t *testing.T, s *state.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func claim(t *testing.T, s *state.Store, name string, by relay.Owner) error {
	t.Helper()
	_, err := s.Claim(t.Context(), relay.Claim{Name: name, By: by})
	return err
}

func TestNamesOutliveTheProcess(t *testing.T) {
	dir := t.TempDir()
	s, err := state.Open(t.Context(), dir, state.InboxLimits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.CreateToken(t.Context(), "operator", "ann", state.Token{Scopes: []string{state.ScopeListen}, Pattern: "*", Most: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"quiet-otter", "loud-otter"} {
		if err := claim(t, s, name, relay.OwnerOf("ann")); err != nil {
			t.Fatal(err)
		}
	}
	if ok, err := s.Release(t.Context(), "operator", "loud-otter"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	shut(t, s)

	s = open(t, dir)
	if _, known, err := s.Settings(t.Context(), "quiet-otter"); !known || err != nil {
		t.Errorf("the name is forgotten: %v %v", known, err)
	}
	if _, known, _ := s.Settings(t.Context(), "loud-otter"); known {
		t.Error("a name that was released is back")
	}
	if err := claim(t, s, "quiet-otter", relay.OwnerOf("ben")); !errors.Is(err, relay.ErrNameTaken) {
		t.Errorf("another got it: %v", err)
	}
	if err := claim(t, s, "quiet-otter", relay.OwnerOf("ann")); err != nil {
		t.Errorf("its owner doesn't get it: %v", err)
	}
	if g, ok := s.Grant(token); !ok || g.Name != "ann" || g.Most != 3 {
		t.Errorf("the token gives %+v, %v", g, ok)
	}
	events, err := s.Events(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	var did []string
	for _, e := range events {
		did = append(did, e.By+" "+e.Did+" "+e.Name)
	}
	want := []string{"operator token create ann", "token:ann claim quiet-otter", "token:ann claim loud-otter", "operator release loud-otter"}
	if !slices.Equal(did, want) {
		t.Errorf("the audit log has %q, want %q", did, want)
	}
}

// Of many that claim a name at once, one gets it.
func TestClaimsAtOnce(t *testing.T) {
	s := open(t, t.TempDir())
	var wg sync.WaitGroup
	got := make(chan relay.Owner, 32)
	for n := range cap(got) {
		wg.Go(func() {
			by := relay.OwnerOf(fmt.Sprint("owner", n))
			switch _, err := s.Claim(context.Background(), relay.Claim{Name: "quiet-otter", By: by}); {
			case err == nil:
				got <- by
			case !errors.Is(err, relay.ErrNameTaken):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(got) != 1 {
		t.Fatalf("%d got it", len(got))
	}
	if owner := s.Names()["quiet-otter"].Owner; owner != <-got {
		t.Errorf("it is %s's", owner)
	}
}

func TestLimitOfNames(t *testing.T) {
	s := open(t, t.TempDir())
	for n := range 3 {
		_, err := s.Claim(t.Context(), relay.Claim{Name: fmt.Sprint("otter-", n), By: "token:ann", Most: 2})
		if _, tooMany := errors.AsType[*relay.LimitError](err); tooMany != (n == 2) || !tooMany && err != nil {
			t.Errorf("claim %d: %v", n, err)
		}
	}
	if _, err := s.Claim(t.Context(), relay.Claim{Name: "otter-0", By: "token:ann", Most: 2}); err != nil {
		t.Errorf("what is ours already: %v", err)
	}
}

func TestNamesExpire(t *testing.T) {
	s := open(t, t.TempDir())
	if _, err := s.Claim(t.Context(), relay.Claim{Name: "quiet-otter", By: "token:ann", Lasts: time.Nanosecond}); err != nil {
		t.Fatal(err)
	}
	if _, known, _ := s.Settings(t.Context(), "quiet-otter"); known {
		t.Error("it is still somebody's")
	}
	if _, err := s.Claim(t.Context(), relay.Claim{Name: "quiet-otter", By: "token:ben", Lasts: time.Hour}); err != nil {
		t.Errorf("another doesn't get it: %v", err)
	}
	if _, err := s.Claim(t.Context(), relay.Claim{Name: "short", By: "token:ben", Lasts: time.Nanosecond}); err != nil {
		t.Fatal(err)
	}
	if gone, err := s.Sweep(t.Context()); err != nil || !slices.Equal(gone, []string{"short"}) {
		t.Errorf("swept %q, %v", gone, err)
	}
	if len(s.Names()) != 1 {
		t.Errorf("there are %v", s.Names())
	}
}

func TestBanning(t *testing.T) {
	s := open(t, t.TempDir())
	if err := claim(t, s, "quiet-otter", "token:ann"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"quiet-otter", "never-seen"} {
		if err := s.Ban(t.Context(), "operator", name, "phishing"); err != nil {
			t.Fatal(err)
		}
		if err := claim(t, s, name, "token:ann"); !errors.Is(err, relay.ErrBanned) {
			t.Errorf("%s: %v", name, err)
		}
		if _, known, _ := s.Settings(t.Context(), name); known {
			t.Errorf("%s is still known", name)
		}
		if ok, err := s.Release(t.Context(), "operator", name); !ok || err != nil {
			t.Error(ok, err)
		}
		if err := claim(t, s, name, "token:ben"); err != nil {
			t.Errorf("%s after its release: %v", name, err)
		}
	}
}

func TestTokens(t *testing.T) {
	s := open(t, t.TempDir())
	ctx := t.Context()
	read, err := s.CreateToken(ctx, "operator", "board", state.Token{Scopes: []string{state.ScopeRead}, Pattern: "*"})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Grant(read); ok {
		t.Error("who may only read can listen")
	}
	if name, _, ok := s.Token(read); !ok || name != "board" {
		t.Errorf("got %q, %v", name, ok)
	}
	if _, err := s.CreateToken(ctx, "operator", "board", state.Token{Scopes: []string{state.ScopeRead}, Pattern: "*"}); !errors.Is(err, state.ErrTokenExists) {
		t.Errorf("a second of that name: %v", err)
	}
	old, err := s.CreateToken(ctx, "operator", "old", state.Token{Scopes: []string{state.ScopeListen}, Pattern: "*", Expires: time.Now().Add(-time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Grant(old); ok {
		t.Error("an expired token is good")
	}
	if ok, err := s.RevokeToken(ctx, "operator", "board"); !ok || err != nil {
		t.Error(ok, err)
	}
	if _, _, ok := s.Token(read); ok {
		t.Error("a revoked token is good")
	}
	for _, bad := range []struct {
		name  string
		token state.Token
	}{
		{"a b", state.Token{Pattern: "*"}}, {"", state.Token{Pattern: "*"}}, {"a", state.Token{Pattern: "["}},
		{"a", state.Token{Pattern: "*", Scopes: []string{"root"}}}, {strings.Repeat("a", 65), state.Token{Pattern: "*"}},
	} {
		if _, err := s.CreateToken(ctx, "operator", bad.name, bad.token); err == nil {
			t.Errorf("%q %+v was made", bad.name, bad.token)
		}
	}
}

func TestFolderInUse(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	if _, err := state.Open(t.Context(), dir, state.InboxLimits{}, nil); !errors.Is(err, state.ErrInUse) {
		t.Errorf("got %v", err)
	}
}

func TestFolderOfANewerVersion(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "format.json"), []byte(`{"format":7}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := state.Open(t.Context(), dir, state.InboxLimits{}, nil)
	if newer, ok := errors.AsType[*state.NewerError](err); !ok || newer.Format != 7 {
		t.Errorf("got %v", err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 2 { // that one, and the lock
		t.Errorf("it has touched the folder: %v", files)
	}
}
