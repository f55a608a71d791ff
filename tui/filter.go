package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

// filtering is which deliveries the list shows.
type filtering struct {
	past []string // what was filtered by before, the latest last
}

// active says whether something is filtered.
func (f *filtering) active() bool { return false }

// askFilter opens the prompt.
func (s *screen) askFilter() tea.Cmd { return nil }

// clearFilter shows all again.
func (s *screen) clearFilter() {}

// completions are what the word of text before the byte at could be.
func (s *screen) completions(text string, at int) []string { return nil }

// judge filters what came.
func (s *screen) judge(batch []inspect.Summary) tea.Cmd { return nil }

// filterMsg takes an answer to what was asked of the filter.
func (s *screen) filterMsg(msg tea.Msg) tea.Cmd { return nil }
