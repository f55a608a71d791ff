package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// An Event is one thing that somebody did: a claim, or what an operator does.
type Event struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`  // an owner, or "operator"
	Did   string    `json:"did"` // "claim", "release", "ban", "expire", "drop", "redeliver", "drain", "resume", "token create", "token revoke"
	Name  string    `json:"name"`
	About string    `json:"about,omitempty"`
}

// How much of the audit log is kept, whichever is less.
const (
	auditEvents = 1_000_000
	auditAge    = 400 * 24 * time.Hour
)

const auditSubject = "hook.audit"

// audit is the log of events.
type audit struct {
	stream jetstream.Stream
	js     jetstream.JetStream
}

func openAudit(ctx context.Context, e *engine) (*audit, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	stream, err := e.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: "audit", Description: "who did what", Subjects: []string{auditSubject}, MaxMsgs: auditEvents, MaxAge: auditAge,
		MaxBytes: 512 << 20, Discard: jetstream.DiscardOld,
	})
	if err != nil {
		return nil, fmt.Errorf("open the audit log: %w", err)
	}
	return &audit{stream, e.js}, nil
}

// Note adds an event to the audit log, at the time that it is now.
func (s *Store) Note(ctx context.Context, e Event) error {
	e.At = s.now()
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := s.audit.js.Publish(ctx, auditSubject, data); err != nil {
		return fmt.Errorf("audit log: %w", err)
	}
	s.log.Info("audit", "by", e.By, "did", e.Did, "name", e.Name, "about", e.About)
	return nil
}

// Events are the last events of the audit log, at most that many, the oldest first.
func (s *Store) Events(ctx context.Context, most int) ([]Event, error) {
	info, err := s.audit.stream.Info(ctx)
	if err != nil {
		return nil, err
	}
	var events []Event
	first := info.State.FirstSeq
	if last := info.State.LastSeq; last >= uint64(most) {
		first = max(first, last-uint64(most)+1)
	}
	for seq := first; seq <= info.State.LastSeq && info.State.Msgs > 0; seq++ {
		msg, err := s.audit.stream.GetMsg(ctx, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			return events, err
		}
		var e Event
		if err := json.Unmarshal(msg.Data, &e); err != nil {
			return events, err
		}
		events = append(events, e)
	}
	return events, nil
}

// many is how many there are of what is called one alone, and several together.
func many(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + several
}
