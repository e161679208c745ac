package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Binaries is one installation of Postgres.
type Binaries struct {
	Dir   string
	Major int
}

// oldest is the first major version that the schema works on.
const oldest = 15

// places are where distributions put the server, which is mostly not in PATH.
var places = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/lib/postgresql*/bin", "/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
}

// ErrNoBinaries means that no usable Postgres is installed.
var ErrNoBinaries = errors.New("no PostgreSQL server found")

func (b Binaries) path(name string) string { return filepath.Join(b.Dir, name) }

// FindBinaries lists the installations of a usable version, newest first. An explicit dir is the only one looked at.
func FindBinaries(ctx context.Context, dir string) ([]Binaries, error) { return findBinaries(ctx, dir) }

func findBinaries(ctx context.Context, dir string) ([]Binaries, error) {
	dirs := []string{dir}
	if dir == "" {
		dirs = searchDirs()
	}
	var found []Binaries
	var tooOld []string
	for _, d := range dirs {
		major, ok := majorOf(ctx, d)
		switch {
		case !ok:
		case major < oldest:
			tooOld = append(tooOld, fmt.Sprintf("%s is version %d", d, major))
		default:
			found = append(found, Binaries{Dir: d, Major: major})
		}
	}
	if len(found) == 0 {
		return nil, missing(dir, tooOld)
	}
	slices.SortStableFunc(found, func(a, b Binaries) int { return cmp.Compare(b.Major, a.Major) })
	return found, nil
}

func missing(dir string, tooOld []string) error {
	where := "in PATH or " + places[0]
	if dir != "" {
		where = "in " + dir
	}
	old := ""
	if len(tooOld) > 0 {
		old = " (" + strings.Join(tooOld, ", ") + ", too old)"
	}
	return fmt.Errorf("%w %s%s: run `make setup`, install postgresql %d or newer (Debian: apt-get install postgresql), or set DATABASE_URL",
		ErrNoBinaries, where, old, oldest)
}

func searchDirs() []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, pattern := range places {
		matches, _ := filepath.Glob(pattern) // only a bad pattern fails
		dirs = append(dirs, matches...)
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(dirs, func(d string) bool {
		again := seen[d]
		seen[d] = true
		return again
	})
}

var versionText = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// majorOf asks the server for its version; false where there is no server with an initdb beside it.
func majorOf(ctx context.Context, dir string) (int, bool) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0, false
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0, false
	}
	match := versionText.FindSubmatch(out)
	if match == nil {
		return 0, false
	}
	major, err := strconv.Atoi(string(match[1]))
	return major, err == nil
}

// FindTool finds one of the programs that come with Postgres, such as pg_dump: in dir where it is given, else in PATH, else in the
// newest installation.
func FindTool(dir, name string) (string, error) {
	if dir != "" {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	var newest string
	for _, pattern := range places {
		matches, _ := filepath.Glob(filepath.Join(pattern, name)) // only a bad pattern fails
		for _, path := range matches {
			if newest == "" || majorIn(path) > majorIn(newest) {
				newest = path
			}
		}
	}
	if newest == "" {
		return "", fmt.Errorf("%s not found in PATH or %s: install postgresql-client", name, places[0])
	}
	return newest, nil
}

var number = regexp.MustCompile(`\d+`)

// majorIn guesses the version from a path such as /usr/lib/postgresql/15/bin/pg_dump; 0 when it shows none.
func majorIn(path string) int {
	n, _ := strconv.Atoi(number.FindString(path)) // no number is 0
	return n
}
