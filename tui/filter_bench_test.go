package tui

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

// fullScreen lists as many deliveries as a list holds; typed, if not empty, filters them. Its commands run at once.
func fullScreen(tb testing.TB, typed string) *screen {
	news := make(chan []inspect.Summary)
	tb.Cleanup(func() { close(news) })
	s := newScreen(Config{URL: testURL, Search: searching}, func(call func(context.Context) tea.Msg) tea.Cmd {
		return func() tea.Msg { return call(context.Background()) }
	})
	s.zone = time.UTC
	for n := range rowLimit {
		s.list.put(separate(n))
	}
	s.Update(tea.WindowSizeMsg{Width: 200, Height: 60})
	if typed != "" {
		answer(s, s.filterChanged(typed))
	}
	return s
}

// answer runs a look of the filter, and those that follow.
func answer(s *screen, cmd tea.Cmd) {
	for cmd != nil {
		msg, ok := cmd().(lookedMsg)
		if !ok {
			return
		}
		cmd = s.filterMsg(msg)
	}
}

// separate is the n-th delivery's summary, with texts of its own, as they come from a database.
func separate(n int) inspect.Summary {
	d := someDelivery(n % 1000).Summary()
	d.ID, d.ProviderID = fmt.Sprintf("d_%012d", n), fmt.Sprintf("evt_%024d", n)
	d.Endpoint = "quiet-otter-k7q2"
	for _, text := range []*string{&d.Method, &d.Path, &d.Provider, &d.EventType, &d.Target, &d.Endpoint, (*string)(&d.Verdict), (*string)(&d.Reason), (*string)(&d.Outcome), &d.Err} {
		*text = strings.Clone(*text)
	}
	return d
}

func BenchmarkListFrame(b *testing.B) {
	for _, typed := range []string{"", "stripe", "00"} {
		b.Run("filter="+typed, func(b *testing.B) {
			s := fullScreen(b, typed)
			one := someDelivery(1).Summary()
			for n := 0; b.Loop(); n++ {
				one.ID = fmt.Sprint("d_new", n)
				s.list.take([]inspect.Summary{one})
				answer(s, s.judge([]inspect.Summary{one}))
				s.arrange()
				_ = s.View()
			}
		})
	}
}

// From the key to the first page, and to the end of the list.
func BenchmarkFilterAll(b *testing.B) {
	s := fullScreen(b, "")
	b.Run("first", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			cmd := s.filterChanged(fmt.Sprint("stripe", n%2))
			s.filterMsg(cmd())
		}
	})
	b.Run("all", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			answer(s, s.filterChanged(fmt.Sprint("00", n%2)))
		}
	})
}

// A second of a thousand deliveries, each of which changes once, as the screen sees it: thirty batches.
func BenchmarkThousandASecond(b *testing.B) {
	s := fullScreen(b, "stripe")
	for n := 0; b.Loop(); n++ {
		for frame := range framesPerSecond {
			var batch []inspect.Summary
			for i := range 1000 / framesPerSecond {
				d := someDelivery(i).Summary()
				d.ID = fmt.Sprint(n, "-", frame, "-", i)
				d.Status = 0
				batch = append(batch, d)
				d.Status = 200
				batch = append(batch, d)
			}
			s.list.take(batch)
			answer(s, s.judge(batch))
			s.arrange()
			_ = s.View()
		}
	}
}

// A full list takes little memory, whatever its deliveries came from.
func TestMemoryOfAFullList(t *testing.T) {
	in := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := in()
	s := fullScreen(t, "stripe")
	took := in() - before
	const most = 30 << 20
	t.Logf("%d deliveries take %d MiB", len(s.list.rows), took>>20)
	if took > most {
		t.Errorf("%d deliveries take %d MiB, want at most %d", len(s.list.rows), took>>20, most>>20)
	}
	runtime.KeepAlive(s)
}
