package tui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A prompt is one line to type below the panes.
type prompt struct {
	label     string
	changed   func(text string) tea.Cmd          // nil: nobody minds before the end
	done      func(text string) tea.Cmd          // enter
	cancelled func() tea.Cmd                     // esc; nil: nothing
	complete  func(text string, at int) []string // what the word before the byte at could be; nil: nothing is completed
	remark    func() span                        // what is to be said of the text so far; nil: nothing
	past      []string                           // what was typed here before, the latest last
	example   string                             // shown while nothing is typed
	input     textinput.Model
	back      int      // how many of past the user has gone back
	typed     string   // what was being typed before that
	offered   []string // the completions that tab goes through
	offer     int
}

// ask makes a prompt that begins with text.
func ask(label, text string, done func(text string) tea.Cmd) *prompt {
	p := &prompt{label: label, done: done, input: textinput.New()}
	p.input.SetVirtualCursor(false)
	p.input.SetValue(text)
	p.input.CursorEnd()
	_ = p.input.Focus() // its command would blink a cursor that isn't drawn
	return p
}

func (p *prompt) press(s *screen, msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "enter":
		text := p.input.Value()
		s.close()
		return p.done(text)
	case "esc":
		s.close()
		if p.cancelled != nil {
			return p.cancelled()
		}
		return nil
	case "tab", "shift+tab":
		return p.completeNext(msg.String() == "tab")
	case "up", "down":
		return p.recall(msg.String() == "up")
	}
	return p.update(msg)
}

func (p *prompt) paste(_ *screen, text string) tea.Cmd {
	return p.update(tea.PasteMsg{Content: inspect.Printable(strings.TrimRight(text, "\r\n"))})
}

// update lets the input handle msg, and tells whom it concerns if the text is another then.
func (p *prompt) update(msg tea.Msg) tea.Cmd {
	before := p.input.Value()
	p.input, _ = p.input.Update(msg)
	p.offered = nil
	return p.told(before)
}

func (p *prompt) told(before string) tea.Cmd {
	if now := p.input.Value(); now != before && p.changed != nil {
		return p.changed(now)
	}
	return nil
}

// set replaces the text.
func (p *prompt) set(text string, cursor int) tea.Cmd {
	before := p.input.Value()
	p.input.SetValue(text)
	p.input.SetCursor(cursor)
	return p.told(before)
}

// recall goes through what was typed before.
func (p *prompt) recall(back bool) tea.Cmd {
	if p.back == 0 {
		p.typed = p.input.Value()
	}
	if back {
		p.back = min(p.back+1, len(p.past))
	} else {
		p.back = max(p.back-1, 0)
	}
	text := p.typed
	if p.back > 0 {
		text = p.past[len(p.past)-p.back]
	}
	return p.set(text, utf8.RuneCountInString(text))
}

// completeNext puts the next thing that the word before the cursor could be in its place.
func (p *prompt) completeNext(forward bool) tea.Cmd {
	text := []rune(p.input.Value())
	head := string(text[:min(p.input.Position(), len(text))])
	tail := string(text[min(p.input.Position(), len(text)):])
	if p.offered == nil {
		if p.complete == nil {
			return nil
		}
		if p.offered = p.complete(head+tail, len(head)); len(p.offered) == 0 {
			return nil
		}
		p.offer = -1
		if !forward {
			p.offer = 0
		}
	}
	step := 1
	if !forward {
		step = len(p.offered) - 1
	}
	p.offer = (p.offer + step) % len(p.offered)
	head = head[:len(head)-len(lastWord(head))] + p.offered[p.offer]
	return p.set(head+tail, utf8.RuneCountInString(head))
}

// lastWord is what of a word stands at the end of text.
func lastWord(text string) string {
	at := strings.LastIndexFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_.-", r)
	})
	if at < 0 {
		return text
	}
	_, size := utf8.DecodeRuneInString(text[at:])
	return text[at+size:]
}

func (p *prompt) body(theme, int, int) []string { return nil }

func (p *prompt) line(t theme, w int) (string, int) {
	label := " " + t.clean(p.label) + " "
	var right []span
	if p.remark != nil {
		if r := p.remark(); r.text != "" {
			text := t.clean(r.text)
			head, rest, _ := t.cut(text, max(w/2-1, 0))
			if rest != "" {
				head += "…"
			}
			right = []span{{head + " ", r.look}}
		}
	}
	room := w - t.size(label)
	for _, r := range right {
		room -= t.size(r.text) + 1
	}
	text := []rune(p.input.Value())
	at := min(p.input.Position(), len(text))
	before, behind := t.clean(string(text[:at])), t.clean(string(text[at:]))
	for t.size(before) > max(room-1, 0) { // what is at the cursor is always seen
		size, _ := t.cluster(before)
		before = before[size:]
	}
	left := []span{{label, accent}, {before, plain}, {behind, plain}}
	if len(text) == 0 {
		left[2] = span{t.clean(p.example), faint}
	}
	return t.bar(w, left, right), min(t.size(label)+t.size(before), max(w-1, 0))
}

func (p *prompt) hints() []span {
	if len(p.offered) > 0 {
		all := []span{{"tab  ", faint}}
		for i := range p.offered {
			look := faint
			if i == 0 {
				look = accent
			}
			all = append(all, span{inspect.Printable(p.offered[(p.offer+i)%len(p.offered)]) + "  ", look})
		}
		return all
	}
	all := []span{hint("enter", "done"), hint("esc", "cancel")}
	if p.complete != nil {
		all = append(all, hint("tab", "complete"))
	}
	if len(p.past) > 0 {
		all = append(all, hint("↑", "earlier ones"))
	}
	return all
}

// remember adds text to what was typed before, once.
func remember(past []string, text string) []string {
	const most = 100
	if text == "" {
		return past
	}
	past = append(slices.DeleteFunc(slices.Clone(past), func(s string) bool { return s == text }), text)
	return past[max(0, len(past)-most):]
}
