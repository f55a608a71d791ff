package tui

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

// longBody is JSON in one line, as webhooks have it, of some more bytes than size.
func longBody(size int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"object":"list","data":[`)
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"evt_%08d","created":%d,"livemode":false,"customer":{"city":"Zürich","lines":["12 Harbor Lane"]},"note":"A cup of tea, and \"quotes\" in it"}`, i, 1700000000+i)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// bigDelivery is a delivery with that body.
func bigDelivery(body []byte) *inspect.Delivery {
	d := someDelivery(0)
	d.Header = http.Header{"Content-Type": {"application/json"}}
	d.Body = inspect.CaptureOf(body)
	return d
}

// A desk is a screen on which one delivery is read, without a terminal. What it asks for is made at once.
type desk struct{ *screen }

func newDesk(tb testing.TB, w, h int, d *inspect.Delivery) desk {
	tb.Helper()
	s := &store{deliver: func(string) *inspect.Delivery { return d }}
	c := Config{URL: testURL, Deliveries: s, Explain: explained, Recent: []inspect.Summary{d.Summary()}}
	desk := desk{newScreen(c, func(call func(context.Context) tea.Msg) tea.Cmd {
		return func() tea.Msg { return call(context.Background()) }
	})}
	desk.zone = time.UTC
	desk.send(tea.WindowSizeMsg{Width: w, Height: h})
	return desk
}

func (d desk) send(msg tea.Msg) {
	_, cmd := d.Update(msg)
	d.do(cmd)
}

func (d desk) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			d.do(c)
		}
	case loadedMsg, grownMsg, explainedMsg, comparedMsg:
		d.send(msg)
	}
}

func (d desk) press(names ...string) {
	for _, name := range names {
		d.send(pressOf(name))
	}
}

// Until the first frame with the beginning of a body of 10 MiB.
func BenchmarkDetailOpens10MiB(b *testing.B) {
	d := bigDelivery(longBody(10 << 20))
	s := newDesk(b, 200, 60, someDelivery(0))
	for b.Loop() {
		s.Update(loadedMsg{pageOf(time.UTC, d)})
		_ = s.View()
	}
}

// Until all of it is there, beside the screen.
func BenchmarkDetailReads10MiB(b *testing.B) {
	d := bigDelivery(longBody(10 << 20))
	for b.Loop() {
		newBody(d.Header, d.Body, true)
	}
}

func BenchmarkDetailFrame(b *testing.B) {
	body := longBody(10 << 20)
	for _, c := range []struct {
		name string
		keys []string
	}{
		{"json", []string{"4", "enter", "end", "pgup"}},
		{"folded", []string{"4", "enter", "["}},
		{"raw", []string{"4", "enter", "x", "end"}},
		{"hex", []string{"4", "enter", "x", "x", "end"}},
	} {
		for _, search := range []string{"", "evt_"} {
			b.Run(c.name+map[bool]string{true: " searched"}[search != ""], func(b *testing.B) {
				s := newDesk(b, 200, 60, bigDelivery(body))
				s.press(c.keys...)
				s.detail.search(search)
				s.detail.endSearch(true)
				for n := 0; b.Loop(); n++ {
					s.Update(pressOf([]string{"pgdown", "pgup", "up", "down"}[n%4]))
					_ = s.View()
				}
			})
		}
	}
}

// A key typed into the search of a body of 10 MiB.
func BenchmarkDetailSearch10MiB(b *testing.B) {
	for _, keys := range [][]string{{"4", "enter"}, {"4", "enter", "x"}, {"4", "enter", "x", "x"}} {
		for _, text := range []string{"e", "evt_00061", "nowhere", "Nowhere"} {
			b.Run(fmt.Sprint(len(keys), text), func(b *testing.B) {
				s := newDesk(b, 200, 60, bigDelivery(longBody(10<<20)))
				s.press(keys...)
				for b.Loop() {
					s.detail.search(text)
					_ = s.View()
				}
			})
		}
	}
}
