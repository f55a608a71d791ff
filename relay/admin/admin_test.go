package admin_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/internal/leaks"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/admin"
	"github.com/seed-4575fdc3/hook/relay/state"
)

func TestMain(m *testing.M) { os.Exit(leaks.Run(m)) }

// A house is an API over a store of its own, asked over HTTP.
type house struct {
	*testing.T
	store  *state.Store
	api    *admin.API
	socket *httptest.Server // the operator's
	public *httptest.Server
}

func newHouse(t *testing.T) *house {
	t.Helper()
	store, err := state.Open(t.Context(), t.TempDir(), state.InboxLimits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	server, err := relay.New(relay.Config{PublicURL: "https://relay.example"})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{T: t, store: store, api: admin.New(store, "hook-relay/test")}
	h.api.Serves(server)
	h.socket, h.public = httptest.NewServer(h.api.Local()), httptest.NewServer(h.api.Remote())
	t.Cleanup(func() {
		h.socket.Close()
		h.public.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// ask wants that status, and reads the answer into out unless that is nil.
func (h *house) ask(s *httptest.Server, token, method, path, body string, status int, out any) string {
	h.Helper()
	req, err := http.NewRequestWithContext(h.Context(), method, s.URL+admin.Prefix+path, strings.NewReader(body))
	if err != nil {
		h.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := s.Client().Do(req)
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		h.Fatal(err)
	}
	if resp.StatusCode != status {
		h.Errorf("%s %s: got %d, want %d: %s", method, path, resp.StatusCode, status, answer)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			h.Errorf("%s %s: %v in %s", method, path, err, answer)
		}
	}
	return string(answer)
}

// create makes a token at the operator's socket.
func (h *house) create(body string) string {
	h.Helper()
	var made admin.NewToken
	h.ask(h.socket, "", "POST", "tokens", body, http.StatusCreated, &made)
	return made.Secret
}

func TestScopes(t *testing.T) {
	h := newHouse(t)
	listen := h.create(`{"name":"ann"}`)
	read := h.create(`{"name":"board","scopes":["read"]}`)
	all := h.create(`{"name":"root","scopes":["admin"]}`)
	for _, c := range []struct {
		method, path, body        string
		none, listen, read, admin int
	}{
		{"GET", "status", "", 401, 200, 200, 200},
		{"GET", "names", "", 401, 200, 200, 200},
		{"GET", "tokens", "", 401, 403, 403, 200},
		{"GET", "audit", "", 401, 403, 403, 200},
		{"GET", "audit?last=x", "", 401, 403, 403, 400},
		{"POST", "tokens", `{"name":"made-by-admin"}`, 401, 403, 403, 201},
		{"DELETE", "tokens/made-by-admin", "", 401, 403, 403, 200},
		{"DELETE", "tokens/nobody", "", 401, 403, 403, 404},
		{"POST", "names/rude-otter/ban", `{"why":"phishing"}`, 401, 403, 403, 200},
		{"POST", "names/Bad_Name/ban", `{}`, 401, 403, 403, 400},
		{"DELETE", "names/rude-otter", "", 401, 404, 404, 200},
		{"GET", "tunnels", "", 401, 200, 200, 200},
		{"GET", "drain", "", 401, 403, 403, 200},
		{"POST", "drain", "", 401, 403, 403, 200},
		{"DELETE", "drain", "", 401, 403, 403, 200},
		{"GET", "nothing", "", 401, 404, 404, 404},
	} {
		for _, by := range []struct {
			token  string
			status int
		}{{"", c.none}, {"hk_wrong", c.none}, {listen, c.listen}, {read, c.read}, {all, c.admin}} {
			h.ask(h.public, by.token, c.method, c.path, c.body, by.status, nil)
		}
	}
}

func TestNamesAreSeenByTheirOwners(t *testing.T) {
	h := newHouse(t)
	ann, ben := h.create(`{"name":"ann"}`), h.create(`{"name":"ben","pattern":"ben-*","most":2}`)
	for name, owner := range map[string]string{"quiet-otter": "ann", "ben-otter": "ben"} {
		if _, err := h.store.Claim(t.Context(), relay.Claim{Name: name, By: relay.OwnerOf(owner)}); err != nil {
			t.Fatal(err)
		}
	}
	var names []admin.Name
	h.ask(h.public, ann, "GET", "names", "", 200, &names)
	if len(names) != 1 || names[0].Name != "quiet-otter" || names[0].URL != "https://relay.example/e/quiet-otter" {
		t.Errorf("ann sees %+v", names)
	}
	h.ask(h.public, ann, "DELETE", "names/ben-otter", "", 404, nil)
	h.ask(h.public, ben, "DELETE", "names/ben-otter", "", 200, nil)
	h.ask(h.socket, "", "GET", "names", "", 200, &names)
	if len(names) != 1 || names[0].Owner != "token:ann" {
		t.Errorf("the operator sees %+v", names)
	}
	var status admin.Status
	h.ask(h.public, ben, "GET", "status", "", 200, &status)
	if status.Token != "ben" || status.Pattern != "ben-*" || status.Most != 2 || status.Names != 0 || status.Software != "hook-relay/test" {
		t.Errorf("ben's status is %+v", status)
	}
}

// Who hangs up while a token is revoked has revoked it all the same, and it is in the audit log.
func TestActsAreDoneToTheirEnd(t *testing.T) {
	h := newHouse(t)
	h.create(`{"name":"ann"}`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.api.Local().ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "DELETE", admin.Prefix+"tokens/ann", nil))
	var events []state.Event
	h.ask(h.socket, "", "GET", "audit?last=1", "", 200, &events)
	if len(h.store.Tokens()) != 0 || len(events) != 1 || events[0].Did != "token revoke" {
		t.Errorf("there are the tokens %v, and the last event is %+v", h.store.Tokens(), events)
	}
}

func TestTokensAreNotShownAgain(t *testing.T) {
	h := newHouse(t)
	secret := h.create(`{"name":"ann","scopes":["listen","read"]}`)
	if list := h.ask(h.socket, "", "GET", "tokens", "", 200, nil); strings.Contains(list, secret) || strings.Contains(list, "hash") || !strings.Contains(list, `"ann"`) {
		t.Errorf("the list is %s", list)
	}
	for body, status := range map[string]int{
		`{"name":"ann"}`: 409, `{"name":""}`: 400, `{"name":"x","scopes":["root"]}`: 400, `{"name":"x","pattern":"["}`: 400, `{"nam":"x"}`: 400, `{`: 400,
	} {
		h.ask(h.socket, "", "POST", "tokens", body, status, nil)
	}
}

// Tokens of a file may listen, and see what is theirs.
func TestTokensOfAFile(t *testing.T) {
	h := newHouse(t)
	h.api.Others = fileTokens{}
	var status admin.Status
	h.ask(h.public, "0123456789abcdef", "GET", "status", "", 200, &status)
	if status.Token != "carol" || status.Pattern != "carol-*" {
		t.Errorf("got %+v", status)
	}
	h.ask(h.public, "0123456789abcdef", "GET", "tokens", "", 403, nil)
	h.ask(h.public, "0123456789abcdeg", "GET", "status", "", 401, nil)
}

type fileTokens struct{}

func (fileTokens) Grant(token string) (relay.Grant, bool) {
	return relay.Grant{Name: "carol", Pattern: "carol-*"}, token == "0123456789abcdef"
}
