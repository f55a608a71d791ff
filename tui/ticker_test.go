package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

// A stopwatch is a model that shows the last word it was told, and stops or winds its program's ticker at these words.
type stopwatch struct {
	program func() *tea.Program
	last    string
}

func (w stopwatch) Init() tea.Cmd  { return nil }
func (w stopwatch) View() tea.View { return tea.NewView("showing " + w.last) }

func (w stopwatch) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	word, ok := msg.(string)
	if !ok {
		return w, nil
	}
	switch w.last = word; word {
	case "stopped":
		drawingTicker(w.program()).Stop()
	case "wound":
		wind(w.program())
	}
	return w, nil
}

// What Bubble Tea draws by is found in it, and a screen whose ticker was stopped is drawn again.
func TestWind(t *testing.T) {
	term := newTerminal(t)
	var p *tea.Program
	p = tea.NewProgram(stopwatch{program: func() *tea.Program { return p }, last: "nothing"}, tea.WithInput(term.tty), tea.WithOutput(term.tty))
	ended := make(chan error, 1)
	go func() {
		_, err := p.Run()
		ended <- err
	}()
	term.await("nothing")
	p.Send("stopped")
	p.Send("unseen")
	p.Send("wound")
	term.await("wound")
	p.Send(tea.Quit())
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
