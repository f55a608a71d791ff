package tui

import (
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// However narrow it is, the bar says which tab is open, and that there are more.
func TestTabBar(t *testing.T) {
	theme := newTheme(false, false)
	for open := range tabCount {
		name, _ := tabName(open)
		for w := 10; w < 100; w++ {
			bar := theme.tabsIn(w, open)
			text, shown := "", 0
			for _, s := range bar.spans {
				text += s.text
			}
			if got := theme.size(text); got > w && w > len(name)+4 {
				t.Errorf("%q takes %d cells, want %d at most", text, got, w)
			}
			if !strings.HasPrefix(text, name) && !strings.Contains(text, "["+name+"]") {
				t.Errorf("%d cells: %q does not say that %s is open", w, text, name)
			}
			for tab, place := range bar.places {
				_, short := tabName(tab)
				if place[1] == 0 {
					continue
				}
				shown++
				cells := string([]rune(text)[place[0]:place[1]])
				if !strings.Contains(cells, short[:3]) {
					t.Errorf("%d cells: the place of %s has %q", w, short, cells)
				}
			}
			if shown < tabCount && !strings.ContainsAny(text, "←→/") {
				t.Errorf("%d cells: %q does not say that there are more", w, text)
			}
		}
	}
}

func TestTabKeys(t *testing.T) {
	b := newBench(t, 120, 30, Config{Deliveries: &store{}, Recent: newestFirst(summaries(0, 3))})
	for i, key := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		b.press(key)
		name, _ := tabName(i)
		b.wants("[" + name + "]")
	}
	b.press("tab")
	b.wants("[Request]")
	b.press("shift+tab")
	b.wants("[Diff]")
	if got := b.detail.tabAt(b.theme, 2, 1, 60); got != requestTab {
		t.Errorf("a click on the first name: got tab %d, want %d", got, requestTab)
	}
	if got := b.detail.tabAt(b.theme, 2, 0, 60); got != -1 {
		t.Errorf("a click above the names: got tab %d, want none", got)
	}
}

func TestTabs(t *testing.T) {
	b := newBench(t, 160, 40, Config{Deliveries: &store{}, Explain: explained, Recent: newestFirst(summaries(0, 9))})
	b.list.follow = false
	for _, c := range []struct {
		id, key string
		want    []string
		lacks   []string
	}{
		{"d_0001abcdefgh", "1", []string{"POST http://127.0.0.1:4400/e/quiet-otter-k7q2/webhooks", "from 203.0.113.7", "Authorization: Bearer [masked]", `"evt_001"`}, []string{"sesame"}},
		{"d_0006abcdefgh", "1", []string{"⟲ replay of"}, nil},
		{"d_0001abcdefgh", "2", []string{"400 Bad Request in 4 ms", "Content-Type: application/json", `"received": true`}, []string{"evt_001"}},
		{"d_0002abcdefgh", "2", []string{"refused in 5 ms", "dial 127.0.0.1:3000: connection refused"}, nil},
		{"d_0002abcdefgh", "3", []string{"X-Twice: one", "X-Twice: two", "the app gave none"}, []string{"evt_002"}},
		{"d_0001abcdefgh", "4", []string{"68 bytes", `"evt_001"`}, []string{"X-Twice"}},
		{"d_0001abcdefgh", "5", []string{"the signature was made with another secret", "It verifies with STRIPE_CLI_SECRET"}, nil},
		{"d_0001abcdefgh", "7", []string{"attempt 1 · 12:00:00.000 · http://localhost:3000/webhooks", "connect 0 ms · wait 1 ms · read 3 ms"}, nil},
		{"d_0005abcdefgh", "7", []string{"↻ redelivery of d_0001"}, nil},
	} {
		b.list.choose(c.id)
		b.press(c.key)
		b.wants(c.want...)
		for _, part := range c.lacks {
			b.lacks(part)
		}
	}
}

// Of many fields the first tab shows the main ones, and the third all.
func TestMainFields(t *testing.T) {
	d := someDelivery(2)
	for _, name := range []string{"A", "B", "C", "D", "X-Github-Event", "X-Hub-Signature-256"} {
		d.Header.Set(name, "is "+name)
	}
	b := newBench(t, 120, 30, Config{Deliveries: &store{deliver: func(string) *inspect.Delivery { return d }}, Recent: newestFirst(summaries(2, 3))})
	b.wants("X-Github-Event: is", "X-Hub-Signature-256: ", "7 more: 3 shows all header fields")
	b.lacks("is A")
	b.press("3")
	b.wants("A: is A", "X-Twice: two")
}
