package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/seed-4575fdc3/hook/internal/httptext"
)

// Version is the protocol version that this package speaks.
const Version = 1

// A Hello is the client's first frame: PROTOCOL.md section 3.
type Hello struct {
	Versions   []int  `json:"versions"`
	Software   string `json:"software"`
	Instance   string `json:"instance"`
	Name       string `json:"name"`
	Secret     string `json:"secret,omitempty"`
	TakeOver   bool   `json:"take_over,omitempty"`
	Window     int    `json:"window"`
	MaxStreams int    `json:"max_streams"`
	KnowsIdle  bool   `json:"knows_idle,omitempty"` // it heeds Welcome.IdleMS
	ExpireMS   int64  `json:"expire_ms,omitempty"`  // after that the name is to be nobody's again

	Settings   Settings `json:"settings,omitzero"`     // what is to be otherwise from now on
	MaxBacklog *int     `json:"max_backlog,omitempty"` // more held deliveries than that are not wanted: the claim is to be refused; nil: any number
}

// A Welcome is the relay's first frame, if it takes the claim.
type Welcome struct {
	Version     int      `json:"version"`
	Software    string   `json:"software"`
	Name        string   `json:"name"`
	URL         string   `json:"url"`
	Public      bool     `json:"public"`
	HeartbeatMS int      `json:"heartbeat_ms"`
	IdleMS      int      `json:"idle_heartbeat_ms,omitempty"`
	Window      int      `json:"window"`
	Backlog     int      `json:"backlog,omitempty"` // how many held deliveries come now
	Dead        int      `json:"dead,omitempty"`    // how many dead letters the endpoint has
	Settings    Settings `json:"settings,omitzero"` // of the endpoint, without secrets
}

// Heartbeat is how often the relay sends PING.
func (w Welcome) Heartbeat() time.Duration { return time.Duration(w.HeartbeatMS) * time.Millisecond }

// Idle is how often it does while the tunnel is idle; 0: as ever.
func (w Welcome) Idle() time.Duration { return time.Duration(w.IdleMS) * time.Millisecond }

// A Code says why a side goes away: PROTOCOL.md section 7.
type Code string

// The codes of a GoAway.
const (
	CodeDraining    Code = "draining"
	CodeReplaced    Code = "replaced"
	CodeInUse       Code = "in_use"
	CodeNameTaken   Code = "name_taken"
	CodeNameInvalid Code = "name_invalid"
	CodeForbidden   Code = "forbidden"
	CodeVersion     Code = "version"
	CodeProtocol    Code = "protocol"
	CodeUnavailable Code = "unavailable"
	CodeBacklog     Code = "backlog" // more deliveries are held than Hello.MaxBacklog; see GoAway.Backlog
	CodeBadSettings Code = "settings"
)

// A GoAway is the reason for which a side ends, or refuses, a session. It is an error for whoever is refused.
type GoAway struct {
	Code         Code   `json:"code"`
	Message      string `json:"message"`
	RetryAfterMS int    `json:"retry_after_ms,omitempty"`
	Backlog      int    `json:"backlog,omitempty"` // of CodeBacklog: how many are held
}

func (g *GoAway) Error() string { return fmt.Sprintf("%s (%s)", g.Message, g.Code) }

// closes says whether nothing goes on after it. Whoever hears it closes: if its sender did, what it has not read yet would
// make a reset of that, which can overtake the reason.
func (g *GoAway) closes() bool { return g.Code == CodeReplaced || g.Code == CodeProtocol }

// Final says whether dialling again would meet the same answer.
func (g *GoAway) Final() bool {
	switch g.Code {
	case CodeReplaced, CodeInUse, CodeNameTaken, CodeNameInvalid, CodeForbidden, CodeVersion, CodeBacklog, CodeBadSettings:
		return true
	}
	return false
}

