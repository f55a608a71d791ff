package relay

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"sync"
	"time"
)

// A Grant is what a token allows.
type Grant struct {
	Name    string // the token's, for logs; names that are claimed with it belong to it
	Pattern string // which endpoint names: "*", or patterns of path.Match with commas between them: "acme-*,quiet-otter"
	Most    int    // how many names it may have; 0: any number

	Until time.Time // when it ends; zero: never
}

// Allows says whether the grant covers an endpoint's name.
func (g Grant) Allows(name string) bool {
	for pattern := range strings.SplitSeq(g.Pattern, ",") {
		if ok, _ := path.Match(pattern, name); ok {
			return true
		}
	}
	return false
}

// CheckPattern says what is wrong with a Grant's Pattern.
func CheckPattern(pattern string) error {
	for one := range strings.SplitSeq(pattern, ",") {
		if _, err := path.Match(one, ""); err != nil || one == "" {
			return fmt.Errorf("the pattern %q can't be read", one)
		}
		if !fitsNames(one) {
			return fmt.Errorf("the pattern %q fits no name: %s", one, NameRule)
		}
	}
	return nil
}

// fitsNames says whether a name may be like the pattern, as far as its letters tell.
func fitsNames(pattern string) bool {
	const letters, wild = "abcdefghijklmnopqrstuvwxyz0123456789-", "*?[]^\\"
	if !strings.ContainsAny(pattern, wild) {
		return ValidName(pattern)
	}
	return strings.Trim(pattern, letters+wild) == ""
}

// Tokens tells who a token belongs to. It is safe for concurrent use.
type Tokens interface {
	Grant(token string) (Grant, bool)
}

// A TokenFile is Tokens from a file with one `NAME TOKEN [PATTERN]` on a line; blank lines and those that begin with #
// don't count. The file is read again when it has changed; while it can't be read or has a mistake, what it said last
// stays in force.
type TokenFile struct {
	path string

	mu      sync.Mutex
	looked  time.Time
	changed time.Time
	size    int64
	grants  map[[32]byte]Grant // by the token's hash, so that looking one up takes no time that tells about others
	err     error
}

// minToken is the fewest characters that a token may have.
const minToken = 16

// TokenErrors are what is wrong with a TokenFile: an error for each line, which names it, in their order.
type TokenErrors []error

// maxTokenErrors is how many lines are named before the rest is left: it is another file that was meant then.
const maxTokenErrors = 20

func (m TokenErrors) Error() string {
	var all []string
	for _, err := range m {
		all = append(all, err.Error())
	}
	return strings.Join(all, "; ")
}

// Unwrap gives them one by one.
func (m TokenErrors) Unwrap() []error { return m }

// ReadTokenFile reads the file for the first time. If it can be read, and has mistakes, its error is TokenErrors.
func ReadTokenFile(name string) (*TokenFile, error) {
	f := &TokenFile{path: name}
	if err := f.read(); err != nil {
		return nil, err
	}
	return f, nil
}

// Grant looks the token up. It looks after the file at most once a second.
func (f *TokenFile) Grant(token string) (Grant, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := time.Now(); now.Sub(f.looked) >= time.Second {
		f.looked = now
		f.err = f.read()
	}
	g, ok := f.grants[sha256.Sum256([]byte(token))]
	return g, ok
}

// Reload reads the file at once, even if it doesn't seem to have changed.
func (f *TokenFile) Reload() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked, f.changed = time.Now(), time.Time{}
	f.err = f.read()
	return f.err
}

// Stale is why the file's newest state is not in force; nil if it is.
func (f *TokenFile) Stale() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *TokenFile) read() error {
	info, err := os.Stat(f.path)
	if err != nil {
		return err
	}
	if f.grants != nil && f.err == nil && info.ModTime().Equal(f.changed) && info.Size() == f.size {
		return nil
	}
	file, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	grants, wrong := readGrants(f.path, file)
	if len(wrong) > 0 {
		return wrong
	}
	f.grants, f.changed, f.size = grants, info.ModTime(), info.Size()
	return nil
}

// readGrants reads all lines of the file of that name.
func readGrants(name string, file io.Reader) (grants map[[32]byte]Grant, wrong TokenErrors) {
	grants = make(map[[32]byte]Grant)
	lines := bufio.NewScanner(file)
	n := 1
	for ; lines.Scan(); n++ {
		err := readGrant(grants, lines.Text())
		if err != nil && len(wrong) == maxTokenErrors {
			return nil, append(wrong, fmt.Errorf("%s:%d: the lines from here on were not looked at", name, n))
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s:%d: %w", name, n, err))
		}
	}
	if err := lines.Err(); err != nil {
		wrong = append(wrong, fmt.Errorf("%s:%d: %w", name, n, err))
	}
	return grants, wrong
}

func readGrant(grants map[[32]byte]Grant, line string) error {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	fields := strings.Fields(line)
	if len(fields) < 2 || len(fields) > 3 {
		return errors.New("a line is NAME TOKEN [PATTERN]")
	}
	g := Grant{Name: fields[0], Pattern: "*"}
	if len(fields) == 3 {
		g.Pattern = fields[2]
	}
	if len(fields[1]) < minToken {
		return fmt.Errorf("the token of %s has fewer than %d characters", g.Name, minToken)
	}
	if err := CheckPattern(g.Pattern); err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(fields[1]))
	if other, taken := grants[hash]; taken {
		return fmt.Errorf("%s and %s have the same token", other.Name, g.Name)
	}
	grants[hash] = g
	return nil
}
