package state

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// A Name is an endpoint's name and whose it is.
type Name struct {
	Owner   relay.Owner `json:"owner,omitempty"` // empty: nobody's, it is only banned
	Claimed time.Time   `json:"claimed,omitzero"`
	Expires time.Time   `json:"expires,omitzero"` // after that it is nobody's; zero: never
	Banned  string      `json:"banned,omitempty"` // why; nobody may claim it

	Settings wire.Settings `json:"settings,omitzero"` // that the owner has chosen
}

func (n Name) owned(now time.Time) bool {
	return n.Owner != "" && n.Banned == "" && !n.over(now)
}

// over says whether its time is.
func (n Name) over(now time.Time) bool {
	return n.Owner != "" && !n.Expires.IsZero() && !now.Before(n.Expires)
}

// Claim is as relay.Names says. An owner who comes again costs the engine nothing, unless the settings, or the time that the
// name lasts, are others.
func (s *Store) Claim(ctx context.Context, c relay.Claim) (wire.Settings, error) {
	now := s.now()
	wanted := Name{Owner: c.By, Claimed: now, Settings: wire.Settings{}.With(c.Settings)}
	if c.Lasts > 0 {
		wanted.Expires = now.Add(c.Lasts)
	}
	for {
		held, known := s.names.get(c.Name)
		switch {
		case held.Banned != "":
			return wire.Settings{}, relay.ErrBanned
		case known && held.owned(now) && !held.Owner.Is(c.By):
			return wire.Settings{}, relay.ErrNameTaken
		case known && held.owned(now):
			return s.renew(ctx, c, wanted.Expires)
		}
		if _, err := s.drop(ctx, c.Name); err != nil { // of an owner whose time was over
			return wire.Settings{}, err
		}
		if c.Most > 0 && s.count(c.By) >= c.Most {
			return wire.Settings{}, &relay.LimitError{Most: c.Most}
		}
		err := s.take(ctx, c.Name, known, wanted)
		if errors.Is(err, errConflict) {
			if err = s.names.refresh(ctx, c.Name); err == nil {
				continue
			}
		}
		if err == nil {
			err = s.Note(ctx, Event{By: string(c.By), Did: "claim", Name: c.Name})
		}
		return wanted.Settings, s.ails(err)
	}
}

// take makes a name that is nobody's the owner's.
func (s *Store) take(ctx context.Context, name string, known bool, wanted Name) error {
	if !known {
		return s.names.create(ctx, name, wanted)
	}
	free := false
	ok, err := s.names.update(ctx, name, func(n *Name) bool {
		if free = !n.owned(wanted.Claimed) && n.Banned == ""; free {
			*n = wanted
		}
		return free
	})
	if err == nil && (!ok || !free) {
		return errConflict
	}
	return err
}

// renew sets how long a name lasts that is the claimant's already, and its settings.
func (s *Store) renew(ctx context.Context, c relay.Claim, until time.Time) (settings wire.Settings, err error) {
	_, err = s.names.update(ctx, c.Name, func(n *Name) bool {
		same := n.Expires.IsZero() && until.IsZero() && reflect.DeepEqual(n.Settings, n.Settings.With(c.Settings))
		n.Expires, n.Settings = until, n.Settings.With(c.Settings)
		settings = n.Settings
		return !same
	})
	return settings, s.ails(err)
}

// Settings is as relay.Names says.
func (s *Store) Settings(_ context.Context, name string) (wire.Settings, bool, error) {
	n, ok := s.names.get(name)
	return n.Settings, ok && n.owned(s.now()), nil
}

// count is how many names an owner has.
func (s *Store) count(owner relay.Owner) int {
	n, now := 0, s.now()
	for _, name := range s.names.all() {
		if name.owned(now) && name.Owner.Is(owner) {
			n++
		}
	}
	return n
}

// Names are all names that are somebody's or banned.
func (s *Store) Names() map[string]Name {
	all, now := s.names.all(), s.now()
	for name, n := range all {
		if !n.owned(now) && n.Banned == "" {
			delete(all, name)
		}
	}
	return all
}

// Release makes a name nobody's, and drops what is held for it; ok says whether it was anybody's or banned.
func (s *Store) Release(ctx context.Context, by, name string) (ok bool, err error) {
	dropped := 0
	if ok, err = s.names.remove(ctx, name); err == nil {
		dropped, err = s.drop(ctx, name)
	}
	if err == nil && ok {
		err = s.Note(ctx, Event{By: by, Did: "release", Name: name, About: droppedWords(dropped)})
	}
	return ok, err
}

// Ban takes a name from its owner, keeps all from claiming it, and drops what is held for it.
func (s *Store) Ban(ctx context.Context, by, name, why string) error {
	banned := Name{Banned: why, Claimed: s.now()}
	for {
		ok, err := s.names.update(ctx, name, func(n *Name) bool { *n = banned; return true })
		if err == nil && !ok {
			if err = s.names.create(ctx, name, banned); errors.Is(err, errConflict) {
				err = s.names.refresh(ctx, name)
				if err == nil {
					continue
				}
			}
		}
		if err == nil {
			_, err = s.drop(ctx, name)
		}
		if err != nil {
			return s.ails(err)
		}
		return s.Note(ctx, Event{By: by, Did: "ban", Name: name, About: why})
	}
}

// droppedWords say how many deliveries went with a name.
func droppedWords(n int) string {
	if n == 0 {
		return ""
	}
	return many(n, "held delivery was", "held deliveries were") + " dropped"
}

// Sweep takes out the names whose time is over, and gives them, and held deliveries that are too old.
func (s *Store) Sweep(ctx context.Context) ([]string, error) {
	var gone []string
	if err := s.sweepInbox(ctx); err != nil {
		return nil, err
	}
	now := s.now()
	for name, n := range s.names.all() {
		if !n.over(now) {
			continue
		}
		switch ok, err := s.names.removeIf(ctx, name, func(n Name) bool { return n.over(now) }); {
		case err != nil:
			return gone, err
		case !ok: // it was claimed anew meanwhile
			continue
		}
		gone = append(gone, name)
		dropped, err := s.drop(ctx, name)
		if err != nil {
			return gone, err
		}
		if err := s.Note(ctx, Event{By: string(n.Owner), Did: "expire", Name: name, About: droppedWords(dropped)}); err != nil {
			return gone, err
		}
	}
	return gone, nil
}
