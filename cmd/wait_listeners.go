package cmd

import (
	"context"
	"slices"
	"time"
)

// lookAtListeners is how often a wait looks whether this project's listeners keep what comes.
const lookAtListeners = time.Second

// watchListeners ends the wait when what comes may not be seen any more.
func (w *waiting) watchListeners(ctx context.Context, stop context.CancelCauseFunc) {
	look := time.NewTicker(lookAtListeners)
	defer look.Stop()
	lost := make(map[string]int64) // by instance, when it was first seen
	for {
		all := w.project.listeners()
		for _, r := range all {
			if _, seen := lost[r.Instance]; !seen {
				lost[r.Instance] = r.Lost
			}
			if r.Trouble != "" || r.Lost > lost[r.Instance] {
				stop(fail(exitFailed, "what it forwards meanwhile is in no history", "wait: the listener (process %d) can't write the history%s", r.PID, inParens(r.Trouble)))
				return
			}
		}
		if len(all) > 0 && !slices.ContainsFunc(all, func(r running) bool { return !r.NoStore }) {
			stop(fail(exitFailed, "start it without --no-store", "wait: the listener (process %d) keeps nothing in the history", all[0].PID))
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}

func inParens(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}
