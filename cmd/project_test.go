package cmd

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func TestProjectIsTheNearestYAMLElseTheGitTop(t *testing.T) {
	top := t.TempDir()
	deep := filepath.Join(top, "shop", "api")
	if err := os.MkdirAll(filepath.Join(top, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	at := func() string {
		p, err := findProject(home{})
		if err != nil {
			t.Fatal(err)
		}
		dir, err := filepath.Rel(top, p.dir)
		if err != nil {
			t.Fatal(err)
		}
		return filepath.ToSlash(dir)
	}
	if got := at(); got != "." {
		t.Errorf("with .git at the top: %s", got)
	}
	write(t, filepath.Join(top, "shop", "hook.yaml"), "target: 3000\n")
	if got := at(); got != "shop" {
		t.Errorf("with hook.yaml in between: %s", got)
	}
}

func TestProjectRemembersForAllItsProcesses(t *testing.T) {
	p := testProject(t)
	var g sync.WaitGroup
	names := make([]string, 8)
	for i := range names {
		g.Go(func() {
			_, err := p.remember(func(m *memory) bool {
				e, made := m.endpoint(0)
				names[i] = e.Name
				_, madeToo := m.test(signature.Providers()[i%4])
				return made || madeToo
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	g.Wait()
	m, err := p.remember(func(*memory) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if name != m.Endpoints[0].Name {
			t.Errorf("a process got the name %s, another %s", name, m.Endpoints[0].Name)
		}
	}
	if len(m.Tests) != 4 || m.Owner == "" || m.Project != p.dir {
		t.Errorf("remembered %+v", m)
	}
	info, err := os.Stat(filepath.Join(p.home.secret, p.key()+".yaml"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
}

func TestNewName(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]+-[a-z]+-[a-z2-9]{4}$`)
	for range 100 {
		if name := newName(); !form.MatchString(name) || len(name) > 40 {
			t.Errorf("the name %q", name)
		}
	}
}

func TestListenersFindEachOther(t *testing.T) {
	p := testProject(t)
	if all := p.listeners(); len(all) != 0 {
		t.Errorf("at first: %+v", all)
	}
	one, other, err := p.announce(running{PID: 1, Target: "http://localhost:3000", URL: "http://one", Started: time.Now()})
	if err != nil || other != nil {
		t.Fatal(other, err)
	}
	if _, other, err := p.announce(running{PID: 2, Target: "http://localhost:3000"}); err != nil || other == nil || other.PID != 1 {
		t.Errorf("the same target again: %+v, %v", other, err)
	}
	two, _, err := p.announce(running{PID: 2, Target: "http://localhost:4000"})
	if err != nil || two.slot != 1 {
		t.Fatalf("another target: %+v, %v", two, err)
	}
	if all := p.listeners(); len(all) != 2 || all[0].URL != "http://one" || all[1].PID != 2 {
		t.Errorf("both: %+v", all)
	}
	one.end()
	if all := p.listeners(); len(all) != 1 || all[0].PID != 2 {
		t.Errorf("after the first ended: %+v", all)
	}
	two.end()
}

func TestSettingsInOrder(t *testing.T) {
	p := testProject(t)
	write(t, filepath.Join(p.home.config, "config.yaml"), "relay: https://user.example\nname: user-name\n")
	write(t, filepath.Join(p.dir, "hook.yaml"), "relay: https://project.example\n")
	s, err := readSettings(p)
	if err != nil {
		t.Fatal(err)
	}
	relay := func(c config) string { return c.Relay }
	t.Setenv("HOOK_RELAY", "")
	if got := s.first("", "HOOK_RELAY", relay); got != "https://project.example" {
		t.Errorf("the project's: %s", got)
	}
	if got := s.first("", "HOOK_NAME", func(c config) string { return c.Name }); got != "user-name" {
		t.Errorf("the user's: %s", got)
	}
	t.Setenv("HOOK_RELAY", "https://variable.example")
	if got := s.first("", "HOOK_RELAY", relay); got != "https://variable.example" {
		t.Errorf("the variable's: %s", got)
	}
	if got := s.first("https://flag.example", "HOOK_RELAY", relay); got != "https://flag.example" {
		t.Errorf("the flag's: %s", got)
	}
	write(t, filepath.Join(p.dir, "hook.yaml"), "name: x\nrelais: y\n")
	if _, err := readSettings(p); err == nil || !strings.Contains(err.Error(), "[2:1]") || !strings.Contains(err.Error(), "relais") {
		t.Errorf("a mistake: %v", err)
	}
}

func TestReadersDoNotTakeASlot(t *testing.T) {
	p := testProject(t)
	stop := make(chan struct{})
	var g sync.WaitGroup
	for range 2 {
		g.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					p.listeners()
				}
			}
		})
	}
	const times = 200
	for range times {
		own, other, err := p.announce(running{Target: "http://localhost:3000", PID: 1})
		if err != nil || other != nil || own.slot != 0 {
			t.Errorf("announced %+v, other %+v, %v", own, other, err)
			break
		}
		_ = own.file.Close() // as when it is killed: what it wrote is still there
		if all := p.listeners(); len(all) != 0 {
			t.Errorf("one that is gone is believed: %+v", all)
			break
		}
	}
	close(stop)
	g.Wait()
}
