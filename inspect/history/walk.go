package history

// A walk goes from row to row of a statement that gives those from a number on, in their order, the number in column 0.
type walk struct {
	*statement
	at      int64 // the number of the row that it stands at; 0 if at none
	unsure  int   // how often to look for the next row before it is guessed again where that lies
	guesses int   // that were wrong, more or less
}

// wrongMost is how many wrong guesses are remembered.
const wrongMost = 6

// to goes to the row with that number, and says whether there is one. What is wanted next mostly is the next row there, and to
// step on to that takes less than looking for it.
func (w *walk) to(n int64) (bool, error) {
	if 0 < w.at && w.at < n {
		if err := w.guess(n); err != nil {
			return false, err
		}
	}
	if w.at == n {
		return true, nil
	}
	w.leave()
	w.int(n)
	err := w.next()
	return w.at == n, err
}

// guess steps on, in the hope that n is there.
func (w *walk) guess(n int64) error {
	if w.unsure > 0 {
		w.unsure--
		return nil
	}
	err := w.next()
	if w.at == n {
		w.guesses = 0
	} else {
		w.guesses = min(w.guesses+1, wrongMost)
		w.unsure = 1 << w.guesses
	}
	return err
}

func (w *walk) next() error {
	more, err := w.step()
	if w.at = 0; more {
		w.at = w.columnInt(0)
	}
	return err
}

// leave ends the walk, so that the next one sees the rows as they are then.
func (w *walk) leave() {
	w.reset()
	w.at = 0
}
