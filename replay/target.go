package replay

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// A Target is where deliveries go: the app's URL. Make it with ParseTarget.
type Target struct {
	Scheme string // "http" or "https"
	Host   string // with a port unless it is the scheme's own
	Path   string // still escaped; empty for an app that is given the endpoint's own paths
}

// ParseTarget reads a target as people write it: "3000", ":3000", "3000/webhooks/stripe", "localhost:3000", "app.test/hooks",
// "http://10.0.0.7:8080/hooks". Its error says what is wrong with it.
func ParseTarget(s string) (Target, error) {
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
	path := u.EscapedPath()
	if path == "/" {
		path = ""
	}
	return Target{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: path}, nil
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func (t Target) String() string { return t.Scheme + "://" + t.Host + t.Path }

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

// Authority is the host with its port, as in a connection's address.
func (t Target) Authority() string {
	u := url.URL{Host: t.Host}
	switch {
	case u.Port() != "":
		return t.Host
	case t.Scheme == "https":
		return net.JoinHostPort(u.Hostname(), "443")
	}
	return net.JoinHostPort(u.Hostname(), "80")
}
