package cmd

import (
	"fmt"
	"time"
)

// A clockBack watches for a clock that is set back: what comes then is listed below what came before.
type clockBack struct {
	began time.Time // by the clock, when up was 0; zero before the first look
}

// setBack is how far the clock must go back to be worth a word.
const setBack = 5 * time.Second

// look is told what the clock shows, and for how long hook has been up by one that nobody sets. It gives by how much the
// clock was set back since the last look; 0 if it wasn't.
func (c *clockBack) look(shown time.Time, up time.Duration) time.Duration {
	began := shown.Round(0).Add(-up)
	before := c.began
	c.began = began
	if by := before.Sub(began); !before.IsZero() && by >= setBack {
		return by.Round(time.Second)
	}
	return 0
}

func clockWords(by time.Duration) string {
	return fmt.Sprintf("the clock was set back by %s: what comes now is listed among what came then", by)
}

// looked is look at this moment.
func (l *listener) looked() time.Duration { return l.clock.look(time.Now(), time.Since(l.began)) }

func (f *plainFace) clock(by time.Duration) error {
	_, err := fmt.Fprintf(f.err, "hook: warning: %s\n", clockWords(by))
	return err
}

func (f jsonFace) clock(by time.Duration) error {
	return printJSON(f.out, map[string]any{"type": "error", "error": "clock_set_back", "message": clockWords(by)})
}
