package history

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// networkFilesystem is the name of the network filesystem that dir is on; "" if it is on another, or that can't be told.
func networkFilesystem(dir string) string {
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(dir) + `\`)
	if err != nil || windows.GetDriveType(root) != windows.DRIVE_REMOTE {
		return ""
	}
	return "network drive"
}
