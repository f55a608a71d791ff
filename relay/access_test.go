package relay_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/state"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// proofOf is how an endpoint's owner tells the relay of something secret.
func proofOf(secret string) []string {
	sum := sha256.Sum256([]byte(secret))
	return []string{strings.Repeat("0", 64), hex.EncodeToString(sum[:])}
}

func basic(userPassword string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(userPassword))
}

// demanding has an endpoint demand that of its senders.
func demanding(a wire.Access) func(*tunnel.Client) {
	return func(c *tunnel.Client) { c.Settings.Access = &a }
}

func TestAccess(t *testing.T) {
	userPassword, token, inURL := proofOf("ann:s3cret: with a colon"), proofOf("t0ken"), proofOf("s & e")
	networks := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}
	const rightURL = "?a=1&hook_secret=s+%26+e"
	right := basic("ann:s3cret: with a colon")
	for name, c := range map[string]struct {
		access wire.Access
		from   string
		path   string
		line   string
		status int
		code   string
		wants  []string // the schemes of WWW-Authenticate
	}{
		"nothing":                  {wire.Access{}, "192.0.2.1", "", "", 200, "", nil},
		"basic":                    {wire.Access{Basic: userPassword}, "", "", right, 200, "", nil},
		"basic, lower case":        {wire.Access{Basic: userPassword}, "", "", strings.Replace(right, "Basic", "basic", 1), 200, "", nil},
		"basic, none":              {wire.Access{Basic: userPassword}, "", "", "", 401, "access_denied", []string{"Basic"}},
		"basic, wrong":             {wire.Access{Basic: userPassword}, "", "", basic("ann:secret"), 401, "access_denied", []string{"Basic"}},
		"basic, no password":       {wire.Access{Basic: userPassword}, "", "", basic("ann:"), 401, "access_denied", []string{"Basic"}},
		"basic, no colon":          {wire.Access{Basic: userPassword}, "", "", basic("ann"), 401, "access_denied", []string{"Basic"}},
		"basic, rubbish":           {wire.Access{Basic: userPassword}, "", "", "Authorization: Basic ???", 401, "access_denied", []string{"Basic"}},
		"basic, its hash":          {wire.Access{Basic: userPassword}, "", "", "Authorization: Basic " + userPassword[1], 401, "access_denied", []string{"Basic"}},
		"bearer":                   {wire.Access{Bearer: token}, "", "", "Authorization: Bearer t0ken", 200, "", nil},
		"bearer, wrong":            {wire.Access{Bearer: token}, "", "", "Authorization: Bearer T0ken", 401, "access_denied", []string{"Bearer"}},
		"bearer, its hash":         {wire.Access{Bearer: token}, "", "", "Authorization: Bearer " + token[1], 401, "access_denied", []string{"Bearer"}},
		"bearer, as basic":         {wire.Access{Bearer: proofOf("ann:x")}, "", "", basic("ann:x"), 401, "access_denied", []string{"Bearer"}},
		"bearer, another scheme":   {wire.Access{Bearer: token}, "", "", "Authorization: Digest t0ken", 401, "access_denied", []string{"Bearer"}},
		"in the URL":               {wire.Access{URLSecret: inURL}, "", rightURL, "", 200, "", nil},
		"in the URL, wrong":        {wire.Access{URLSecret: inURL}, "", "?hook_secret=s", "", 401, "access_denied", []string{"URL-Secret"}},
		"in the URL, empty":        {wire.Access{URLSecret: proofOf("")}, "", "?hook_secret=", "", 401, "access_denied", []string{"URL-Secret"}},
		"in the URL, another name": {wire.Access{URLSecret: inURL}, "", "?secret=s+%26+e", "", 401, "access_denied", []string{"URL-Secret"}},
		"in the URL, as bearer":    {wire.Access{URLSecret: token}, "", "", "Authorization: Bearer t0ken", 401, "access_denied", []string{"URL-Secret"}},
		"any one of three":         {wire.Access{Basic: userPassword, Bearer: token, URLSecret: inURL}, "", rightURL, "Authorization: Bearer no", 200, "", nil},
		"none of three": {
			wire.Access{Basic: userPassword, Bearer: token, URLSecret: inURL}, "", "", "", 401, "access_denied", []string{"Basic", "Bearer", "URL-Secret"},
		},
		"a network":                     {wire.Access{Networks: networks}, "192.0.2.77", "", "", 200, "", nil},
		"a network of IPv6":             {wire.Access{Networks: networks}, "2001:db8::1", "", "", 200, "", nil},
		"another network":               {wire.Access{Networks: networks}, "198.51.100.1", "", "", 403, "network_denied", nil},
		"this machine, another network": {wire.Access{Networks: networks}, "", "", "", 403, "network_denied", nil},
		"a network and a proof":         {wire.Access{Networks: networks, Bearer: token}, "192.0.2.77", "", "Authorization: Bearer t0ken", 200, "", nil},
		"a network without the proof":   {wire.Access{Networks: networks, Bearer: token}, "192.0.2.77", "", "", 401, "access_denied", []string{"Bearer"}},
		"a proof from another network":  {wire.Access{Networks: networks, Bearer: token}, "198.51.100.1", "", "Authorization: Bearer t0ken", 403, "network_denied", nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := startRelay(t, limited(relay.Limits{}))
			saw := make(chan *inspect.Delivery, 1)
			h.connect(func(_ context.Context, _ http.ResponseWriter, d *inspect.Delivery, _ io.Reader) { saw <- d }, demanding(c.access))
			lines := []string{}
			if c.line != "" {
				lines = append(lines, c.line)
			}
			got := h.from(c.from, atOtter+c.path, lines...)
			if c.status == http.StatusOK {
				wantStatus(t, got, http.StatusOK)
				d := within(t, saw, "the delivery") // with all that it came with, as some schemes sign it
				if d.Path != c.path || c.line != "" && "Authorization: "+d.Header.Get("Authorization") != c.line {
					t.Errorf("the app got %s with %q", d.Path, d.Header)
				}
				return
			}
			wantFailure(t, got, c.status, c.code)
			if len(saw) > 0 {
				t.Error("the app got it all the same")
			}
			var wants []string
			for _, challenge := range got.Header["Www-Authenticate"] {
				scheme, realm, _ := strings.Cut(challenge, " ")
				if wants = append(wants, scheme); realm != `realm="`+otter+`"` {
					t.Errorf("got the challenge %q", challenge)
				}
			}
			if strings.Join(wants, " ") != strings.Join(c.wants, " ") {
				t.Errorf("it is said to want %q, not %q", wants, c.wants)
			}
		})
	}
}

