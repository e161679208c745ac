package brake_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/runtime/brake"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, path string) *brake.Brake {
	t.Helper()
	b, err := brake.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func pull(t *testing.T, b *brake.Brake, id string) {
	t.Helper()
	if err := b.Pull(id, "ana@example.com", "wrong prices", noon); err != nil {
		t.Fatal(err)
	}
}

func TestBrake_StaysPulledOverRestarts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "freeze.json")
	b := open(t, path)
	if b.Refusal() != nil {
		t.Fatal("a new brake is pulled")
	}
	pull(t, b, "frz_1")
	pull(t, b, "frz_2")
	again := open(t, path)
	if s := again.State(); !s.Pulled || s.ID != "frz_1" || s.By != "ana@example.com" || !s.At.Equal(noon) || fault.CodeOf(again.Refusal()) != "frozen" {
		t.Errorf("after a restart it stands at %+v", s)
	}
	if err := again.Release(); err != nil {
		t.Fatal(err)
	}
	if again.Refusal() != nil || open(t, path).State().Pulled {
		t.Error("it was released and is pulled")
	}
}

func TestBrake_AnUnreadableFileIsPulled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "freeze.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if !open(t, path).State().Pulled {
		t.Error("half a file let spending go on")
	}
}

func TestBrake_PullsAlthoughItCannotBeWritten(t *testing.T) {
	t.Parallel()
	b := open(t, filepath.Join(t.TempDir(), "gone", "freeze.json"))
	if err := b.Pull("frz_1", "", "", noon); err == nil {
		t.Error("it says that it is on the disk")
	}
	if b.Refusal() == nil {
		t.Error("it is not pulled")
	}
}

func TestBrake_BreaksCallsOff(t *testing.T) {
	t.Parallel()
	b := open(t, "")
	early, done := b.Guard(t.Context())
	defer done()
	changed := b.Changed()
	pull(t, b, "frz_1")
	<-early.Done()
	<-changed
	late, done := b.Guard(t.Context())
	defer done()
	<-late.Done()
	if err := b.Release(); err != nil {
		t.Fatal(err)
	}
	after, done := b.Guard(t.Context())
	if after.Err() != nil {
		t.Error("a released brake breaks calls off")
	}
	done()
	if after.Err() == nil {
		t.Error("what is over was not let go")
	}
}
