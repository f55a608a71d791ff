package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/admin"
	"github.com/seed-4575fdc3/hook/relay/state"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// hold holds that many deliveries for a name.
func (h *house) hold(name string, n int) {
	h.Helper()
	for i := range n {
		head := &wire.RequestHead{
			ID: inspect.NewID(), ReceivedAt: time.Now(), Remote: "192.0.2.1", Proto: "HTTP/1.1", Host: "relay.example", Method: "POST",
			Base: "https://relay.example/e/" + name, Path: fmt.Sprintf("/%d", i), Header: http.Header{"Authorization": {"Basic c2VjcmV0"}}, Length: 6,
		}
		if err := h.store.Hold(h.Context(), name, head, []byte("a body")); err != nil {
			h.Fatal(err)
		}
	}
}

// die makes the deliveries that have waited longest dead letters.
func (h *house) die(name string, n int) {
	h.Helper()
	for range n {
		held, err := h.store.Next(h.Context(), name)
		if err != nil {
			h.Fatal(err)
		}
		for dead := false; !dead; {
			if err := h.store.Try(h.Context(), held); err != nil {
				h.Fatal(err)
			}
			if dead, err = h.store.Fail(h.Context(), held, "Internal Server Error", true); err != nil {
				h.Fatal(err)
			}
		}
	}
}

func (h *house) own(name, owner string) {
	h.Helper()
	settings := wire.Settings{WhenAway: "hold", Access: &wire.Access{Bearer: []string{"secret-hash"}}}
	if _, err := h.store.Claim(h.Context(), relay.Claim{Name: name, By: relay.OwnerOf(owner), Settings: settings}); err != nil {
		h.Fatal(err)
	}
}

// One's own inbox is for who may listen there; all are seen with read, and changed with admin.
func TestWhoseInbox(t *testing.T) {
	h := newHouse(t)
	ann, ben := h.create(`{"name":"ann"}`), h.create(`{"name":"ben"}`)
	read, all := h.create(`{"name":"board","scopes":["read"]}`), h.create(`{"name":"root","scopes":["admin"]}`)
	h.own("quiet-otter", "ann")
	h.hold("quiet-otter", 1)
	for _, c := range []struct {
		method, path               string
		none, ann, ben, read, root int
	}{
		{"GET", "inbox", 401, 200, 200, 200, 200},
		{"GET", "inbox/quiet-otter", 401, 200, 404, 200, 200},
		{"GET", "inbox/nobody-here", 401, 404, 404, 404, 404},
		{"GET", "inbox/quiet-otter?after=x", 401, 400, 404, 400, 400},
		{"GET", "inbox/quiet-otter?most=1001", 401, 400, 404, 400, 400},
		{"POST", "inbox/quiet-otter/redeliver", 401, 200, 404, 404, 200},
		{"POST", "inbox/quiet-otter/redeliver?key=x", 401, 400, 404, 404, 400},
		{"DELETE", "inbox/quiet-otter/12345", 401, 200, 404, 404, 200},
		{"DELETE", "inbox/quiet-otter/x", 401, 400, 404, 404, 400},
		{"DELETE", "inbox/quiet-otter?dead=1", 401, 200, 404, 404, 200},
		{"DELETE", "inbox/quiet-otter?dead=1&key=1", 401, 400, 404, 404, 400},
	} {
		for _, by := range []struct {
			token  string
			status int
		}{{"", c.none}, {"hk_wrong", c.none}, {ann, c.ann}, {ben, c.ben}, {read, c.read}, {all, c.root}} {
			h.ask(h.public, by.token, c.method, c.path, "", by.status, nil)
		}
	}
	if h.store.Waiting("quiet-otter") != 1 {
		t.Error("what was held is gone")
	}
	h.ask(h.public, ben, "DELETE", "inbox/quiet-otter", "", 404, nil)
	h.ask(h.public, read, "DELETE", "inbox/quiet-otter", "", 404, nil)
	h.ask(h.public, ann, "DELETE", "inbox/quiet-otter", "", 200, nil)
	if h.store.Waiting("quiet-otter") != 0 {
		t.Error("what was dropped is held")
	}
}

