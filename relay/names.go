package relay

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// An Owner is who a name belongs to: a token's name, or the hash of a client's secret.
type Owner string

func secretOwner(secret string) Owner {
	sum := sha256.Sum256([]byte(secret))
	return Owner("secret:" + hex.EncodeToString(sum[:]))
}

// OwnerOf is who names belong to that are claimed with a token of that name.
func OwnerOf(token string) Owner { return Owner("token:" + token) }

// ErrNameTaken is returned for a name that belongs to somebody else.
var ErrNameTaken = errors.New("the name belongs to somebody else")

// ErrBanned is returned for a name that the operator has banned.
var ErrBanned = errors.New("the operator of this relay has banned the name")

// A LimitError is returned to an owner who may have no more names.
type LimitError struct{ Most int }

func (e *LimitError) Error() string {
	return fmt.Sprintf("this token may have %d names at a time, and has them; hook relay names lists them", e.Most)
}

// A Claim is a wish for a name.
type Claim struct {
	Name  string
	By    Owner
	Most  int           // how many names By may have; 0: any number
	Lasts time.Duration // after that the name is nobody's again; 0: it stays

	Settings wire.Settings // what is to be otherwise from now on
}

// Names remembers who owns which name, whether its owner is connected or not. Live traffic never asks it: only claims
// and requests for endpoints with no tunnel do. It is safe for concurrent use.
type Names interface {
	// Claim makes the name the owner's if it is nobody's, and gives the settings that it has now. Its error is ErrNameTaken,
	// ErrBanned or a *LimitError where that is the reason; any other means that names can't be claimed at the moment.
	Claim(ctx context.Context, c Claim) (wire.Settings, error)
	// Settings are those of a name that is somebody's; known is false of any other.
	Settings(ctx context.Context, name string) (set wire.Settings, known bool, err error)
}

// Memory is Names for as long as the process lives. It knows no limits: there is one owner.
type Memory struct {
	mu    sync.Mutex
	names map[string]remembered
}

type remembered struct {
	owner    Owner
	settings wire.Settings
}

// NewMemory makes a Memory in which no name is owned.
func NewMemory() *Memory { return &Memory{names: make(map[string]remembered)} }

// Claim is as Names says.
func (m *Memory) Claim(_ context.Context, c Claim) (wire.Settings, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	held, taken := m.names[c.Name]
	if taken && !held.owner.Is(c.By) {
		return wire.Settings{}, ErrNameTaken
	}
	held = remembered{c.By, held.settings.With(c.Settings)}
	m.names[c.Name] = held
	return held.settings, nil
}

// Is compares in a time that tells nothing.
func (o Owner) Is(other Owner) bool { return subtle.ConstantTimeCompare([]byte(o), []byte(other)) == 1 }

// Settings is as Names says.
func (m *Memory) Settings(_ context.Context, name string) (wire.Settings, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	held, known := m.names[name]
	return held.settings, known, nil
}

// NameRule is what ValidName wants, for people.
const NameRule = "a name has 3 to 63 of a-z, 0-9 and -, and neither begins nor ends with -"

// ValidName says whether name can be an endpoint's: a DNS label (RFC 1035 section 2.3.1, digits allowed in front as in
// RFC 1123) in lower case, of 3 to 63 characters.
func ValidName(name string) bool {
	return len(name) >= 3 && len(name) <= 63 && name[0] != '-' && name[len(name)-1] != '-' &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
