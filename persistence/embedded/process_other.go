//go:build !linux

package embedded

import "syscall"

// attributes put the child into its own process group, so that Ctrl-C reaches it through us only.
func attributes(a account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.drop {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attr
}

// isServerOf reports whether a process is alive; only Linux tells what it serves.
func isServerOf(pid int, _ string) bool { return syscall.Kill(pid, 0) == nil }
