package cvtext

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// lowerPriority makes this goroutine give way to all others. Its thread ends with it.
func lowerPriority() {
	runtime.LockOSThread()
	// Without the right to, it goes on as the others do. On Linux this is of the thread.
	_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), 19)
}
