package history

import (
	"bufio"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// networkFilesystem is the name of the network filesystem that dir is on; "" if it is on another, or that can't be told.
func networkFilesystem(dir string) string {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return ""
	}
	name := networkMagic(uint32(s.Type))
	if name != fuse {
		return name
	}
	mounts, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return ""
	}
	defer mounts.Close()
	var at unix.Stat_t
	if unix.Stat(dir, &at) != nil {
		return ""
	}
	return networkFuse(fuseType(mounts, unix.Major(at.Dev), unix.Minor(at.Dev)))
}

const fuse = "fuse"

// networkMagic is the name of a network filesystem by the number that the kernel has for it.
func networkMagic(magic uint32) string {
	switch magic {
	case unix.NFS_SUPER_MAGIC:
		return "nfs"
	case unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC:
		return "smb"
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "afs"
	case unix.CODA_SUPER_MAGIC:
		return "coda"
	case unix.CEPH_SUPER_MAGIC:
		return "ceph"
	case unix.V9FS_MAGIC: // Windows' drives in WSL too, which its programs and ours don't share memory on
		return "9p"
	case 0x0BD00BD0:
		return "lustre"
	case 0x47504653:
		return "gpfs"
	case 0x564C:
		return "ncp"
	case 0x786F4256:
		return "vboxsf"
	case unix.FUSE_SUPER_MAGIC:
		return fuse // of which there are all sorts
	}
	return ""
}

// fuseType is the type of the mount of that device, like "fuse.sshfs". See proc_pid_mountinfo(5).
func fuseType(mountinfo io.Reader, major, minor uint32) string {
	device := strconv.Itoa(int(major)) + ":" + strconv.Itoa(int(minor))
	for lines := bufio.NewScanner(mountinfo); lines.Scan(); {
		before, after, _ := strings.Cut(lines.Text(), " - ")
		if fields := strings.Fields(before); len(fields) > 2 && fields[2] == device {
			name, _, _ := strings.Cut(after, " ")
			return name
		}
	}
	return ""
}

// networkFuse is name if it is that of a network filesystem.
func networkFuse(name string) string {
	switch name {
	case "fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.gcsfuse", "fuse.davfs", "fuse.glusterfs", "fuse.ceph",
		"fuse.ceph-fuse", "fuse.juicefs", "fuse.goofys", "fuse.mountpoint-s3", "fuse.gvfsd-fuse", "fuse.curlftpfs", "fuse.smbnetfs":
		return name
	}
	return ""
}
