package cmd

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
)

// An embedded is the relay inside `hook listen`: on loopback, for this machine alone unless an exposer stands in front.
type embedded struct {
	server   *relay.Server
	listener net.Listener
	port     int
	url      string // on this machine
	token    ownToken
}

// An ownToken is what the relay wants to see of those who claim a name: this process alone knows it. Without it, whoever finds the
// public address that an exposer gives to the relay could use it for endpoints of their own.
type ownToken string

// Grant takes that token and no other.
func (t ownToken) Grant(token string) (relay.Grant, bool) {
	return relay.Grant{Name: "hook", Pattern: "*"}, subtle.ConstantTimeCompare([]byte(token), []byte(t)) == 1
}

const firstPort = 4400

// loopback is where an exposer's connections come from: and anybody's, if it only passes on bytes.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// newEmbedded listens on the port that the slot had before, else the first one from 4400 that is free and no other
// project's, and remembers it. The port of the app, which may not run yet, is left to it. via is the exposer that will stand in
// front, nil for none.
func (p place) newEmbedded(slot, appPort int, via *exposer, timeout time.Duration, log *slog.Logger) (*embedded, error) {
	m, err := p.project.remember(func(*memory) bool { return false })
	if err != nil {
		return nil, err
	}
	ports := []int{}
	if slot < len(m.Endpoints) && m.Endpoints[slot].Port != 0 && m.Endpoints[slot].Port != appPort {
		ports = append(ports, m.Endpoints[slot].Port)
	}
	taken := p.home.ports()
	for port := firstPort; port < firstPort+100; port++ {
		if !taken[port] && port != appPort {
			ports = append(ports, port)
		}
	}
	ln, port, err := listenOn(append(ports, 0))
	if err != nil {
		return nil, fail(exitFailed, "free a port from 4400 on", "start the relay inside hook: %w", err)
	}
	if _, err := p.project.remember(func(m *memory) bool {
		e, made := m.endpoint(slot)
		made = made || e.Port != port
		e.Port = port
		return made
	}); err != nil {
		return nil, err
	}
	url := localURL(port)
	token := ownToken(rand.Text())
	cfg := relay.Config{
		PublicURL: url, Software: "hook/" + Version, Log: log, Tokens: token,
		Head:   timeout + 10*time.Second,                           // so that the listener's own answer comes first
		Limits: relay.Limits{AddressRate: -1, AddressInFlight: -1}, // there is one developer
	}
	if via != nil && via.proxies {
		cfg.TrustedProxies = loopback
	}
	server, err := relay.New(cfg)
	if err != nil {
		return nil, err
	}
	return &embedded{server, ln, port, url, token}, nil
}

// listenOn takes the first of the ports that is free on loopback.
func listenOn(ports []int) (ln net.Listener, port int, err error) {
	for _, port := range ports {
		if ln, err = net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil {
			return ln, ln.Addr().(*net.TCPAddr).Port, nil
		}
	}
	return nil, 0, err
}

func (e *embedded) serve(ctx context.Context) error { return e.server.Serve(ctx, e.listener) }
