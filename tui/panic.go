package tui

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// A PanicError is why a screen ended by itself: its own code, or what it called, is wrong. The terminal is restored.
type PanicError struct {
	Value any
	Stack []byte // of the goroutine that panicked, as package debug prints it
}

// Error says what the panic said.
func (e *PanicError) Error() string { return fmt.Sprint("screen: ", e.Value) }

// A guard keeps the first panic. Bubble Tea's own way would print its stack over what was on the terminal.
type guard struct {
	mu    sync.Mutex
	first *PanicError
}

// caught keeps what recover gave, and says whether that was a panic.
func (g *guard) caught(value any) bool {
	if value == nil {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.first == nil {
		g.first = &PanicError{value, debug.Stack()}
	}
	return true
}

// err is the first panic; nil if there was none.
func (g *guard) err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.first == nil {
		return nil
	}
	return g.first
}

// runner makes commands that end the screen if their call panics.
func (g *guard) runner(run runner) runner {
	return func(call func(context.Context) tea.Msg) tea.Cmd {
		return run(func(ctx context.Context) (msg tea.Msg) {
			defer func() {
				if g.caught(recover()) {
					msg = tea.QuitMsg{}
				}
			}()
			return call(ctx)
		})
	}
}

// A guarded is a model that ends the screen if it panics.
type guarded struct {
	tea.Model
	guard *guard
	quit  func() // must not block
}

// Update is the model's.
func (m guarded) Update(msg tea.Msg) (same tea.Model, next tea.Cmd) {
	defer func() {
		if m.guard.caught(recover()) {
			same, next = m, tea.Quit
		}
	}()
	_, next = m.Model.Update(msg) // it is itself that it returns
	return m, next
}

// View is the model's; nothing once that has panicked.
func (m guarded) View() (view tea.View) {
	defer func() {
		if m.guard.caught(recover()) {
			m.quit()
		}
	}()
	return m.Model.View()
}
