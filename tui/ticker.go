package tui

import (
	"reflect"
	"time"

	tea "charm.land/bubbletea/v2"
)

// wind has p go on drawing. To be called now and then where p's messages are handled.
//
// Bubble Tea draws by a ticker. Where the screen was given away, to an editor or by Ctrl-Z, the drawing from before may stop
// it so late that the drawing from behind already goes by it, and nothing would be seen any more
// (https://github.com/charmbracelet/bubbletea/issues/1778).
func wind(p *tea.Program) {
	if ticker := drawingTicker(p); ticker != nil {
		ticker.Reset(time.Second / framesPerSecond)
	}
}

// drawingTicker is what p draws by, which it doesn't give out; nil before it draws.
func drawingTicker(p *tea.Program) *time.Ticker {
	ticker := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !ticker.IsValid() || ticker.Type() != reflect.TypeFor[*time.Ticker]() {
		return nil
	}
	return (*time.Ticker)(ticker.UnsafePointer())
}
