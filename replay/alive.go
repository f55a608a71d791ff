package replay

import (
	"net"
	"syscall"
)

// alive says whether an idle connection is still of use: the app has neither closed it nor said anything. Beneath TLS the
// same is looked for: whatever came there since the last answer, a goodbye more often than not, it is no answer to the next
// request.
func (c *conn) alive() bool {
	raw := c.Conn
	if secure, ok := raw.(interface{ NetConn() net.Conn }); ok {
		raw = secure.NetConn()
	}
	plain, ok := raw.(syscall.Conn)
	if !ok { // only using it will tell
		return true
	}
	s, err := plain.SyscallConn()
	return err == nil && quiet(s)
}
