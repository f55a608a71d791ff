package state

import (
	"context"
	"fmt"
	"time"
)

// checkWithin is how long the engine may take to answer.
const checkWithin = 2 * time.Second

// Check asks the engine for a sign of life. Its error says why nothing can be read or stored at the moment.
func (s *Store) Check(ctx context.Context) error {
	if err := s.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	if _, err := s.names.kv.Status(ctx); err != nil {
		return fmt.Errorf("the engine doesn't answer: %w", err)
	}
	return nil
}
