package cmd

import (
	"os"
	"strings"
	"testing"
)

func TestRootLeavesAnothersDataFolderAlone(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can write what its owner can't read")
	}
	dir := t.TempDir()
	if err := notAnothers(dir); err != nil {
		t.Errorf("its own: %v", err)
	}
	if err := os.Chown(dir, 65534, 65534); err != nil {
		t.Skip(err)
	}
	if err := notAnothers(dir); err == nil || !strings.Contains(err.Error(), "belongs to") {
		t.Errorf("another's: %v", err)
	}
	if err := notAnothers(dir + "/new"); err != nil {
		t.Errorf("one that isn't there: %v", err)
	}
}
