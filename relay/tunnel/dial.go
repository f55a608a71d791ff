package tunnel

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// ErrPlainToken is returned when a token would travel unencrypted.
var ErrPlainToken = errors.New("a token is never sent over plain http, except to this machine itself")

// CheckRelay says whether relay is usable as a base URL, and whether token may travel there. A token over plain http
// is ErrPlainToken.
func CheckRelay(relay, token string) error {
	u, err := url.Parse(relay)
	switch {
	case !strings.Contains(relay, "://"):
		return fmt.Errorf("a relay's URL begins with https:// (or http://), not %q", relay)
	case err != nil:
		return err
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("a relay's URL begins with https:// (or http://), not %q", relay)
	case u.Hostname() == "":
		return fmt.Errorf("the relay's URL %q has no host", relay)
	case u.User != nil:
		return errors.New("the relay's URL has a user name or a password in it: a token is given apart")
	case u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("the relay's URL %q has a query or a fragment", relay)
	case strings.HasPrefix(u.Path, "/e/"):
		return fmt.Errorf("%q is an endpoint's URL: the relay's ends before /e/", relay)
	case token != "" && u.Scheme == "http" && !isLoopback(u.Hostname()):
		return ErrPlainToken
	}
	return nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// dial connects, upgrades and claims within dialTimeout.
func (c *Client) dial(ctx context.Context, claim *claim) (wire.Conn, wire.Welcome, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	header := make(http.Header)
	if c.Token != "" {
		header.Set("Authorization", "Bearer "+c.Token)
	}
	var w wires
	var proxy proxy
	transport := &http.Transport{
		Proxy: proxy.choose, OnProxyConnectResponse: proxy.answered,
		TLSClientConfig: c.TLS, DialContext: w.dial, DialTLSContext: w.dialTLS(c.TLS),
	}
	defer transport.CloseIdleConnections()
	target := strings.TrimSuffix(c.Relay, "/") + wire.Path
	ws, resp, err := websocket.Dial(ctx, target, &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport, CheckRedirect: noRedirect},
		HTTPHeader: header, Subprotocols: []string{wire.Subprotocol},
	})
	if err != nil {
		return nil, wire.Welcome{}, proxy.explain(c.explain(err, resp), resp)
	}
	if ws.Subprotocol() != wire.Subprotocol {
		_ = ws.CloseNow()
		return nil, wire.Welcome{}, &NotRelayError{URL: c.Relay, Status: resp.StatusCode}
	}
	conn := wire.WebSocket(ws)
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	backlog := c.Backlog
	if claim.lived { // what came while the connection was lost is wanted
		backlog = nil
	}
	welcome, err := wire.SendHello(conn, wire.Hello{
		Versions: []int{wire.Version}, Software: c.Software, Instance: c.Instance, Name: c.Name, Secret: c.proof(),
		TakeOver: claim.takeOver, Window: wire.DefaultWindow, MaxStreams: maxStreams, KnowsIdle: true,
		ExpireMS: c.left(), Settings: c.Settings, MaxBacklog: backlog,
	})
	if err != nil {
		_ = conn.Close()
		return nil, wire.Welcome{}, fmt.Errorf("claim %s: %w", c.Name, err)
	}
	return wire.Combine(conn, w.conn), welcome, nil
}

// explain tells what an upgrade that came to nothing means.
func (c *Client) explain(err error, resp *http.Response) error {
	switch {
	case resp == nil:
		if op, ok := errors.AsType[*net.OpError](err); ok {
			return op
		}
		return err
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return &RefusedError{Status: resp.StatusCode}
	case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return &busyError{resp.Status + said(resp), time.Duration(min(max(seconds, 0), 600)) * time.Second}
	}
	return &NotRelayError{URL: c.Relay, Status: resp.StatusCode}
}

// said is the reason that a relay gives in an answer of its own, to be put behind the status; empty if there is none.
func said(resp *http.Response) string {
	var failure struct{ Message string }
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err != nil || resp.Header.Get("Hook-Error") == "" || json.Unmarshal(body, &failure) != nil || failure.Message == "" {
		return ""
	}
	return ": " + failure.Message
}

// A busyError is a relay, or a proxy in front of it, that can't now.
type busyError struct {
	status string
	after  time.Duration // what it asked for
}

func (e *busyError) Error() string { return "the relay answered " + e.status }

// proof is what shows this relay, and no other, that the name is ours.
func (c *Client) proof() string {
	if c.Token != "" || c.Secret == "" {
		return ""
	}
	u, err := url.Parse(c.Relay)
	if err != nil {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(c.Secret))
	_, _ = mac.Write([]byte(u.Scheme + "://" + u.Host))
	return hex.EncodeToString(mac.Sum(nil))
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// left is how many milliseconds there are until Until; 0 if the name is to stay.
func (c *Client) left() int64 {
	if c.Until.IsZero() {
		return 0
	}
	return max(1, time.Until(c.Until).Milliseconds())
}
