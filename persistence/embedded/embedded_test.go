package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const childVariable = "EMBEDDED_TEST_CHILD"

// TestMain is also the program that the tests kill: with a data directory in its environment it starts a server there, says where,
// and waits for its end.
func TestMain(m *testing.M) {
	dir := os.Getenv(childVariable)
	if dir == "" {
		os.Exit(m.Run())
	}
	s, err := Start(context.Background(), Config{DataDir: dir, Durable: true})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("ready", s.URL())
	_, _ = io.Copy(io.Discard, os.Stdin) // ends with the test, whatever becomes of it
	if err := s.Stop(context.Background()); err != nil {
		fmt.Println("error", err)
	}
}

// dataDir is a directory that the server's user can reach, which a test's own is not under root.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "agente-embedded-") // in memory, where there is any
	if err != nil {
		dir, err = os.MkdirTemp("", "agente-embedded-")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) }) //nolint:errcheck // it is in the temporary directory
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(context.Background(), Config{DataDir: dir, Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func exec1(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background()) //nolint:errcheck // nothing was left unsaid
	if _, err := conn.Exec(context.Background(), sql); err != nil {
		t.Fatal(err)
	}
}

func await(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatalf("%s: not in time", what)
	}
}

func TestServer_StopsAndStartsAgain(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s := start(t, dir)
	if s.Err() != nil || s.Major() < oldest {
		t.Errorf("running: %v, version %d", s.Err(), s.Major())
	}
	exec1(t, s.URL(), "CREATE TABLE kept ()")
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	await(t, "the end", s.Done())
	if s.Err() != nil {
		t.Errorf("stopped: %v", s.Err())
	}
	again := start(t, dir)
	exec1(t, again.URL(), "SELECT FROM kept")
	if _, err := os.Stat(filepath.Join(dir, "pgdata-"+strconv.Itoa(s.Major()), "PG_VERSION")); err != nil {
		t.Error(err)
	}
}

func TestServer_HasNoNetwork(t *testing.T) {
	t.Parallel()
	s := start(t, dataDir(t))
	conn, err := pgx.Connect(context.Background(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background()) //nolint:errcheck // only read
	var listen, mode string
	if err := conn.QueryRow(context.Background(), "SELECT current_setting('listen_addresses'), current_setting('unix_socket_permissions')").Scan(&listen, &mode); err != nil || listen != "" || mode != "0700" {
		t.Errorf("listens on %q with %s, %v", listen, mode, err)
	}
	info, err := os.Stat(s.socket)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("socket directory %v, %v", info, err)
	}
}

func TestServer_RestartsAfterItsDeath(t *testing.T) {
	t.Parallel()
	s := start(t, dataDir(t))
	exec1(t, s.URL(), "CREATE TABLE kept ()")
	first := s.Done()
	s.current().signal(syscall.SIGKILL)
	await(t, "the death", first)
	if s.Err() == nil {
		t.Error("a killed server has no error")
	}
	if err := s.Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	if s.Err() != nil {
		t.Errorf("running again: %v", s.Err())
	}
	exec1(t, s.URL(), "SELECT FROM kept")
	if err := s.Restart(context.Background()); err != nil {
		t.Errorf("restart of a running server: %v", err)
	}
}

func TestServer_RefusesASecondProcess(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	start(t, dir)
	if _, err := Start(context.Background(), Config{DataDir: dir}); err == nil || !strings.Contains(err.Error(), "in use by another agente-ceo") {
		t.Errorf("a second server: %v", err)
	}
}

// child runs this test binary as a program of its own, and returns it with the address of its server.
func child(t *testing.T, dir string) (cmd *exec.Cmd, url string) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(program)
	cmd.Env = append(os.Environ(), childVariable+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()  //nolint:errcheck // it ends the child
		cmd.Wait()  //nolint:errcheck // it may have been killed
		out.Close() //nolint:errcheck // only read
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	word, url, _ := strings.Cut(strings.TrimSpace(line), " ")
	if err != nil || word != "ready" {
		t.Fatalf("the child said %q, %v", line, err)
	}
	return cmd, url
}

