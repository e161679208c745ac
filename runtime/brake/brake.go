// Package brake is the kill switch of this process: what raises spending asks it right before the call, whatever the database says.
//
// It is kept in a small file, which is on the disk before Pull returns, so that it stays pulled over restarts although the database may be
// away. The database's row of control says the same for people; each of the two alone stops spending.
package brake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/fault"
)

// State is how the brake stands. The zero value is released.
type State struct {
	Pulled bool      `json:"pulled"`
	ID     string    `json:"id"` // of the command that pulled it
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Brake stops what raises spending. It is safe for concurrent use.
type Brake struct {
	path string

	mu      sync.Mutex
	state   State
	running context.Context // ends when the brake is pulled
	stop    context.CancelFunc
	changed chan struct{} // closed at the next change
}

// Open reads the brake from its file; an empty path keeps it in memory alone. A file that cannot be read counts as pulled: nobody knows
// that it is not.
func Open(path string) (*Brake, error) {
	b := &Brake{path: path, changed: make(chan struct{})}
	b.running, b.stop = context.WithCancel(context.Background())
	if path == "" {
		return b, nil
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return b, nil
	case err != nil:
		return nil, fmt.Errorf("read the brake: %w", err)
	}
	if err := json.Unmarshal(data, &b.state); err != nil || !b.state.Pulled {
		b.state = State{Pulled: true, ID: "unreadable", Reason: "the file " + path + " cannot be read"}
	}
	b.stop()
	return b, nil
}

// State is how it stands now.
func (b *Brake) State() State {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state
}

// Changed is closed at the next change.
func (b *Brake) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

// Pull stops what raises spending from this moment on, and what is on its way, as far as it can be broken off. Pulled again it keeps who
// pulled it first. An error says that it may not outlast the process; it is pulled all the same.
func (b *Brake) Pull(id, by, reason string, at time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state.Pulled {
		return b.write()
	}
	b.state = State{Pulled: true, ID: id, By: by, Reason: reason, At: at.UTC()}
	b.stop()
	b.notify()
	return b.write()
}

// Release lets spending go on. On an error it stays pulled.
func (b *Brake) Release() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.state.Pulled {
		return nil
	}
	if b.path != "" {
		if err := os.Remove(b.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("release the brake: %w", err)
		}
		if err := syncFolder(b.path); err != nil {
			return err
		}
	}
	b.state = State{}
	b.running, b.stop = context.WithCancel(context.Background())
	b.notify()
	return nil
}

func (b *Brake) notify() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// write puts the state on the disk, whole or not at all.
func (b *Brake) write() error {
	if b.path == "" {
		return nil
	}
	data, err := json.Marshal(b.state)
	if err != nil {
		return fmt.Errorf("write the brake: %w", err)
	}
	file, err := os.OpenFile(b.path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write the brake: %w", err)
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write the brake: %w", err)
	}
	if err := os.Rename(b.path+".new", b.path); err != nil {
		return fmt.Errorf("write the brake: %w", err)
	}
	return syncFolder(b.path)
}

// syncFolder makes the folder's entry of a file last.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("write the brake: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("write the brake: %w", err)
	}
	return nil
}

// Refusal is fault Refused "frozen" while it is pulled, and nil when it is not.
func (b *Brake) Refusal() error {
	if b.State().Pulled {
		return fault.Refuse("frozen", "all spending is frozen")
	}
	return nil
}

// Guard gives a context for one call that raises spending: it ends when the brake is pulled, so that no request begins after that. The
// returned function is to be called when the call is over.
func (b *Brake) Guard(ctx context.Context) (context.Context, context.CancelFunc) {
	b.mu.Lock()
	running := b.running
	b.mu.Unlock()
	guarded, cancel := context.WithCancel(ctx)
	forget := context.AfterFunc(running, cancel)
	return guarded, func() { forget(); cancel() }
}
