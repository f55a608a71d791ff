package cmd

import (
	"context"
	"log/slog"
	"net"
	"strconv"

	"github.com/seed-4575fdc3/hook/relay"
)

// An embedded is the relay inside `hook listen`: on loopback, for this machine alone.
type embedded struct {
	server   *relay.Server
	listener net.Listener
	url      string
}

const firstPort = 4400

// newEmbedded listens on the port that the slot had before, else the first one from 4400 that is free and no other
// project's, and remembers it.
func (p place) newEmbedded(slot int, log *slog.Logger) (*embedded, error) {
	m, err := p.project.remember(func(*memory) bool { return false })
	if err != nil {
		return nil, err
	}
	ports := []int{}
	if slot < len(m.Endpoints) && m.Endpoints[slot].Port != 0 {
		ports = append(ports, m.Endpoints[slot].Port)
	}
	taken := p.home.ports()
	for port := firstPort; port < firstPort+100; port++ {
		if !taken[port] {
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
	url := "http://127.0.0.1:" + strconv.Itoa(port)
	server, err := relay.New(relay.Config{PublicURL: url, Software: "hook/" + Version, Log: log})
	if err != nil {
		return nil, err
	}
	return &embedded{server, ln, url}, nil
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
