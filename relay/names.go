package relay

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"
	"sync"
)

// An Owner is who a name belongs to: a token's name, or the hash of a client's secret.
type Owner string

func secretOwner(secret string) Owner {
	sum := sha256.Sum256([]byte(secret))
	return Owner("secret:" + string(sum[:]))
}

// ErrNameTaken is returned for a name that belongs to somebody else.
var ErrNameTaken = errors.New("the name belongs to somebody else")

// Names remembers who owns which name, whether its owner is connected or not. Live traffic never asks it: only claims
// and requests for endpoints with no tunnel do. It is safe for concurrent use.
type Names interface {
	// Claim makes name the owner's if it is nobody's. If it is another's, the error is ErrNameTaken.
	Claim(ctx context.Context, name string, by Owner) error
	// Known says whether the name is anybody's.
	Known(ctx context.Context, name string) (bool, error)
}

// Memory is Names for as long as the process lives.
type Memory struct {
	mu     sync.Mutex
	owners map[string]Owner
}

// NewMemory makes a Memory in which no name is owned.
func NewMemory() *Memory { return &Memory{owners: make(map[string]Owner)} }

// Claim is as Names says.
func (m *Memory) Claim(_ context.Context, name string, by Owner) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	owner, taken := m.owners[name]
	if taken && subtle.ConstantTimeCompare([]byte(owner), []byte(by)) == 0 {
		return ErrNameTaken
	}
	m.owners[name] = by
	return nil
}

// Known is as Names says.
func (m *Memory) Known(_ context.Context, name string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, known := m.owners[name]
	return known, nil
}

// ValidName says whether name can be an endpoint's: a DNS label (RFC 1035 section 2.3.1, digits allowed in front as in
// RFC 1123) in lower case, of 3 to 63 characters.
func ValidName(name string) bool {
	return len(name) >= 3 && len(name) <= 63 && name[0] != '-' && name[len(name)-1] != '-' &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
