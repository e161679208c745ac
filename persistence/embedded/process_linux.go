package embedded

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// attributes put the child into its own process group, so that Ctrl-C reaches it through us only, and have the kernel stop it
// (fast shutdown) when we are killed.
func attributes(a account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	if a.drop {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attr
}

// isServerOf reports whether a process is a Postgres that was started on dataDir.
func isServerOf(pid int, dataDir string) bool {
	line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	return err == nil && bytes.Contains(line, []byte(dataDir))
}
