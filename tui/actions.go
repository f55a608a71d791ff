package tui

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

// act handles the keys that do something with deliveries, and says whether it was one.
func (s *screen) act(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	k := s.keys
	switch {
	case key.Matches(msg, k.replay):
		return s.replay(), true
	case key.Matches(msg, k.edit):
		return s.edit(), true
	case key.Matches(msg, k.yank):
		return s.copyMenu(), true
	case key.Matches(msg, k.export):
		return s.exportMenu(), true
	case key.Matches(msg, k.fixture):
		return s.saveFixture(), true
	case key.Matches(msg, k.remove):
		return s.remove(), true
	}
	return nil, false
}

// chosen are the deliveries that an action is for: those that are marked, else the selected one. The oldest comes first.
func (s *screen) chosen() []string {
	if marked := s.list.marked(); len(marked) > 0 && !s.focus {
		return marked
	}
	if current, ok := s.list.current(); ok {
		return []string{current.ID}
	}
	return nil
}

// cannot says why something can't be done here.
func (s *screen) cannot(what string) tea.Cmd {
	why := s.config.Do.Why
	if why == "" {
		why = "nothing here can do that"
	}
	return s.say(what+": "+why, warn)
}

// replay delivers what is chosen again, one after the other.
func (s *screen) replay() tea.Cmd {
	ids := s.chosen()
	switch {
	case len(ids) == 0:
		return nil
	case s.config.Do.Replay == nil && s.config.Do.Why == "":
		return s.say("there is no app to replay to: start hook with a target, as in hook listen 3000", warn)
	case s.config.Do.Replay == nil:
		return s.cannot("replay")
	case s.work.replaying[ids[0]]:
		return s.say("already replaying "+inspect.ShortID(ids[0]), plain)
	}
	run := &bulk{of: len(ids)}
	return s.replayNext(ids, run)
}

// replayNext delivers the first of ids again, and the others behind it.
func (s *screen) replayNext(ids []string, run *bulk) tea.Cmd {
	id, rest := ids[0], ids[1:]
	replay, keep := s.config.Do.Replay, s.work.keep
	of, _ := s.list.find(id)
	s.work.replaying[id] = true
	if run.of > 1 {
		_ = s.say(fmt.Sprintf("replaying %d of %d: %s…", run.of-len(rest), run.of, inspect.ShortID(id)), plain)
	} else {
		_ = s.say("replaying "+inspect.ShortID(id)+"…", plain)
	}
	return s.start(func(ctx context.Context) tea.Msg {
		fresh, err := replay(ctx, id, keep)
		return doneMsg{what: "replay " + inspect.ShortID(id), fresh: fresh, of: of, err: err, next: "r tries again", rest: rest, run: run}
	})
}

// edit opens the editor on the selected delivery, and replays what comes of it.
func (s *screen) edit() tea.Cmd {
	current, ok := s.list.current()
	if !ok {
		return nil
	}
	if held := s.held(current.ID); held != nil && s.config.Breakpoint != nil {
		return s.editHeld(current.ID)
	}
	edit, keep := s.config.Do.Edit, s.work.keep
	if edit == nil {
		return s.cannot("edit")
	}
	return s.openEditor("edit "+inspect.ShortID(current.ID), current, false, func(ctx context.Context) (Editing, error) { return edit(ctx, current.ID, keep) })
}

// openEditor prepares an editing; edited gives it the terminal.
func (s *screen) openEditor(what string, of inspect.Summary, held bool, prepare func(context.Context) (Editing, error)) tea.Cmd {
	return s.start(func(ctx context.Context) tea.Msg {
		e, err := prepare(ctx)
		if err != nil {
			return doneMsg{what: what, of: of, err: err}
		}
		return editedMsg{what: what, of: of, held: held, editing: e}
	})
}

// An editedMsg is how far an editing has come: it is ready for the editor, or the editor has ended.
type editedMsg struct {
	what    string
	of      inspect.Summary
	editing Editing
	held    bool // it waits at the breakpoint
	ended   bool
	err     error // of the editor
}

func (s *screen) edited(msg editedMsg) tea.Cmd {
	if !msg.ended {
		return tea.ExecProcess(msg.editing.Command(), func(err error) tea.Msg {
			msg.ended, msg.err = true, err
			return msg
		})
	}
	return s.start(func(ctx context.Context) tea.Msg {
		defer msg.editing.Close()
		if msg.err != nil {
			return doneMsg{what: msg.what, of: msg.of, err: fmt.Errorf("the editor ended with %w; nothing was sent", msg.err)}
		}
		fresh, err := msg.editing.Done(ctx)
		return doneMsg{what: msg.what, fresh: fresh, of: msg.of, err: err, next: "e edits it again", held: msg.held}
	})
}

