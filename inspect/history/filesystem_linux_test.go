package history

import (
	"strings"
	"testing"
)

func TestNetworkMagic(t *testing.T) {
	for magic, want := range map[uint32]string{
		0x6969: "nfs", 0x517B: "smb", 0xFE534D42: "smb", 0xFF534D42: "smb", 0x01021997: "9p", 0x00C36400: "ceph", 0x65735546: fuse,
		0xEF53: "", 0x9123683E: "", 0x58465342: "", 0x01021994: "", 0x794C7630: "", // ext4, btrfs, xfs, tmpfs, overlayfs
	} {
		if got := networkMagic(magic); got != want {
			t.Errorf("%#x: got %q, want %q", magic, got, want)
		}
	}
}

// Of the filesystems that run outside of the kernel only those that lead to other machines are refused.
func TestNetworkFuse(t *testing.T) {
	const mounts = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
31 22 0:43 / /home/dev/remote rw,nosuid,nodev shared:17 - fuse.sshfs dev@host:/ rw,user_id=1000
32 22 0:44 / /mnt/usb rw master:3 shared:18 - fuseblk /dev/sdb1 rw
33 22 0:45 / /mnt/host\040files rw - virtiofs share rw
`
	for minor, want := range map[uint32]string{43: "fuse.sshfs", 44: "", 45: "", 46: ""} {
		if got := networkFuse(fuseType(strings.NewReader(mounts), 0, minor)); got != want {
			t.Errorf("0:%d: got %q, want %q", minor, got, want)
		}
	}
}

// Tests run on a disk of the machine.
func TestLocalFilesystem(t *testing.T) {
	if got := networkFilesystem(t.TempDir()); got != "" {
		t.Skipf("here it is %s", got)
	}
	if err := checkFilesystem(t.TempDir()+"/not/there/yet/history.db", false); err != nil {
		t.Error(err)
	}
}
