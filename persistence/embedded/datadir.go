package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const clusterPrefix = "pgdata-"

// chooseCluster pairs a data directory with binaries of its version. The newest cluster that is there counts; without any, the
// newest binaries make one. A cluster is never opened by another major version.
func chooseCluster(dir string, found []Binaries) (Binaries, string, error) {
	major, err := newestCluster(dir)
	if err != nil {
		return Binaries{}, "", err
	}
	if major == 0 {
		return found[0], filepath.Join(dir, clusterPrefix+strconv.Itoa(found[0].Major)), nil
	}
	path := filepath.Join(dir, clusterPrefix+strconv.Itoa(major))
	for _, b := range found {
		if b.Major == major {
			return b, path, nil
		}
	}
	return Binaries{}, "", fmt.Errorf("%s was made by PostgreSQL %d and only PostgreSQL %d is installed (%s): install postgresql-%d, or move the data over with pg_dumpall or pg_upgrade",
		path, major, found[0].Major, found[0].Dir, major)
}

// newestCluster is the highest major version that has a directory, 0 for none.
func newestCluster(dir string) (int, error) {
	paths, err := filepath.Glob(filepath.Join(dir, clusterPrefix+"*"))
	if err != nil {
		return 0, fmt.Errorf("look for clusters in %s: %w", dir, err)
	}
	newest := 0
	for _, path := range paths {
		named, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(path), clusterPrefix))
		if err != nil {
			continue
		}
		text, err := os.ReadFile(filepath.Join(path, "PG_VERSION"))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("read the version of the cluster in %s: %w", path, err)
		}
		if inside := strings.TrimSpace(string(text)); inside != strconv.Itoa(named) {
			return 0, fmt.Errorf("%s holds a cluster of PostgreSQL %s and its name says %d: rename it to %s%s, or move it away", path, inside, named, clusterPrefix, inside)
		}
		newest = max(newest, named)
	}
	return newest, nil
}

// initdb makes the cluster under a provisional name, so that one half made is never taken for a whole.
func (s *Server) initdb(ctx context.Context) error {
	fresh := s.dataDir + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("clear a cluster that was never finished: %w", err)
	}
	if err := s.account.mkdir(fresh); err != nil {
		return fmt.Errorf("make the cluster's directory: %w", err)
	}
	args := []string{"-D", fresh, "-U", superuser, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"}
	if !s.cfg.Durable {
		args = append(args, "--no-sync")
	}
	proc, err := startProcess(s.account, s.bin.path("initdb"), args, s.cfg.Log)
	if err != nil {
		return err
	}
	select {
	case <-proc.done:
	case <-ctx.Done():
		proc.end(syscall.SIGTERM)
		return fmt.Errorf("initialise a cluster in %s: %w", fresh, ctx.Err())
	}
	if err := proc.failure(); err != nil {
		return fmt.Errorf("initialise a cluster in %s: %w", fresh, err)
	}
	// An empty directory may stand where the cluster goes, made by whoever provisioned the machine.
	_ = os.Remove(s.dataDir)
	if err := os.Rename(fresh, s.dataDir); err != nil {
		return fmt.Errorf("name the new cluster: %w", err)
	}
	return nil
}

// longestSocketPath is what sockaddr_un takes.
const longestSocketPath = 107

// socketDir makes a short private directory for the socket, named after the cluster so that two never share one.
func socketDir(dataDir string, a account) (string, error) {
	sum := sha256.Sum256([]byte(dataDir))
	name := "agente-pg-" + hex.EncodeToString(sum[:6])
	base := os.TempDir()
	if len(filepath.Join(base, name, ".s.PGSQL.5432")) > longestSocketPath || a.canReach(base) != nil {
		base = "/tmp"
	}
	dir := filepath.Join(base, name)
	if err := a.mkdir(dir); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("make the socket's directory: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("look at the socket's directory: %w", err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || stat.Uid != a.uid || info.Mode().Perm() != 0o700 {
		return "", fmt.Errorf("%s is not a private directory of user %s: remove it", dir, a.name)
	}
	return dir, nil
}

// lockPatience is how long a process that was just killed may hold its lock.
const lockPatience = 3 * time.Second

// lockDir keeps a second process out. The lock goes with this process, however it ends.
func lockDir(ctx context.Context, dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "postgres.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	for syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		if ctx.Err() != nil {
			file.Close() //nolint:errcheck // nothing was written
			return nil, fmt.Errorf("data directory %s is in use by another agente-ceo: stop it, or choose another with AGENTE_DATA_DIR", dir)
		}
		pause(ctx, pollPause)
	}
	return file, nil
}

// otherPatience is how long a server left by a killed parent may take to end by itself before it is asked to, and then to obey.
const otherPatience = 10 * time.Second

// waitForOther waits until no server runs on the data directory. As we hold the lock, such a server is an orphan: its parent was
// killed, and it is shutting down. One that is not gets the same signal again.
func waitForOther(ctx context.Context, dataDir string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*otherPatience)
	defer cancel()
	patience, stop := context.WithTimeout(ctx, otherPatience)
	defer stop()
	asked := false
	for {
		pid := runningOn(dataDir)
		if pid == 0 {
			return nil
		}
		if patience.Err() != nil && !asked {
			asked = true
			_ = syscall.Kill(pid, syscall.SIGINT) // if it is gone already, all the better
		}
		if ctx.Err() != nil {
			return fmt.Errorf("another PostgreSQL server (process %d) is running on %s: stop it first", pid, dataDir)
		}
		pause(ctx, pollPause)
	}
}

// runningOn is the process that serves a data directory, 0 for none. A number in postmaster.pid that now belongs to some other
// program does not count: Postgres sees that itself.
func runningOn(dataDir string) int {
	text, err := os.ReadFile(filepath.Join(dataDir, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 1 || !isServerOf(pid, dataDir) {
		return 0
	}
	return pid
}