// What an endpoint demands it demands while its client is away, too; and it counts before anything is held.
func TestAccessWhileAway(t *testing.T) {
	store, withStore := withInbox(t, state.InboxLimits{})
	h := startRelay(t, withStore)
	if err := h.connect(echo, away("hold"), demanding(wire.Access{Bearer: proofOf("t0ken")}), hasty).stop(); err != nil {
		t.Fatal(err)
	}
	h.untilGone()
	wantFailure(t, h.from("", atOtter), http.StatusUnauthorized, "access_denied")
	if n := store.Waiting(otter); n != 0 {
		t.Errorf("%d deliveries are held", n)
	}
	wantHeld(t, h.from("", atOtter, "Authorization: Bearer t0ken"))
}

// A sender hears that they may not before they have sent a long body.
func TestAccessBeforeTheBody(t *testing.T) {
	h := startRelay(t)
	h.connect(echo, demanding(wire.Access{Bearer: proofOf("t0ken")}))
	got := h.say("POST "+atOtter+" HTTP/1.1", "Host: "+h.addr, "Expect: 100-continue", "Content-Length: 1000000")
	wantFailure(t, got, http.StatusUnauthorized, "access_denied")
}

// A log is what was logged; several may write it.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Who guesses is soon not listened to any more, at that endpoint. Secrets get into no log and no answer.
func TestAccessThatIsGuessed(t *testing.T) {
	var l log
	h := startRelay(t, limited(relay.Limits{WrongProofs: 4}), func(c *relay.Config) {
		c.Log = slog.New(slog.NewTextHandler(&l, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	a := wire.Access{Basic: proofOf("ann:hush-1"), URLSecret: proofOf("hush-2")}
	h.connect(echo, demanding(a))
	h.connect(echo, demanding(a), named("other-otter"))
	const stranger = "192.0.2.1"
	for range 10 { // who shows nothing guesses nothing
		wantFailure(t, h.from(stranger, atOtter), http.StatusUnauthorized, "access_denied")
	}
	for range 2 {
		got := []answer{h.from(stranger, atOtter, basic("ann:hush-3")), h.from(stranger, atOtter+"?hook_secret=hush-4")}
		for _, got := range got {
			wantFailure(t, got, http.StatusUnauthorized, "access_denied")
			if strings.Contains(got.String(), "hush") {
				t.Errorf("got %s", got)
			}
		}
	}
	wantLater(t, h.from(stranger, atOtter, basic("ann:hush-1")), http.StatusTooManyRequests, "too_many_requests", 15)
	wantStatus(t, h.from(stranger, "/e/other-otter", basic("ann:hush-1")), http.StatusOK)
	wantStatus(t, h.from("192.0.2.2", atOtter+"?hook_secret=hush-2"), http.StatusOK)
	if text := l.String(); strings.Contains(text, "hush") || !strings.Contains(text, "tunnel connected") {
		t.Errorf("the log has\n%s", text)
	}
}
