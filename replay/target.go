package replay

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
)

// A Target is where deliveries go: the app's URL. Make it with ParseTarget.
type Target struct {
	Scheme string // "http" or "https"
	Host   string // with a port unless it is the scheme's own; "localhost" for a Unix socket
	Path   string // still escaped; empty for an app that is given the endpoint's own paths
	Socket string // the absolute path of a Unix socket that the app listens on; empty for TCP
}

// ParseTarget reads a target as people write it: "3000", ":3000", "3000/webhooks/stripe", "localhost:3000", "app.test/hooks",
// "http://10.0.0.7:8080/hooks", "unix:app.sock", "unix:/run/app.sock:/webhooks". A relative path of a socket is below the
// current folder. Its error says what is wrong with it.
func ParseTarget(s string) (Target, error) {
	if socket, ok := strings.CutPrefix(s, "unix:"); ok {
		return parseSocket(s, socket)
	}
	given := s
	if !strings.Contains(s, "://") {
		authority, path, slash := strings.Cut(s, "/")
		if isDigits(strings.TrimPrefix(authority, ":")) {
			authority = "localhost:" + strings.TrimPrefix(authority, ":")
		}
		if s = "http://" + authority; slash {
			s += "/" + path
		}
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return Target{}, fmt.Errorf("the target %q is neither a port nor a URL", given)
	case u.Scheme != "http" && u.Scheme != "https":
		return Target{}, fmt.Errorf("the target %q is not http or https", given)
	case u.Hostname() == "":
		return Target{}, fmt.Errorf("the target %q has no host", given)
	case isDigits(u.Hostname()):
		return Target{}, fmt.Errorf("the target %q has a number as its host", given)
	case u.User != nil:
		return Target{}, fmt.Errorf("the target %q has a user name or a password in it", given)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return Target{}, fmt.Errorf("the target %q has more than a path behind its host", given)
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return Target{}, fmt.Errorf("%q is no port: ports are 1 to 65535", port)
		}
	} else if strings.HasSuffix(u.Host, ":") {
		return Target{}, fmt.Errorf("the target %q has no port behind its colon", given)
	}
	return Target{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: ownPath(u)}, nil
}

// ownPath is the path that everything goes below; empty if that is the root.
func ownPath(u *url.URL) string {
	if path := u.EscapedPath(); path != "/" {
		return path
	}
	return ""
}

// maxSocket is how long a socket's path may be, in bytes: what all systems can take.
const maxSocket = 103

// parseSocket reads what is behind "unix:": a socket's path, and behind ":/" the path of the request.
func parseSocket(given, s string) (Target, error) {
	s = strings.TrimPrefix(s, "//") // unix:///run/app.sock is written, too
	socket, path := s, ""
	if i := strings.LastIndex(s, ":/"); i > 1 { // C:/ is a drive
		socket, path = s[:i], s[i+1:]
	}
	u, err := url.Parse(path)
	switch {
	case socket == "":
		return Target{}, fmt.Errorf("the target %q has no socket behind unix:", given)
	case err != nil:
		return Target{}, fmt.Errorf("the target %q has no path behind its socket", given)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return Target{}, fmt.Errorf("the target %q has more than a path behind its socket", given)
	}
	if socket, err = filepath.Abs(socket); err != nil {
		return Target{}, fmt.Errorf("the target %q: %w", given, err)
	}
	if len(socket) > maxSocket {
		return Target{}, fmt.Errorf("the socket's path %q is longer than %d bytes, which no system takes", socket, maxSocket)
	}
	return Target{Scheme: "http", Host: "localhost", Path: ownPath(u), Socket: socket}, nil
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func (t Target) String() string {
	if t.Socket != "" && t.Path == "" {
		return "unix:" + t.Socket
	}
	return t.asked(t.Path)
}

// asked is what is asked for if raw is the request's own target.
func (t Target) asked(raw string) string {
	if t.Socket != "" {
		return "unix:" + t.Socket + ":" + raw
	}
	return t.Scheme + "://" + t.Host + raw
}

// URL is String as a URL. Of a Unix socket that is what the app behind it believes to be.
func (t Target) URL() string { return t.Scheme + "://" + t.Host + t.Path }

// Request is the raw request target for a delivery whose path behind the endpoint's URL is path, escapes untouched: the
// bare endpoint is exactly the target's path, and anything further is joined to it.
func (t Target) Request(path string) string {
	switch {
	case t.Path == "" && !strings.HasPrefix(path, "/"):
		return "/" + path // a request needs a path
	case strings.HasPrefix(path, "/"):
		return strings.TrimSuffix(t.Path, "/") + path
	}
	return t.Path + path
}

// Authority is the host with its port, as in a connection's address; for a Unix socket its path.
func (t Target) Authority() string {
	u := url.URL{Host: t.Host}
	switch {
	case t.Socket != "":
		return t.Socket
	case u.Port() != "":
		return t.Host
	case t.Scheme == "https":
		return net.JoinHostPort(u.Hostname(), "443")
	}
	return net.JoinHostPort(u.Hostname(), "80")
}

// Port is the TCP port of an app on this machine; 0 if it is elsewhere or has a Unix socket.
func (t Target) Port() int {
	host, port, err := net.SplitHostPort(t.Authority())
	if t.Socket != "" || err != nil || !isLocalName(host) && !net.ParseIP(host).IsLoopback() {
		return 0
	}
	n, _ := strconv.Atoi(port)
	return n
}

// IsLocal says whether the app is on this machine: behind a loopback address, or a Unix socket.
func (t Target) IsLocal() bool { return t.Socket != "" || t.Port() != 0 }

// Place names the app in a sentence: one on this machine by its port alone, as people do.
func (t Target) Place() string {
	switch port := t.Port(); {
	case t.Socket != "":
		return "unix:" + t.Socket
	case port != 0:
		return "port " + strconv.Itoa(port)
	}
	return t.Host
}

// isLocalName says whether a host's name is this machine's, whatever the resolver knows: RFC 6761 section 6.3.
func isLocalName(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// url is for a request to the target: a Client takes a host that is a path for a Unix socket.
func (t Target) url() *url.URL {
	if t.Socket != "" {
		return &url.URL{Scheme: "unix", Host: t.Socket}
	}
	return &url.URL{Scheme: t.Scheme, Host: t.Host}
}
