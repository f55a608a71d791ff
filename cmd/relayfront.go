package cmd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/relay"
)

// A relayFront is where senders and listeners reach a relay.
type relayFront struct {
	plain  net.Listener
	secure net.Listener // with TLS; nil: there is none
	pair   *keyPair     // the certificate from files; nil: there is none
	acme   Certificates // nil: there are none
	log    *slog.Logger

	public, domain string // host and port of the public URL; the domain that names are below, or empty
}

// acmeProtocol is what an authority speaks that proves a name by TLS-ALPN-01 (RFC 8737).
const acmeProtocol = "acme-tls/1"

// listen opens what the relay listens on.
func (o *relayOptions) listen() (*relayFront, error) {
	f := &relayFront{pair: o.tls.pair()}
	var err error
	if f.plain, err = openPort("--addr", o.addr); err != nil {
		return nil, err
	}
	if o.tls.addr == "" {
		return f, nil
	}
	ln, err := openPort("--tls-addr", o.tls.addr)
	if err != nil {
		f.close()
		return nil, err
	}
	cfg := &tls.Config{GetCertificate: f.certificate, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	if o.tls.acme {
		cfg.NextProtos = append(cfg.NextProtos, acmeProtocol)
	}
	f.secure = tls.NewListener(ln, cfg)
	return f, nil
}

// openPort opens one address, which a flag gave.
func openPort(flag, addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	return ln, listenFault(flag, err)
}

// listenFault names the ways out.
func listenFault(flag string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrPermission):
		self, selfErr := os.Executable()
		if selfErr != nil {
			self = "hook-relay"
		}
		return fail(exitFailed, fmt.Sprintf("allow it: `sudo setcap cap_net_bind_service=+ep %s`, or AmbientCapabilities=CAP_NET_BIND_SERVICE in its systemd unit; "+
			"or give a port from 1024 on with %s, behind a proxy or a port forwarding", self, flag), "%s: %w", flag, err)
	}
	return fail(exitFailed, "choose another "+flag+" HOST:PORT", "%s: %w", flag, err)
}

// listeners are those that are open: plain first.
func (f *relayFront) listeners() []net.Listener {
	if f.secure == nil {
		return []net.Listener{f.plain}
	}
	return []net.Listener{f.plain, f.secure}
}

func (f *relayFront) close() {
	for _, ln := range f.listeners() {
		_ = ln.Close() // it may be closed already
	}
}

// certify finds the certificates that are got by ACME, if any are.
func (f *relayFront) certify(o *relayOptions, h *relayData, log *slog.Logger) error {
	f.log = log
	if f.pair != nil {
		f.pair.log = log
	}
	if !o.tls.acme {
		return nil
	}
	u, err := url.Parse(o.publicURL)
	if err != nil {
		return err
	}
	f.public, f.domain = u.Host, bareDomain(o.domain)
	f.acme, err = o.certificates(f, h, log)
	return err
}

// certificate is asked for at each handshake.
func (f *relayFront) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if f.acme == nil {
		return f.pair.get(hello)
	}
	if !slices.Contains(hello.SupportedProtos, acmeProtocol) && f.pair.covers(strings.TrimSuffix(hello.ServerName, ".")) {
		return f.pair.get(hello)
	}
	cert, err := f.acme.GetCertificate(hello)
	if err != nil && f.pair != nil { // for a client that names no host, at least
		return f.pair.get(hello)
	}
	return cert, err
}

// serve serves until ctx ends, and waits for all that it has begun. Where there are certificates by ACME, http only leads to https.
func (f *relayFront) serve(ctx context.Context, server *relay.Server) error {
	if f.acme == nil {
		return server.Serve(ctx, f.listeners()...)
	}
	g, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g.Go(func() error {
		defer stop()
		return server.Serve(ctx, f.secure)
	})
	g.Go(func() error { return f.acme.Run(ctx) })
	g.Go(func() error { return f.lead(ctx, server) })
	return g.Wait()
}

// lead serves plain http until ctx ends.
func (f *relayFront) lead(ctx context.Context, server http.Handler) error {
	srv := &http.Server{
		Handler: f.leading(server), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(f.log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan struct{})
	defer context.AfterFunc(ctx, func() {
		defer close(stopped)
		_ = srv.Close()
	})()
	err := srv.Serve(f.plain)
	if ctx.Err() == nil {
		return fmt.Errorf("serve %s: %w", f.plain.Addr(), err)
	}
	<-stopped
	return nil
}

// leading answers the authority, and whoever asks whether the relay is up; all others are led to https.
func (f *relayFront) leading(server http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.acme.Challenge(w, r) {
			return
		}
		host := f.hostOf(r)
		if host == f.public && (r.URL.Path == "/healthz" || r.URL.Path == "/readyz") {
			server.ServeHTTP(w, r)
			return
		}
		target := r.URL.RequestURI()
		if !strings.HasPrefix(target, "/") { // of OPTIONS *
			target = "/"
		}
		w.Header()["Location"] = []string{"https://" + host + target}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusPermanentRedirect)
		_, _ = fmt.Fprintln(w, "This relay speaks https.")
	})
}

// hostOf is where a request is led to: the endpoint's host if it came for one, else the public one. Nobody is led to where the
// request itself says.
func (f *relayFront) hostOf(r *http.Request) string {
	host, port := strings.ToLower(r.Host), ""
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	name, below := strings.CutSuffix(host, "."+f.domain)
	if f.domain == "" || !below || !relay.ValidName(name) {
		return f.public
	}
	if _, p, err := net.SplitHostPort(f.public); err == nil {
		port = ":" + p
	}
	return host + port
}
