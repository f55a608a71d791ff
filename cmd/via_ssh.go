package cmd

import (
	"context"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// sshHost is what may stand behind ssh: [USER@]HOST[:SSHPORT][/PORT]. The first character can't make an option of it.
var sshHost = regexp.MustCompile(`^((?:[0-9A-Za-z_][^\s@:/]*@)?(\[[0-9A-Fa-f:.%]+\]|[0-9A-Za-z_][0-9A-Za-z_.-]*))(?::([0-9]{1,5}))?(?:/([0-9]{1,5}))?$`)

// sshVia is a port of a server of the user's own, forwarded here by the system's ssh.
func sshVia(where string) (*exposer, error) {
	m := sshHost.FindStringSubmatch(where)
	if m == nil {
		return nil, fail(exitUsage, "like ssh:me@example.com, ssh:example.com:2222 or, for port 8080 of it, ssh:example.com/8080", "listen: --via ssh:%s is not a host", where)
	}
	destination, host, sshPort, port := strings.Trim(m[1], "[]"), strings.Trim(m[2], "[]"), m[3], m[4]
	if at := strings.LastIndex(m[1], "@"); at >= 0 {
		destination = m[1][:at+1] + host
	}
	for _, p := range []string{sshPort, port} {
		if n, err := strconv.Atoi(p); p != "" && (err != nil || n < 1 || n > 65535) {
			return nil, fail(exitUsage, "a port is 1 to 65535", "listen: --via ssh:%s: %s is not a port", where, p)
		}
	}
	if port == "" {
		port = "0" // which the server chooses
	}
	command := []string{"ssh", "-N", "-T", "-v", "-R", "*:" + port + ":127.0.0.1:{port}",
		"-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=2", "-o", "BatchMode=yes"}
	if sshPort != "" {
		command = append(command, "-p", sshPort)
	}
	command = append(command, "--", destination)
	return &exposer{name: "ssh:" + where, command: command, reader: func(ctx context.Context, _ string) func(string) meaning {
		return sshReader(ctx, destination, host, port)
	}}, nil
}

var (
	sshAllocated = regexp.MustCompile(`^Allocated port ([0-9]+) for remote forward to `)
	sshChatter   = regexp.MustCompile(`^(debug1: |OpenSSH_|Authenticated to |Transferred: |Bytes per second: )`)
	sshForwards  = regexp.MustCompile(`^debug1: remote forward success for: `)
)

// sshReader understands what ssh -v says. It names no address, so the URL is made of the host's; unless the server itself says
// a https URL once the port is forwarded: the first one takes the other's place. Before that it is the greeting of a login.
func sshReader(ctx context.Context, destination, host, port string) func(string) meaning {
	forwarded, said := false, false
	return func(line string) meaning {
		if m := sshAllocated.FindStringSubmatch(line); m != nil && !forwarded {
			forwarded = true
			return checkedURL(ctx, destination, host, m[1])
		}
		debug := sshChatter.MatchString(line)
		switch {
		case port != "0" && !forwarded && sshForwards.MatchString(line):
			forwarded = true
			return checkedURL(ctx, destination, host, port)
		case forwarded && !said && !debug:
			url := findURL(line, func(scheme, _ string) bool { return scheme == "https" })
			said = url != ""
			return meaning{url: url, new: said}
		}
		return meaning{noise: debug}
	}
}

// checkedURL is where the forwarded port is. One that doesn't answer from here is most often one that sshd keeps to its own machine.
// It means nothing once ctx has ended.
func checkedURL(ctx context.Context, destination, host, port string) meaning {
	address := net.JoinHostPort(serverHost(ctx, destination, host), port)
	m := meaning{url: "http://" + address}
	conn, err := (&net.Dialer{Timeout: 3 * time.Second}).DialContext(ctx, "tcp", address)
	switch {
	case ctx.Err() != nil:
		if err == nil {
			_ = conn.Close()
		}
		return meaning{}
	case err != nil:
		m.tell = m.url + " doesn't answer from here: the server's sshd_config needs GatewayPorts yes, and its firewall must let the port in"
		return m
	}
	_ = conn.Close()
	return m
}

// serverHost is the host's real name: it may be a nickname that only ssh knows.
func serverHost(ctx context.Context, destination, host string) string {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	name := host
	c, err := startChild(ctx, childOptions{name: "ssh", args: []string{"-G", "--", destination}, hidden: ours, out: func(line string) {
		if found, ok := strings.CutPrefix(line, "hostname "); ok {
			name = strings.TrimSpace(found)
		}
	}})
	if err != nil || c.wait() != nil {
		return host
	}
	return name
}