func (s *screen) toggleSigning() tea.Cmd {
	if s.work.keep = !s.work.keep; s.work.keep {
		return s.say("replays keep the signature that came", plain)
	}
	return s.say("replays are signed anew", plain)
}

// sendSample lets one choose a sample, and sends it.
func (s *screen) sendSample() tea.Cmd {
	do := s.config.Do
	if do.Send == nil || do.Samples == nil {
		return s.cannot("send")
	}
	t := s.theme
	var items []item
	for _, sample := range do.Samples() {
		name := t.clean(sample.Provider + " " + sample.Event)
		items = append(items, item{name: name, about: t.clean(sample.About), do: func() tea.Cmd {
			return s.run("send "+name, "S sends another", func(ctx context.Context) (string, error) { return do.Send(ctx, sample) })
		}})
	}
	return s.raise(choose(t, "Send a sample event, signed as its provider does", "there are no samples", true, items))
}

// exportMenu lets one choose a form, then a file.
func (s *screen) exportMenu() tea.Cmd {
	do, ids := s.config.Do, s.chosen()
	if do.Export == nil {
		return s.cannot("export")
	}
	var items []item
	for _, form := range do.ExportForms {
		if form.One && len(ids) != 1 {
			continue
		}
		items = append(items, item{name: form.Name, about: form.About, do: func() tea.Cmd {
			return s.raise(ask("export "+form.Name+" to", form.File, func(file string) tea.Cmd {
				if strings.TrimSpace(file) == "" {
					return s.say("export: nothing was written, as there is no name", faint)
				}
				return s.run("export "+form.Name, "E tries again", func(ctx context.Context) (string, error) { return do.Export(ctx, ids, form.Name, file) })
			}))
		}})
	}
	return s.raise(choose(s.theme, "Export "+countOf(len(ids)), "nothing can be exported", false, items))
}

// saveFixture asks for a name, and keeps the selected delivery as a sample.
func (s *screen) saveFixture() tea.Cmd {
	current, ok := s.list.current()
	save := s.config.Do.SaveFixture
	switch {
	case !ok:
		return nil
	case save == nil:
		return s.cannot("keep as a sample")
	}
	name := strings.ToLower(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.' {
			return r
		}
		return '-'
	}, orElse(current.EventType, orElse(current.Provider, "sample"))))
	return s.raise(ask("keep it as the sample", name, func(name string) tea.Cmd {
		return s.run("keep "+inspect.ShortID(current.ID)+" as a sample", "F tries again", func(ctx context.Context) (string, error) {
			return save(ctx, current.ID, strings.TrimSpace(name))
		})
	}))
}

// remove deletes what is chosen, after asking.
func (s *screen) remove() tea.Cmd {
	ids := s.chosen()
	del := s.config.Do.Delete
	switch {
	case len(ids) == 0:
		return nil
	case del == nil:
		return s.cannot("delete")
	}
	return s.raise(&question{"delete " + countOf(len(ids)) + " for good?", func() tea.Cmd {
		return s.start(func(ctx context.Context) tea.Msg {
			gone, err := del(ctx, ids)
			if err != nil {
				return doneMsg{what: "delete " + countOf(len(ids)), err: err, next: "d tries again"}
			}
			said := "deleted " + countOf(len(gone))
			if left := len(ids) - len(gone); left > 0 {
				said += fmt.Sprintf("; %d not, as they are under way", left)
			}
			return doneMsg{what: "delete", said: said, removed: gone}
		})
	}})
}

// countOf is a number of deliveries in words.
func countOf(n int) string {
	if n == 1 {
		return "1 delivery"
	}
	return fmt.Sprint(n, " deliveries")
}

// run does something that takes its time, and reports it.
func (s *screen) run(what, next string, call func(context.Context) (string, error)) tea.Cmd {
	_ = s.say(what+"…", plain)
	return s.start(func(ctx context.Context) tea.Msg {
		said, err := call(ctx)
		return doneMsg{what: what, said: said, err: err, next: next}
	})
}

// verdictOf says what a replay came to beside what it repeats.
func verdictOf(before, after inspect.Summary) (string, look) {
	wasGood, isGood := before.Status != 0 && !before.Failed(), after.Status != 0 && !after.Failed()
	switch {
	case before.ID == "" && isGood:
		return http.StatusText(after.Status), good
	case !wasGood && isGood:
		return "fixed", good
	case wasGood && !isGood:
		return "regressed", bad
	case !isGood:
		return "still failing", bad
	}
	return "same", good
}
