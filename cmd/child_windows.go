package cmd

import (
	"os"
	"os/exec"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A family is a job object: whoever is in it ends with its last handle, which is hook's.
type family struct {
	mu  sync.Mutex
	job windows.Handle
}

func (f *family) start(cmd *exec.Cmd) error {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE},
	}
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		_ = windows.CloseHandle(job)
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.job = job
	if process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid)); err == nil {
		_ = windows.AssignProcessToJobObject(job, process) // without it only the program itself is ended
		_ = windows.CloseHandle(process)
	}
	return nil
}

// ask kills: there is no signal that a program without a window could be asked with.
func (f *family) ask(cmd *exec.Cmd) { f.kill(cmd) }

func (f *family) kill(cmd *exec.Cmd) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.job != 0 {
		_ = windows.TerminateJobObject(f.job, 1)
		_ = windows.CloseHandle(f.job)
		f.job = 0
	}
	_ = cmd.Process.Kill()
}

// gone is true: nobody survives being killed.
func (f *family) gone(*exec.Cmd) bool { return true }

func codeOf(state *os.ProcessState) int { return state.ExitCode() }
