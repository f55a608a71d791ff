package cmd

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A portMemory is which sockets listened the last time: only others are worth looking through all processes for.
type portMemory struct{ sockets []listeningSocket }

type listeningSocket struct{ address, inode string }

// look gives who listens on the port now, an entry for each socket.
func (w *portWatch) look(_ context.Context, _ bool) []portOwner {
	sockets := append(listeningSockets("/proc/net/tcp", w.port), listeningSockets("/proc/net/tcp6", w.port)...)
	if slices.Equal(sockets, w.sockets) && !slices.ContainsFunc(w.owners, isGone) {
		return w.owners
	}
	w.sockets, w.owners = sockets, nil
	if len(sockets) == 0 {
		return nil
	}
	pids := socketOwners(sockets)
	for _, s := range sockets {
		o := portOwner{pid: pids[s.inode], address: s.address}
		if o.pid != 0 {
			o.program = programOf(o.pid)
		}
		w.owners = append(w.owners, o)
	}
	return w.owners
}

func isGone(o portOwner) bool {
	if o.pid == 0 {
		return false
	}
	_, err := os.Stat("/proc/" + strconv.Itoa(o.pid))
	return err != nil
}

const stateListen = "0A"

// listeningSockets reads a table of the kernel's: proc(5).
func listeningSockets(table string, port int) []listeningSocket {
	f, err := os.Open(table)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	var found []listeningSocket
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || fields[3] != stateListen {
			continue
		}
		if at, ok := parseKernelAddress(fields[1]); ok && int(at.Port()) == port {
			found = append(found, listeningSocket{at.String(), fields[9]})
		}
	}
	return found
}

// parseKernelAddress reads "0100007F:0BB8": words of 32 bits as the machine has them, and a port.
func parseKernelAddress(s string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(s, ":")
	b, err := hex.DecodeString(host)
	n, portErr := strconv.ParseUint(port, 16, 16)
	if err != nil || portErr != nil || len(b)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(b); i += 4 {
		binary.NativeEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
	}
	ip, ok := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(ip, uint16(n)), ok
}

// socketOwners finds the processes, of those that this user may look into, that have the sockets open: by inode. Of
// several it is the oldest, which started the others.
func socketOwners(sockets []listeningSocket) map[string]int {
	owners := make(map[string]int)
	files, _ := filepath.Glob("/proc/[0-9]*/fd")
	for _, folder := range files {
		pid, _ := strconv.Atoi(strings.Split(folder, "/")[2])
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue // somebody else's, or gone
		}
		for _, entry := range entries {
			link, err := os.Readlink(filepath.Join(folder, entry.Name()))
			inode, ok := strings.CutPrefix(link, "socket:[")
			if inode = strings.TrimSuffix(inode, "]"); err != nil || !ok {
				continue
			}
			if known := owners[inode]; known == 0 || pid < known {
				owners[inode] = pid
			}
		}
	}
	wanted := make(map[string]int, len(sockets))
	for _, s := range sockets {
		wanted[s.inode] = owners[s.inode]
	}
	return wanted
}

// programOf is the name of the file that a process runs.
func programOf(pid int) string {
	process := "/proc/" + strconv.Itoa(pid)
	if exe, err := os.Readlink(process + "/exe"); err == nil {
		return filepath.Base(strings.TrimSuffix(exe, " (deleted)"))
	}
	name, _ := os.ReadFile(process + "/comm")
	return strings.TrimSpace(string(name))
}
