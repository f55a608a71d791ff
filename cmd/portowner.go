package cmd

import (
	"net"
	"slices"
	"strconv"
	"strings"
)

// A portOwner is a process that listens on a port.
type portOwner struct {
	pid     int    // 0: it can't be found, as it is another user's
	program string // empty if pid is 0
	address string // where it listens: "127.0.0.1:3000", "*:3000"
}

func (o portOwner) pidText() string { return strconv.Itoa(o.pid) }

// A portWatch finds who listens on one TCP port of this machine, without privileges. It is for one goroutine.
type portWatch struct {
	port   int
	owners []portOwner // what was found last
	portMemory
}

// ofTarget is the one of them that takes connections to an address of this machine.
func ofTarget(owners []portOwner) portOwner {
	if len(owners) == 0 {
		return portOwner{}
	}
	rank := func(o portOwner) int {
		host, _, _ := net.SplitHostPort(o.address)
		switch ip := net.ParseIP(host); {
		case ip.IsLoopback():
			return 0
		case host == "*" || ip.IsUnspecified():
			return 1
		}
		return 2
	}
	return slices.MinFunc(owners, func(a, b portOwner) int { return rank(a) - rank(b) })
}

// parseLsof reads what `lsof -Fpcn` prints: a field a line, its name first.
func parseLsof(out string) []portOwner {
	var owners []portOwner
	var o portOwner
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		switch value := line[1:]; line[0] {
		case 'p':
			o = portOwner{}
			o.pid, _ = strconv.Atoi(value)
		case 'c':
			o.program = value
		case 'n':
			o.address = value
			owners = append(owners, o)
		}
	}
	return owners
}
