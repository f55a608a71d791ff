//go:build !windows

package cmd

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// An exposer gets no secret that is hook's.
func TestExposersGetNoSecrets(t *testing.T) {
	for _, name := range []string{"HOOK_TOKEN", "HOOK_SHOP_TOKEN", "HOOK_SECRET_STRIPE"} {
		t.Setenv(name, "hidden")
	}
	t.Setenv("HOOK_NAME", "shop")
	var heard []string
	x := &exposure{
		log: discardLog(), relay: &embedded{port: 4400, url: localURL(4400)},
		exposer: &exposer{name: "env", command: []string{"env"}, reader: func(context.Context, string) func(string) meaning {
			return func(line string) meaning { heard = append(heard, line); return meaning{} }
		}},
	}
	if _, err := x.once(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "exit status 0") {
		t.Fatal(err)
	}
	if all := strings.Join(heard, "\n"); strings.Contains(all, "hidden") {
		t.Errorf("it gets\n%s", all)
	}
	for _, want := range []string{"HOOK_NAME=shop", "HOOK_PORT=4400", "HOOK_LOCAL_URL=http://127.0.0.1:4400", "PATH=" + os.Getenv("PATH")} {
		if !slices.Contains(heard, want) {
			t.Errorf("it doesn't get %s", want)
		}
	}
}

// Nothing that asks for the URL goes on when hook ends: an ssh that never answers, and what that has started.
func TestCheckedURLEndsWithItsContext(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") // where ssh says that it is there
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	bin := t.TempDir()
	asked, _ := alive(t)
	script := "#!/bin/sh\n" + `[ -z "$HOOK_TOKEN" ] && echo asked >"$ASKED"; sleep 1000 & wait` + "\n"
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("ASKED", asked)
	t.Setenv("HOOK_TOKEN", "hidden")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var g sync.WaitGroup
	defer g.Wait()
	g.Go(func() {
		if said, err := os.ReadFile(asked); err != nil || string(said) != "asked\n" { // waits for ssh
			t.Errorf("ssh said %q, %v", said, err)
		}
		cancel()
	})
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	if m := checkedURL(ctx, "127.0.0.1", "127.0.0.1", port); m != (meaning{}) {
		t.Errorf("got %+v", m)
	}
}
