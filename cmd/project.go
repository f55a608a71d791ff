package cmd

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/internal/filelock"
)

// A project is what deliveries, endpoint names and secrets belong to: the folder of the nearest hook.yaml, else the
// git top, else the current folder.
type project struct {
	dir  string // absolute
	home home
}

func findProject(h home) (project, error) {
	dir, err := os.Getwd()
	if err != nil {
		return project{}, err
	}
	for _, mark := range []string{"hook.yaml", ".git"} {
		if top, ok := above(dir, mark); ok {
			return project{top, h}, nil
		}
	}
	return project{dir, h}, nil
}

// dirs are the folders whose .env counts: the current one, which may be a part of the project, and the project's.
func (p project) dirs() []string {
	if here, err := os.Getwd(); err == nil && here != p.dir {
		return []string{here, p.dir}
	}
	return []string{p.dir}
}

// above finds the nearest folder from dir upwards that holds mark.
func above(dir, mark string) (string, bool) {
	for {
		if _, err := os.Stat(filepath.Join(dir, mark)); err == nil {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// key names the project in file names: its folder's name for people, and a hash of its path.
func (p project) key() string {
	sum := sha256.Sum256([]byte(p.dir))
	base := strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._", r) {
			return r
		}
		return '-'
	}, filepath.Base(p.dir))
	return base[:min(len(base), 40)] + "-" + hex.EncodeToString(sum[:6])
}

// A memory is what hook remembers of a project: nothing that a user would write. It is kept 0600, as names are proved
// with Owner.
type memory struct {
	Project   string           `yaml:"project"` // its path
	Owner     string           `yaml:"owner"`   // proves at a relay without tokens that the names are ours
	Endpoints []endpoint       `yaml:"endpoints"`
	Tests     map[string]*test `yaml:"tests,omitempty"`  // by provider
	Warned    bool             `yaml:"warned,omitempty"` // of secrets on the command line
	Relays    []string         `yaml:"relays,omitempty"` // URLs that the user gave with --relay
}

// A test is a provider's test secret in a project.
type test struct {
	Secret string `yaml:"secret"`
	Used   bool   `yaml:"used,omitempty"`  // something was signed with it
	Shown  bool   `yaml:"shown,omitempty"` // the user was told which variable to set
}

// An endpoint is the one that the n-th listener of a project gets, as long as nobody asks for another name.
type endpoint struct {
	Name string `yaml:"name"`
	Port int    `yaml:"port,omitempty"` // of the relay inside hook
}

// memory is the file of what hook remembers of the project.
func (p project) memory() string { return filepath.Join(p.home.secret, p.key()+".yaml") }

// remember reads the project's memory, lets change alter it, and writes it if change says so. Other processes wait
// meanwhile.
func (p project) remember(change func(*memory) (changed bool)) (memory, error) {
	m, err := p.rememberLocked(change)
	if err != nil {
		return memory{}, fmt.Errorf("remember the project: %w", err)
	}
	return m, nil
}

func (p project) rememberLocked(change func(*memory) bool) (memory, error) {
	if err := os.MkdirAll(p.home.secret, 0o700); err != nil {
		return memory{}, err
	}
	path := p.memory()
	lock, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return memory{}, err
	}
	defer func() { _ = lock.Close() }()
	if err := filelock.Wait(lock); err != nil {
		return memory{}, err
	}
	m := memory{Project: p.dir}
	switch b, err := os.ReadFile(path); {
	case errors.Is(err, fs.ErrNotExist):
		m.Owner = rand.Text()
	case err != nil:
		return memory{}, err
	default:
		if err := yaml.Unmarshal(b, &m); err != nil {
			return memory{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	if !change(&m) {
		return m, nil
	}
	b, err := yaml.Marshal(m)
	if err != nil {
		return memory{}, err
	}
	return m, replaceFile(path, b)
}

// ports are those that the endpoints of all projects have: a URL stays the same only if nobody else takes its port.
func (h home) ports() map[int]bool {
	taken := make(map[int]bool)
	files, _ := filepath.Glob(filepath.Join(h.secret, "*.yaml"))
	for _, file := range files {
		var m memory
		if b, err := os.ReadFile(file); err == nil && yaml.Unmarshal(b, &m) == nil {
			for _, e := range m.Endpoints {
				taken[e.Port] = true
			}
		}
	}
	return taken
}

// replaceFile writes a file of which nobody ever sees a half.
func replaceFile(path string, b []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // made 0600
	if err != nil {
		return err
	}
	_, err = temp.Write(b)
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}

// endpoint is the n-th listener's, made at the first asking.
func (m *memory) endpoint(n int) (e *endpoint, made bool) {
	for len(m.Endpoints) <= n {
		m.Endpoints = append(m.Endpoints, endpoint{Name: newName()})
		made = true
	}
	return &m.Endpoints[n], made
}

// test is the provider's test secret, made at the first asking.
func (m *memory) test(p *signature.Provider) (t *test, made bool) {
	if t = m.Tests[p.Name]; t != nil {
		return t, false
	}
	if m.Tests == nil {
		m.Tests = make(map[string]*test)
	}
	t = &test{Secret: p.NewSecret()}
	m.Tests[p.Name] = t
	return t, true
}

// newName makes an endpoint's name that is easy to say and hard to guess: two words and 4 characters.
func newName() string {
	adjectives := strings.Fields("amber ancient autumn bold brave brief bright brisk calm candid clear clever cosmic cozy crisp curious " +
		"daring deft early eager easy fair fast fine fond fresh gentle glad golden grand happy hidden humble jolly keen kind " +
		"late light lively lucky lunar mellow merry mild modest neat nimble noble olive patient plain polite proud quick quiet " +
		"rapid ready ripe royal rustic silent silver simple sleek smooth snowy solar solid spry steady still sunny sure swift " +
		"tall tidy tiny warm wary wild wise witty young zesty")
	nouns := strings.Fields("acorn anchor badger banjo basil beacon beaver birch bison breeze brook canyon cedar cliff clover comet coral " +
		"crane creek cricket dolphin dune eagle ember falcon fern finch fjord forest fox gecko glade grove harbor hawk hazel heron " +
		"hill island ivy jay juniper lagoon lake lark lemur lily lynx maple marsh meadow moose moss newt oak ocean orchid osprey " +
		"otter owl panda pebble pine plover pond poppy prairie quail raven reef ridge river robin salmon seal sparrow spruce " +
		"stone swan thicket tide trout tulip valley walnut whale willow wolf wren")
	const letters = "abcdefghijkmnpqrstuvwxyz23456789"
	tail := make([]byte, 4)
	for i := range tail {
		tail[i] = letters[random(len(letters))]
	}
	return adjectives[random(len(adjectives))] + "-" + nouns[random(len(nouns))] + "-" + string(tail)
}

func random(n int) int {
	i, _ := rand.Int(rand.Reader, big.NewInt(int64(n))) // never fails: crypto/rand ends the program instead
	return int(i.Int64())
}
