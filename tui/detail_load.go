package tui

import (
	"context"
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

const (
	pageLimit = 8        // pages that are kept
	pageBytes = 64 << 20 // that they may have together, but for the last
)

// What the detail was brought.
type (
	loadedMsg    struct{ page *page }
	explainedMsg struct{ id, text string }
	grownMsg     struct {
		id       string
		of, body *body
	}
	comparedMsg struct {
		id         string
		comparison *comparison
	}
)

// A library is where the detail gets what it shows.
type library struct {
	start  runner
	zone   *time.Location
	config Config
	other  func(inspect.Summary) (id, why string) // with what one is compared: see list.counterpart
}

// load asks for what is to be shown and is not there: the page of s, and what its open tab needs besides. One of each is
// under way at a time.
func (d *detail) load(l library, s inspect.Summary) tea.Cmd {
	var page, more tea.Cmd
	if id := d.wants(s.ID); id != "" {
		page = l.start(func(ctx context.Context) tea.Msg { return loadedMsg{l.page(ctx, id)} })
	}
	if !d.errand {
		more = d.wantsMore(l, s)
		d.errand = more != nil
	}
	return tea.Batch(page, more)
}

func (l library) delivery(ctx context.Context, id string) (*inspect.Delivery, error) {
	if l.config.Deliveries == nil {
		return nil, errors.New("there is no history to load it from")
	}
	return l.config.Deliveries.Delivery(ctx, id)
}

func (l library) page(ctx context.Context, id string) *page {
	d, err := l.delivery(ctx, id)
	if err != nil {
		return failedPage(id, err)
	}
	p := pageOf(l.zone, d)
	p.id = id
	return p
}

// wantsMore asks for what the open tab of the page of s needs: what takes long is made only when it is looked at.
func (d *detail) wantsMore(l library, s inspect.Summary) tea.Cmd {
	at := d.find(s.ID)
	if at < 0 || d.pages[at].delivery == nil {
		return nil
	}
	p := d.pages[at]
	if b := p.body(d.tab); b != nil && b.readable.more && d.form == readable {
		return l.start(func(context.Context) tea.Msg { return grownMsg{p.id, b, b.grown()} })
	}
	switch {
	case d.tab == signatureTab && p.explained == nil:
		return l.start(func(context.Context) tea.Msg {
			if l.config.Explain == nil {
				return explainedMsg{p.id, ""}
			}
			return explainedMsg{p.id, l.config.Explain(p.delivery)}
		})
	case d.tab == diffTab:
		return d.wantsOther(l, s, p)
	}
	return nil
}

// wantsOther asks for what p is to be compared with, and the comparison.
func (d *detail) wantsOther(l library, s inspect.Summary, p *page) tea.Cmd {
	id, why := l.other(s)
	if p.comparison != nil && p.comparison.with == id && p.comparison.why == why {
		return nil
	}
	if id == "" {
		return l.start(func(context.Context) tea.Msg { return comparedMsg{p.id, &comparison{of: p.delivery, why: why}} })
	}
	var other *inspect.Delivery
	if at := d.find(id); at >= 0 && !d.pages[at].stale {
		other = d.pages[at].delivery
	}
	return l.start(func(ctx context.Context) tea.Msg {
		var err error
		if other == nil {
			other, err = l.delivery(ctx, id)
		}
		if err != nil {
			return comparedMsg{p.id, &comparison{of: p.delivery, with: id, why: why, err: err}}
		}
		c := compare(p.delivery, other, why)
		c.with = id
		return comparedMsg{p.id, c}
	})
}

// learn takes what was asked for besides a page.
func (d *detail) learn(msg tea.Msg) {
	d.errand = false
	d.fills++
	switch msg := msg.(type) {
	case explainedMsg:
		if p := d.pageWith(msg.id); p != nil {
			p.explain(msg.text)
		}
	case comparedMsg:
		if p := d.pageWith(msg.id); p != nil && p.delivery == msg.comparison.of {
			msg.comparison.all = p.comparison != nil && p.comparison.all
			p.comparison = msg.comparison
		}
	case grownMsg:
		p := d.pageWith(msg.id)
		switch {
		case p == nil:
			return
		case p.request == msg.of:
			p.request = msg.body
		case p.response == msg.of:
			p.response = msg.body
		}
		msg.body.take(msg.of)
		d.evict()
	}
}

// wants is the id of the delivery to load now; empty if there is nothing to load or something is being loaded.
func (d *detail) wants(id string) string {
	if d.loading != "" {
		return ""
	}
	if at := d.find(id); at >= 0 && !d.pages[at].stale {
		return ""
	}
	d.loading = id
	return id
}

// loaded takes a page that was asked for.
func (d *detail) loaded(p *page) {
	d.loading = ""
	p.stale, d.outdated = d.outdated, false
	if at := d.find(p.id); at >= 0 {
		p.take(d.pages[at])
		d.pages = slices.Delete(d.pages, at, at+1)
	}
	d.pages = append(d.pages, p)
	d.evict()
	d.fills++
}

// evict drops the pages that were not looked at for longest, if there are too many.
func (d *detail) evict() {
	size := 0
	for at, p := range slices.Backward(d.pages) {
		size += p.size()
		if kept := len(d.pages) - at; kept > pageLimit || kept > 1 && size > pageBytes {
			d.pages = slices.Delete(d.pages, 0, at+1)
			return
		}
	}
}

// changed notes that the delivery with that id is no longer what was loaded.
func (d *detail) changed(id string) {
	if id == d.loading {
		d.outdated = true
	}
	for _, p := range d.pages {
		p.stale = p.stale || p.id == id
		if p.comparison != nil && p.comparison.with == id {
			p.comparison = nil
		}
	}
}

// find is the index of the page with that id, or -1.
func (d *detail) find(id string) int {
	return slices.IndexFunc(d.pages, func(p *page) bool { return p.id == id })
}

// pageWith is the page with that id, or nil if it is not there or could not be loaded.
func (d *detail) pageWith(id string) *page {
	if at := d.find(id); at >= 0 && d.pages[at].delivery != nil {
		return d.pages[at]
	}
	return nil
}