// SendHello sends h and waits for the relay's answer. A refusal is a *GoAway, nonsense a *ProtocolError. The caller
// bounds the time by closing c.
func SendHello(c Conn, h Hello) (Welcome, error) {
	if err := writeJSON(c, frameHello, h); err != nil {
		return Welcome{}, err
	}
	var w Welcome
	if err := readJSON(c, frameWelcome, &w); err != nil {
		return Welcome{}, err
	}
	if w.Version != Version {
		return Welcome{}, protocolErrorf("the relay chose version %d, which was not offered", w.Version)
	}
	if w.HeartbeatMS < 10 || w.HeartbeatMS > 600_000 {
		return Welcome{}, protocolErrorf("a heartbeat of %d ms", w.HeartbeatMS)
	}
	if w.IdleMS < 0 || w.IdleMS > 3_600_000 {
		return Welcome{}, protocolErrorf("an idle heartbeat of %d ms", w.IdleMS)
	}
	if !isPlainURL(w.URL) {
		return Welcome{}, protocolErrorf("a URL that isn't one: %.80q", w.URL)
	}
	return w, checkWindow(w.Window)
}

// isPlainURL says whether s is an http URL that can be shown as it is.
func isPlainURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && httptext.IsPlain(s)
}

// ReadHello waits for the client's first frame. A client that shares no version gets its GoAway here, and the same
// *GoAway is returned. The caller bounds the time by closing c.
func ReadHello(c Conn) (Hello, error) {
	var h Hello
	if err := readJSON(c, frameHello, &h); err != nil {
		return Hello{}, err
	}
	if !slices.Contains(h.Versions, Version) {
		g := versionMismatch(h)
		return Hello{}, errors.Join(g, Refuse(c, g))
	}
	if h.MaxStreams < 1 {
		return Hello{}, protocolErrorf("max_streams of %d", h.MaxStreams)
	}
	if len(h.Instance) < 3 || len(h.Instance) > 64 || !httptext.IsToken(h.Instance) {
		return Hello{}, protocolErrorf("an instance of %d bytes", len(h.Instance))
	}
	return h, checkWindow(h.Window)
}

func versionMismatch(h Hello) *GoAway {
	upgrade := "upgrade hook"
	if len(h.Versions) > 0 && slices.Min(h.Versions) > Version {
		upgrade = "upgrade the relay"
	}
	return &GoAway{Code: CodeVersion, Message: fmt.Sprintf(
		"this relay speaks version %d of the tunnel protocol, %.60q speaks %v: %s", Version, h.Software, h.Versions, upgrade)}
}

// Refuse answers a hello with the reason why not.
func Refuse(c Conn, g *GoAway) error { return writeJSON(c, frameGoAway, g) }

func checkWindow(n int) error {
	if n < minWindow || n > maxWindow {
		return protocolErrorf("a window of %d bytes, not %d to %d", n, minWindow, maxWindow)
	}
	return nil
}

func writeJSON(c Conn, kind frameType, v any) error {
	payload, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.Write(append(appendHeader(nil, kind, 0, 0, len(payload)), payload...))
}

func readJSON(c Conn, want frameType, v any) error {
	msg, err := c.Read(nil, nil)
	if err != nil {
		return err
	}
	f, rest, err := nextFrame(msg)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return protocolErrorf("a hello that isn't alone in its message")
	case f.kind == frameGoAway:
		return parseGoAway(f.payload)
	case f.kind != want:
		return protocolErrorf("frame type 0x%02x in place of a hello", byte(f.kind))
	}
	if err := json.Unmarshal(f.payload, v); err != nil {
		return protocolErrorf("a hello that isn't JSON: %v", err)
	}
	return nil
}

// parseGoAway gives a *GoAway, or a *ProtocolError.
func parseGoAway(payload []byte) error {
	g := new(GoAway)
	if err := json.Unmarshal(payload, g); err != nil {
		return protocolErrorf("a GOAWAY that isn't JSON: %v", err)
	}
	g.Message = cut(g.Message, 1024)
	return g
}

func cut(s string, n int) string { return s[:min(n, len(s))] }
