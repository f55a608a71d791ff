package admin

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"

	"github.com/seed-4575fdc3/hook/relay/state"
)

// handle adds what is answered beside the API at the operator's socket and at a listener of its own: /healthz, /readyz and
// /metrics. may says who sees the last.
func (a *API) handle(api http.Handler, may func(*request) error) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(Prefix, api)
	for path, answer := range map[string]func(*request) error{
		"/healthz": (*request).healthz,
		"/readyz":  (*request).readyz,
		"/metrics": func(q *request) error {
			if err := may(q); err != nil {
				return err
			}
			if a.Metrics == nil {
				return &refusal{http.StatusNotFound, "this relay measures nothing"}
			}
			a.Metrics.ServeHTTP(q.w, q.r)
			return nil
		},
		"/": func(q *request) error {
			return &refusal{http.StatusNotFound, "there is nothing at " + q.r.URL.Path + ": /healthz, /readyz, /metrics and " + Prefix}
		},
	} {
		if path != "/" {
			path = "GET " + path
		}
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			q := &request{API: a, w: w, r: r}
			if err := answer(q); err != nil {
				q.fail(err)
			}
		})
	}
	return mux
}

// Listener answers at a listener of its own, which nothing public is on: the API, for which a token is needed as ever, /healthz,
// /readyz and /metrics. The last needs a token with the scope read, unless only this machine can reach addr.
func (a *API) Listener(addr *net.TCPAddr) http.Handler {
	if !addr.IP.IsLoopback() {
		return withoutPages(a.relay.Guard(a.handle(a.Remote(), (*request).mayMeasure)))
	}
	return localHost(addr, withoutPages(a.handle(a.relay.Guard(a.Remote()), func(*request) error { return nil })))
}

// mayMeasure is for /metrics where others than this machine can ask.
func (q *request) mayMeasure() error {
	_, t, known := q.bearer(q.r)
	switch {
	case !known:
		q.w.Header().Set("WWW-Authenticate", challenge)
		return &refusal{http.StatusUnauthorized, "/metrics wants a token with the scope read here: this is no address of the machine's own"}
	case !t.Has(state.ScopeRead):
		return &refusal{http.StatusForbidden, "the token has not the scope " + state.ScopeRead}
	}
	return nil
}

// localHost refuses requests that were not made to an address of this machine: a page can have a name of its own point there.
func localHost(addr *net.TCPAddr, next http.Handler) http.Handler {
	port := strconv.Itoa(addr.Port)
	hosts := []string{addr.IP.String(), "localhost", "127.0.0.1", "::1"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, p, err := net.SplitHostPort(r.Host)
		if err != nil { // without a port it is the one of http
			host, p = r.Host, "80"
			if ip, err := netip.ParseAddr(trimBrackets(host)); err == nil {
				host = ip.String()
			}
		}
		if p != port || !slices.Contains(hosts, host) {
			(&request{w: w, r: r}).fail(&refusal{http.StatusMisdirectedRequest, "this listener is asked as http://" + addr.String()})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func trimBrackets(host string) string {
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		return host[1 : len(host)-1]
	}
	return host
}

// withoutPages refuses what a browser sends for a page of somebody else's.
func withoutPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
		if site != "" && site != "none" && site != "same-origin" || origin != "" && origin != "http://"+r.Host {
			(&request{w: w, r: r}).fail(&refusal{http.StatusForbidden, "pages of other sites get nothing here"})
			return
		}
		next.ServeHTTP(w, r)
	})
}
