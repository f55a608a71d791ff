package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is the unit of /proc/PID/stat: a hundredth of a second on every architecture that Go runs on.
const tick = 10 * time.Millisecond

// processorTimes is the processor time that each process has had so far, user and system, to a hundredth of a second. It
// is nil if one of them can't be read.
func processorTimes(pids []int) []time.Duration {
	all := make([]time.Duration, len(pids))
	for i, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return nil
		}
		// The second field is the program's name in parentheses, and may hold spaces. The 14th and 15th are the times.
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) < 13 {
			return nil
		}
		for _, field := range fields[11:13] {
			ticks, err := strconv.Atoi(string(field))
			if err != nil {
				return nil
			}
			all[i] += time.Duration(ticks) * tick
		}
	}
	return all
}
