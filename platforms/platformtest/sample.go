package platformtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// sharedEnv names the directory with reference material; without it the directory "shared" beside the repository is tried.
const sharedEnv = "AGENTE_SHARED"

// Sample reads a sample of a platform's requests and answers, such as "meta/campaign-create.json", into v. The material is not part of the
// project: the test is skipped where it is absent.
func Sample(t testing.TB, name string, v any) {
	t.Helper()
	path := filepath.Join(sharedDir(t), "specs", "samples", filepath.FromSlash(name))
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skipf("the platform's sample %s is not here; set %s to the directory that holds specs/samples", path, sharedEnv)
	}
	if err != nil {
		t.Fatalf("read sample: %v", err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("read sample %s: %v", name, err)
	}
}

func sharedDir(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv(sharedEnv); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("find the repository: %v", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared")
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("find the repository: no go.mod above the working directory")
		}
		dir = parent
	}
}
