package cmd

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A mischief is what a delivery is sent with that is wrong: the faults of --fault. It is a flag's value.
type mischief struct {
	words []string // as they were given

	unsigned, badSignature, wrongSecret, tampered bool
	shift                                         time.Duration // of the time that is signed; 0 for none
	truncated, duplicate, shuffle                 bool
	slow                                          uint64 // bytes of the body a second; 0 for all at once
}

const defaultShift = 10 * time.Minute // for stale and future

// faultNames are the faults, as they are written.
func faultNames() []string {
	return []string{"bad-signature", "wrong-secret", "tampered", "stale=10m", "future=10m", "unsigned", "truncated", "slow=1B/s", "duplicate", "shuffle"}
}

// Set takes one more fault in.
func (m *mischief) Set(word string) error {
	name, value, valued := strings.Cut(word, "=")
	var err error
	switch name {
	case "stale", "future":
		err = m.setShift(name, value, valued)
	case "slow":
		if m.slow, err = humanize.ParseBytes(strings.TrimSuffix(value, "/s")); err != nil || m.slow == 0 {
			return fmt.Errorf("slow is like slow=1B/s or slow=2KB/s, not %q", word)
		}
	default:
		fault := map[string]*bool{
			"bad-signature": &m.badSignature, "wrong-secret": &m.wrongSecret, "tampered": &m.tampered, "unsigned": &m.unsigned,
			"truncated": &m.truncated, "duplicate": &m.duplicate, "shuffle": &m.shuffle,
		}[name]
		switch {
		case fault == nil:
			return fmt.Errorf("there is no fault %q: there are %s", name, strings.Join(faultNames(), ", "))
		case valued:
			return fmt.Errorf("the fault %s takes no value", name)
		}
		*fault = true
	}
	m.words = append(m.words, word)
	return err
}

func (m *mischief) setShift(name, value string, valued bool) error {
	d, err := defaultShift, error(nil)
	if valued {
		d, err = time.ParseDuration(value)
	}
	switch {
	case err != nil || d <= 0:
		return fmt.Errorf("%s is like %s=10m, not %q", name, name, value)
	case m.shift != 0:
		return fmt.Errorf("a delivery has one time: stale or future, and once")
	case name == "stale":
		d = -d
	}
	m.shift = d
	return nil
}

// String and Type are for the flag's help.
func (m *mischief) String() string { return strings.Join(m.words, ", ") }

// Type is what the flag's value is called in help.
func (m *mischief) Type() string { return "fault" }

func (m *mischief) any() bool { return len(m.words) > 0 }

// forging is the first of the faults by which a delivery isn't the provider's any more.
func (m *mischief) forging() string {
	i := slices.IndexFunc(m.words, func(word string) bool {
		name, _, _ := strings.Cut(word, "=")
		return slices.Contains([]string{"bad-signature", "wrong-secret", "tampered", "stale", "future", "unsigned"}, name)
	})
	if i < 0 {
		return ""
	}
	return m.words[i]
}

// onWire is the fault that is in how the bytes are sent; empty if there is none.
func (m *mischief) onWire() string {
	switch {
	case m.truncated:
		return "truncated"
	case m.slow > 0:
		return "slow"
	}
	return ""
}

// signing says how a delivery with these faults is signed, if that isn't as usual.
func (m *mischief) signing() string {
	switch {
	case m.unsigned:
		return "not signed"
	case m.wrongSecret:
		return "signed with a wrong secret"
	case m.badSignature:
		return "with a bad signature"
	case m.tampered:
		return "changed after it was signed"
	case m.shift < 0:
		return "signed as of " + timespan(-m.shift) + " ago"
	case m.shift > 0:
		return "signed as of " + timespan(m.shift) + " ahead"
	}
	return ""
}

// check refuses what has no meaning together, in the words of a command.
func (m *mischief) check(command string, count int) error {
	wire := m.onWire()
	switch {
	case m.unsigned && (m.badSignature || m.wrongSecret || m.shift != 0):
		return fail(exitUsage, "leave one of them out", "%s: a delivery that is unsigned has neither a signature nor a time that could be wrong", command)
	case m.truncated && m.slow > 0:
		return fail(exitUsage, "leave one of them out", "%s: --fault truncated and --fault slow don't go together", command)
	case wire != "" && m.duplicate:
		return fail(exitUsage, "leave one of them out", "%s: --fault %s and --fault duplicate don't go together", command, wire)
	case wire != "" && count > 1:
		return fail(exitUsage, "send one", "send: --fault %s and --count don't go together", wire)
	case m.shuffle && count < 2:
		return fail(exitUsage, "say how many with --count", "send: --fault shuffle changes the order of several deliveries")
	case m.shuffle && count > maxShuffled:
		return fail(exitUsage, fmt.Sprintf("send up to %d", maxShuffled), "send: --fault shuffle makes all deliveries before it sends the first: %d are too many", count)
	}
	return nil
}

// fit refuses a forgery of what proves nothing.
func (m *mischief) fit(provider *signature.Provider, name string) error {
	if forging := m.forging(); forging != "" && !provider.CanSign() {
		return fail(exitUsage, "`hook events "+name+"` says how it delivers", "--fault %s: %s signs nothing, so no app can tell", forging, name)
	}
	return nil
}
