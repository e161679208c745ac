package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the operating system's user that the server runs as. Postgres refuses to run as root.
type account struct {
	name     string
	uid, gid uint32
	drop     bool // we are root and become this user
}

// substitutes are whom root becomes, in order of preference.
var substitutes = []string{"postgres", "nobody"}

// chooseAccount picks ourselves, or, as root, the owner of an existing cluster, then the first substitute that exists.
func chooseAccount(dataDir string) (account, error) {
	owner, exists := ownerOf(dataDir)
	if os.Geteuid() != 0 {
		me := account{name: nameOf(os.Geteuid()), uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
		if exists && owner != me.uid {
			return account{}, fmt.Errorf("%s belongs to user %s and this is user %s: run as that user or as root, or choose another AGENTE_DATA_DIR",
				dataDir, nameOf(int(owner)), me.name)
		}
		return me, nil
	}
	if exists && owner != 0 {
		return lookUp(user.LookupId(strconv.Itoa(int(owner))))
	}
	for _, name := range substitutes {
		if a, err := lookUp(user.Lookup(name)); err == nil {
			return a, nil
		}
	}
	return account{}, errors.New("PostgreSQL does not run as root, and neither user postgres nor user nobody exists: add one, or start agente-ceo as another user")
}

func lookUp(u *user.User, err error) (account, error) {
	if err != nil {
		return account{}, fmt.Errorf("look up the user to run PostgreSQL as: %w", err)
	}
	uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(uidErr, gidErr); err != nil {
		return account{}, fmt.Errorf("look up user %s: %w", u.Username, err)
	}
	return account{name: u.Username, uid: uint32(uid), gid: uint32(gid), drop: true}, nil
}

func ownerOf(path string) (uid uint32, exists bool) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return stat.Uid, true
}

func nameOf(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}

// mkdir makes a directory that only this account can use.
func (a account) mkdir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	if !a.drop {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}

// canReach says which directory on the way keeps the account out, and what to do about it.
func (a account) canReach(path string) error {
	for dir := path; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return fmt.Errorf("look at %s: %w", dir, err)
		}
		if !a.mayEnter(info) {
			return fmt.Errorf("user %s, as whom PostgreSQL runs, cannot enter %s (%s) on the way to %s: choose a data directory elsewhere (AGENTE_DATA_DIR=/var/lib/agente-ceo), or chmod o+x %s",
				a.name, dir, info.Mode(), path, dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

func (a account) mayEnter(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	switch mode := info.Mode().Perm(); {
	case stat.Uid == a.uid:
		return mode&0o100 != 0
	case stat.Gid == a.gid:
		return mode&0o010 != 0
	case !a.drop: // supplementary groups, which a dropped account does not have, may open it: let Postgres find out
		return mode&0o011 != 0
	default:
		return mode&0o001 != 0
	}
}