// Without a value it means the dead letters too, and never all there is.
func TestDeadWithoutAValue(t *testing.T) {
	h := newHouse(t)
	h.own("quiet-otter", "ann")
	h.hold("quiet-otter", 2)
	h.die("quiet-otter", 1)
	var dead []admin.Held
	h.ask(h.socket, "", "GET", "inbox/quiet-otter?dead", "", 200, &dead)
	h.ask(h.socket, "", "DELETE", "inbox/quiet-otter?dead", "", 200, nil)
	if waiting, left := h.store.Waiting("quiet-otter"), h.store.Dead("quiet-otter"); len(dead) != 1 || waiting != 1 || left != 0 {
		t.Errorf("%d were listed; %d wait and %d dead letters are left", len(dead), waiting, left)
	}
}

func TestInboxIsListedInPages(t *testing.T) {
	h := newHouse(t)
	ann := h.create(`{"name":"ann"}`)
	h.own("quiet-otter", "ann")
	h.api.Event = func(held *relay.Held) (provider, event string) { return "github", string(held.Body) }
	h.hold("quiet-otter", 23)
	h.hold("somebody-elses", 1)
	h.die("quiet-otter", 3)

	var totals []state.Backlog
	h.ask(h.public, ann, "GET", "inbox", "", 200, &totals)
	if len(totals) != 1 || totals[0].Name != "quiet-otter" || totals[0].Waiting != 20 || totals[0].Dead != 3 || totals[0].Oldest.IsZero() {
		t.Errorf("the totals are %+v", totals)
	}
	var paths []string
	for after, page := uint64(0), []admin.Held(nil); ; after = page[len(page)-1].Key {
		page = nil
		text := h.ask(h.public, ann, "GET", fmt.Sprintf("inbox/quiet-otter?most=7&after=%d", after), "", 200, &page)
		if strings.Contains(text, "c2VjcmV0") {
			t.Errorf("a page has headers: %s", text)
		}
		if len(page) == 0 {
			break
		}
		for _, held := range page {
			paths = append(paths, held.Path)
			if held.Event != "a body" || held.Provider != "github" || held.Size != 6 || held.Attempts != 0 || !inspect.IsID(held.Delivery) {
				t.Errorf("got %+v", held)
			}
		}
	}
	if len(paths) != 20 || paths[0] != "/3" || paths[19] != "/22" {
		t.Errorf("got %v, want those from /3 to /22 in order", paths)
	}

	var dead []admin.Held
	h.ask(h.public, ann, "GET", "inbox/quiet-otter?dead=1", "", 200, &dead)
	if len(dead) != 3 || dead[0].Path != "/0" || dead[0].Failures != 5 || dead[0].Attempts != 5 || dead[0].Why != "Internal Server Error" || dead[0].Tried.IsZero() {
		t.Fatalf("the dead letters are %+v", dead)
	}
	var did map[string]int
	h.ask(h.public, ann, "POST", fmt.Sprintf("inbox/quiet-otter/redeliver?key=%d&key=1", dead[1].Key), "", 200, &did)
	if did["waiting_again"] != 1 || h.store.Waiting("quiet-otter") != 21 {
		t.Errorf("redelivered: %v, and %d wait", did, h.store.Waiting("quiet-otter"))
	}
	h.ask(h.public, ann, "DELETE", "inbox/quiet-otter?dead=1", "", 200, &did)
	if did["dropped"] != 2 || h.store.Waiting("quiet-otter") != 21 {
		t.Errorf("dropped the dead: %v, and %d wait", did, h.store.Waiting("quiet-otter"))
	}
	h.ask(h.public, ann, "DELETE", fmt.Sprintf("inbox/quiet-otter/%d", dead[1].Key), "", 200, &did)
	if did["dropped"] != 1 || h.store.Waiting("quiet-otter") != 20 {
		t.Errorf("dropped one: %v, and %d wait", did, h.store.Waiting("quiet-otter"))
	}

	var released admin.Released
	h.ask(h.public, ann, "DELETE", "names/quiet-otter", "", 200, &released)
	if released.Name != "quiet-otter" || released.Dropped != 20 || h.store.Waiting("quiet-otter") != 0 {
		t.Errorf("released: %+v, and %d wait", released, h.store.Waiting("quiet-otter"))
	}
}

// What an endpoint is like is seen without what senders must prove.
func TestSettingsOfNames(t *testing.T) {
	h := newHouse(t)
	h.own("quiet-otter", "ann")
	var names []admin.Name
	text := h.ask(h.socket, "", "GET", "names", "", 200, &names)
	if len(names) != 1 || names[0].WhenAway != "hold" || len(names[0].Access) != 1 || names[0].Access[0] != "bearer" || strings.Contains(text, "secret-hash") {
		t.Errorf("got %s", text)
	}
}
