package cmd

import (
	"context"
	"os/exec"
	"strconv"
	"time"
)

type portMemory struct{}

// look gives who listens on the port, as far as it was found when it was last worth asking.
func (w *portWatch) look(ctx context.Context, changed bool) []portOwner {
	if !changed {
		return w.owners
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	out, _ := exec.CommandContext(ctx, "lsof", "-nP", "-iTCP:"+strconv.Itoa(w.port), "-sTCP:LISTEN", "-Fpcn").Output()
	w.owners = parseLsof(string(out))
	return w.owners
}
