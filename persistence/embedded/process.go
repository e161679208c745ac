package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// process is a child that ends with us.
type process struct {
	cmd      *exec.Cmd
	words    *lastLines
	done     chan struct{}
	err      error // of Wait; read after done
	stopping atomic.Bool
}

// startProcess runs a program as the account. The kernel signals the child when the thread that started it ends, so that thread
// is kept for the child alone until it is gone.
func startProcess(a account, path string, args []string, log *slog.Logger) (*process, error) {
	cmd := exec.Command(path, args...)
	cmd.Dir = "/" // ours may be closed to the account
	cmd.Env = environment()
	cmd.SysProcAttr = attributes(a)
	p := &process{cmd: cmd, words: &lastLines{log: log}, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p.words, p.words
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.done)
		if !p.stopping.Load() && p.err != nil {
			log.Error("database process ended", "program", path, "error", p.failure().Error())
		}
	}()
	if err := <-started; err != nil {
		if errors.Is(err, os.ErrPermission) {
			return nil, fmt.Errorf("run %s as user %s: %w (may that user execute it?)", path, a.name, err)
		}
		return nil, fmt.Errorf("run %s: %w", path, err)
	}
	return p, nil
}

// environment is ours without what would change how Postgres starts or speaks.
func environment() []string {
	env := []string{"LC_ALL=C"}
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, "PG") && !strings.HasPrefix(name, "LC_") && name != "LANG" && !strings.HasPrefix(name, "AGENTE_") {
			env = append(env, e)
		}
	}
	return env
}

func (p *process) signal(s syscall.Signal) {
	_ = p.cmd.Process.Signal(s) // it may be gone already, which is what every caller wants
}

// end signals the process and waits for it.
func (p *process) end(s syscall.Signal) {
	p.stopping.Store(true)
	p.signal(s)
	<-p.done
}

// failure says why an ended process ended, nil when that was its task.
func (p *process) failure() error {
	if p.err == nil || p.stopping.Load() {
		return nil
	}
	return fmt.Errorf("%w: %s", p.err, p.lastWords())
}

func (p *process) lastWords() string { return p.words.String() }

// remains are what Postgres says when something of a killed server is still there, and will go away by itself.
var remains = []string{"postmaster.pid", "shared memory block", "could not lock", "another postmaster", "another server might be running"}

func (p *process) inTheWay() bool {
	words := p.lastWords()
	for _, r := range remains {
		if strings.Contains(words, r) {
			return true
		}
	}
	return false
}

// lastLines keeps the end of what a process says, and logs all of it.
type lastLines struct {
	log   *slog.Logger
	mu    sync.Mutex
	rest  []byte
	lines []string
}

var _ io.Writer = (*lastLines)(nil)

const keptLines = 12

// Write takes output as it comes, in pieces of lines.
func (l *lastLines) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, data...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte{'\n'})
		if !found {
			return len(data), nil
		}
		l.rest = rest
		l.log.Debug("database said", "line", string(line))
		l.lines = append(l.lines, string(line))
		l.lines = l.lines[max(0, len(l.lines)-keptLines):]
	}
}

// String is the last lines, joined.
func (l *lastLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) == 0 {
		return "it said nothing"
	}
	return strings.Join(l.lines, " | ")
}
