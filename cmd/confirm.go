package cmd

import (
	"bufio"
	"context"
	"fmt"
	"strings"
)

// confirm asks a question at the terminal, which a plain Enter denies. It ends with ctx.
func (p place) confirm(ctx context.Context, question string) (bool, error) {
	type said struct {
		answer string
		err    error
	}
	_, _ = fmt.Fprintf(p.err, "hook: %s [y/N] ", question)
	answered := make(chan said, 1)
	go func() { // a terminal's Read can't be interrupted; it ends with the process at the latest
		answer, err := bufio.NewReader(p.in).ReadString('\n')
		answered <- said{answer, err}
	}()
	select {
	case <-ctx.Done():
		_, _ = fmt.Fprintln(p.err)
		return false, ctx.Err()
	case s := <-answered:
		if s.err != nil && s.answer == "" {
			return false, fmt.Errorf("read the answer: %w", s.err)
		}
		word := strings.ToLower(strings.TrimSpace(s.answer))
		return word == "y" || word == "yes", nil
	}
}