func TestServer_SurvivesTheDeathOfItsParent(t *testing.T) {
	t.Parallel()
	for _, both := range []bool{false, true} {
		t.Run(map[bool]string{false: "ParentAlone", true: "Both"}[both], func(t *testing.T) {
			t.Parallel()
			dir := dataDir(t)
			cmd, url := child(t, dir)
			exec1(t, url, "CREATE TABLE kept ()")
			cluster, _ := filepath.Glob(filepath.Join(dir, clusterPrefix+"*"))
			server := runningOn(cluster[0])
			if server == 0 {
				t.Fatal("the child's server is not to be seen")
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			if both {
				if err := syscall.Kill(server, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
			s := start(t, dir) // at once, while remains may be there
			exec1(t, s.URL(), "SELECT FROM kept")
			if now := runningOn(cluster[0]); now == server || now == 0 {
				t.Errorf("process %d serves, before it was %d", now, server)
			}
		})
	}
}

func TestStart_SaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	_, err := Start(context.Background(), Config{DataDir: dataDir(t), BinDir: empty})
	if !errors.Is(err, ErrNoBinaries) || !strings.Contains(err.Error(), "make setup") || !strings.Contains(err.Error(), empty) {
		t.Errorf("without binaries: %v", err)
	}
	old := fakeServer(t, 14)
	if _, err := Start(context.Background(), Config{DataDir: dataDir(t), BinDir: old}); err == nil || !strings.Contains(err.Error(), "is version 14, too old") {
		t.Errorf("with old binaries: %v", err)
	}
}

// fakeServer is a directory with programs that only know their version.
func fakeServer(t *testing.T, major int) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"postgres", "initdb"} {
		text := fmt.Sprintf("#!/bin/sh\necho '%s (PostgreSQL) %d.3 (Debian)'\n", name, major)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestStart_RefusesAnotherVersionsData(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	mark := func(name, version string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "PG_VERSION"), []byte(version+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mark("pgdata-15", "15")
	mark("pgdata-16", "16")
	_, err := Start(context.Background(), Config{DataDir: dir, BinDir: fakeServer(t, 17)})
	if err == nil || !strings.Contains(err.Error(), "was made by PostgreSQL 16 and only PostgreSQL 17 is installed") {
		t.Errorf("data of 16 under 17: %v", err)
	}
	mark("pgdata-16", "15")
	_, err = Start(context.Background(), Config{DataDir: dir, BinDir: fakeServer(t, 16)})
	if err == nil || !strings.Contains(err.Error(), "holds a cluster of PostgreSQL 15 and its name says 16") {
		t.Errorf("a renamed cluster: %v", err)
	}
}

func TestChooseCluster_PrefersWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	found := []Binaries{{Dir: "/17", Major: 17}, {Dir: "/15", Major: 15}}
	if b, path, err := chooseCluster(dir, found); err != nil || b.Major != 17 || filepath.Base(path) != "pgdata-17" {
		t.Errorf("an empty directory: %v %s %v", b, path, err)
	}
	for name, version := range map[string]string{"pgdata-15": "15\n", "pgdata-16.new": "16\n", "pgdata-17": ""} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if version == "" { // nothing was ever made in it
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name, "PG_VERSION"), []byte(version), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if b, path, err := chooseCluster(dir, found); err != nil || b.Dir != "/15" || filepath.Base(path) != "pgdata-15" {
		t.Errorf("a cluster of 15: %v %s %v", b, path, err)
	}
}

func TestAccount_SaysWhatItCannotEnter(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(dataDir(t), "home")
	inside := filepath.Join(closed, "data")
	if err := os.MkdirAll(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	stranger := account{name: "stranger", uid: 54321, gid: 54321, drop: true}
	if err := stranger.canReach(inside); err == nil || !strings.Contains(err.Error(), "cannot enter "+closed+" (drwx------)") || !strings.Contains(err.Error(), "AGENTE_DATA_DIR") {
		t.Errorf("a closed home: %v", err)
	}
	if err := os.Chmod(closed, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := stranger.canReach(inside); err != nil {
		t.Errorf("an open home: %v", err)
	}
}

func TestSocketDir_IsShortAndOwn(t *testing.T) {
	t.Setenv("TMPDIR", "/tmp/"+strings.Repeat("long/", 30))
	me := account{name: "me", uid: uint32(os.Getuid()), gid: uint32(os.Getgid())}
	one, err := socketDir("/data/"+strings.Repeat("x", 200), me)
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(one) //nolint:errcheck // it is in the temporary directory
	if len(one)+len("/.s.PGSQL.5432") > longestSocketPath {
		t.Errorf("%s is too long", one)
	}
	two, err := socketDir("/data/other", me)
	defer os.RemoveAll(two) //nolint:errcheck // it is in the temporary directory
	if err != nil || two == one {
		t.Errorf("another cluster's is %s, %v", two, err)
	}
	if err := os.Chmod(two, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := socketDir("/data/other", me); err == nil || !strings.Contains(err.Error(), "is not a private directory") {
		t.Errorf("a directory that others can enter: %v", err)
	}
}

func TestFindTool(t *testing.T) {
	t.Parallel()
	dir := fakeServer(t, 16)
	if path, err := FindTool(dir, "initdb"); err != nil || path != filepath.Join(dir, "initdb") {
		t.Errorf("in the given directory: %s, %v", path, err)
	}
	if _, err := FindTool(dir, "pg_no_such_tool"); err == nil || !strings.Contains(err.Error(), "postgresql-client") {
		t.Errorf("a missing tool: %v", err)
	}
}
