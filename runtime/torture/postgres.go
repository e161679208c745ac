package torture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// maxMessage bounds one message of the Postgres protocol; pictures are not stored there.
const maxMessage = 64 << 20

// Codes of the untyped first message of a connection.
const (
	sslRequest    = 80877103
	gssRequest    = 80877104
	cancelRequest = 80877102
)

// Postgres is a proxy that speaks as much of the Postgres protocol (version 3) as it takes to tell messages apart.
type Postgres struct {
	listener net.Listener
	dial     func() (net.Conn, error)
	wire     atomic.Pointer[Wire]
	delay    atomic.Pointer[func(what string)]

	mu    sync.Mutex
	conns map[net.Conn]bool
	done  sync.WaitGroup
}

// NewPostgres listens on a free port of the machine and connects each client by dial. Without a wire nobody is let in.
func NewPostgres(dial func() (net.Conn, error)) (*Postgres, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for Postgres clients: %w", err)
	}
	p := &Postgres{listener: listener, dial: dial, conns: map[net.Conn]bool{}}
	p.done.Add(1)
	go p.accept()
	return p, nil
}

// Addr is where clients connect, HOST:PORT.
func (p *Postgres) Addr() string { return p.listener.Addr().String() }

// Use gives the connections made from now on to a wire, and breaks those of the one before.
func (p *Postgres) Use(w *Wire) {
	p.wire.Store(w)
	p.Break()
}

// Delay is called before each message to the server is passed on; nil: none. It may wait.
func (p *Postgres) Delay(wait func(what string)) { p.delay.Store(&wait) }

// Break breaks all connections, as a network does.
func (p *Postgres) Break() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close() // it is wanted to be broken
	}
}

// Close ends the proxy and waits for its goroutines.
func (p *Postgres) Close() {
	_ = p.listener.Close() // nobody listens any more
	p.Break()
	p.done.Wait()
}

func (p *Postgres) accept() {
	defer p.done.Done()
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		w := p.wire.Load()
		if w == nil {
			_ = client.Close() // refused
			continue
		}
		p.done.Add(1)
		go func() {
			defer p.done.Done()
			p.serve(w, client)
		}()
	}
}

func (p *Postgres) hold(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = true
}

func (p *Postgres) drop(c net.Conn) {
	_ = c.Close() // perhaps for the second time
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

// serve passes one connection's messages in both directions until either end is closed or the wire is struck.
func (p *Postgres) serve(w *Wire, client net.Conn) {
	server, err := p.dial()
	if err != nil {
		_ = client.Close() // as a server does that cannot take it
		return
	}
	p.hold(client)
	p.hold(server)
	defer p.drop(client)
	defer p.drop(server)
	if err := p.open(w, client, server); err != nil {
		return
	}
	var both sync.WaitGroup
	both.Add(1)
	go func() {
		defer both.Done()
		_ = p.relay(server, client, func(kind byte, forward func() error) error { return p.answered(w, kind, forward) })
		_ = client.Close() // the other direction ends with it
	}()
	_ = p.relay(client, server, func(kind byte, forward func() error) error { return p.sent(w, kind, forward) })
	_ = server.Close() // the other direction ends with it
	both.Wait()
}

// open passes the untyped messages with which a connection begins.
func (p *Postgres) open(w *Wire, client, server net.Conn) error {
	for {
		head := make([]byte, 8)
		if _, err := io.ReadFull(client, head); err != nil {
			return err
		}
		size, code := binary.BigEndian.Uint32(head), binary.BigEndian.Uint32(head[4:])
		if size < 8 || size > 1<<16 {
			return errors.New("no opening of a Postgres connection")
		}
		message := append(head, make([]byte, size-8)...)
		if _, err := io.ReadFull(client, message[8:]); err != nil {
			return err
		}
		if err := w.pass(PgSend, "Startup", func() error { _, err := server.Write(message); return err }); err != nil {
			return err
		}
		switch code {
		case sslRequest, gssRequest:
			verdict := make([]byte, 1)
			if _, err := io.ReadFull(server, verdict); err != nil {
				return err
			}
			if _, err := client.Write(verdict); err != nil {
				return err
			}
		case cancelRequest:
			return io.EOF
		default:
			return nil
		}
	}
}

// relay reads whole messages and gives each to pass with the function that forwards it.
func (p *Postgres) relay(from io.Reader, to io.Writer, pass func(kind byte, forward func() error) error) error {
	head := make([]byte, 5)
	for {
		if _, err := io.ReadFull(from, head); err != nil {
			return err
		}
		size := binary.BigEndian.Uint32(head[1:])
		if size < 4 || size > maxMessage {
			return fmt.Errorf("a message of %d bytes", size)
		}
		message := append(append(make([]byte, 0, size+1), head...), make([]byte, size-4)...)
		if _, err := io.ReadFull(from, message[5:]); err != nil {
			return err
		}
		if err := pass(head[0], func() error { _, err := to.Write(message); return err }); err != nil {
			return err
		}
	}
}

// sent passes a message of the program.
func (p *Postgres) sent(w *Wire, kind byte, forward func() error) error {
	if wait := p.delay.Load(); wait != nil && *wait != nil {
		(*wait)(string(kind))
	}
	class := PgSend
	if kind == 'S' || kind == 'Q' {
		class = PgCommit
	}
	return w.pass(class, "postgres "+string(kind), forward)
}

// answered passes a message of the server. Only the end of an answer is a point: the program acts on nothing before it.
func (p *Postgres) answered(w *Wire, kind byte, forward func() error) error {
	if kind != 'Z' {
		return forward()
	}
	return w.pass(PgAnswer, "postgres Z", forward)
}
