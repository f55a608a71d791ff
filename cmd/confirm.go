package cmd

import (
	"bufio"
	"fmt"
	"strings"
)

// confirm asks a question at the terminal, which a plain Enter denies.
func (p place) confirm(question string) (bool, error) {
	_, _ = fmt.Fprintf(p.err, "hook: %s [y/N] ", question)
	answer, err := bufio.NewReader(p.in).ReadString('\n')
	if err != nil && answer == "" {
		return false, fmt.Errorf("read the answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true, nil
	}
	return false, nil
}
