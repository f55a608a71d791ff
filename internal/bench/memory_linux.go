package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// residentMemory is how much memory a process has, in bytes; 0 if that can't be read.
func residentMemory(pid int) int64 {
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(statm) // in pages: all that is mapped, then what is resident
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
