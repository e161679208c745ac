package world

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
)

// MailSink is an SMTP server on loopback that keeps what it is given. It speaks ESMTP with AUTH CRAM-MD5, PLAIN and LOGIN, without TLS.
type MailSink struct {
	world    *World
	listener net.Listener
	open     sync.WaitGroup
	mu       sync.Mutex
	conns    map[net.Conn]bool
	closed   bool

	challenges int64
}

// maxMail is the largest message taken, in bytes.
const maxMail = 5 << 20

// ListenMail starts the sink at a loopback address such as 127.0.0.1:0.
func (w *World) ListenMail(address string) (*MailSink, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for mail on %s: %w", address, err)
	}
	s := &MailSink{world: w, listener: l, conns: map[net.Conn]bool{}}
	s.open.Add(1)
	go s.accept()
	return s, nil
}

// Addr is host:port.
func (s *MailSink) Addr() string { return s.listener.Addr().String() }

// Close ends all connections and waits for them.
func (s *MailSink) Close() error {
	s.mu.Lock()
	s.closed = true
	err := s.listener.Close()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.open.Wait()
	return err
}

func (s *MailSink) accept() {
	defer s.open.Done()
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			_ = c.Close()
			return
		}
		s.conns[c] = true
		s.open.Add(1)
		s.mu.Unlock()
		go s.serve(c)
	}
}

func (s *MailSink) serve(c net.Conn) {
	defer s.open.Done()
	defer func() {
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
		_ = c.Close()
	}()
	t := &mailTalk{sink: s, text: textproto.NewConn(c)}
	t.say(220, "sandbox ESMTP")
	for !t.done {
		line, err := t.line()
		if err != nil {
			return
		}
		t.command(line)
	}
}

// mailTalk is one connection.
type mailTalk struct {
	sink  *MailSink
	text  *textproto.Conn
	known bool
	from  string
	to    []string
	done  bool
}

func (t *mailTalk) say(code int, text string) { _ = t.text.PrintfLine("%d %s", code, text) }

// line reads one line. There is no deadline: the peer is on this machine, and Close ends every connection.
func (t *mailTalk) line() (string, error) {
	return t.text.ReadLine()
}

func (t *mailTalk) command(line string) {
	verb, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO":
		_ = t.text.PrintfLine("250-sandbox\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE %d\r\n250 AUTH CRAM-MD5 PLAIN LOGIN", maxMail)
	case "HELO":
		t.say(250, "sandbox")
	case "AUTH":
		t.auth(rest)
	case "MAIL":
		t.mail(rest)
	case "RCPT":
		t.rcpt(rest)
	case "DATA":
		t.data()
	case "RSET":
		t.from, t.to = "", nil
		t.say(250, "2.0.0 reset")
	case "NOOP":
		t.say(250, "2.0.0 ok")
	case "QUIT":
		t.say(221, "2.0.0 bye")
		t.done = true
	default:
		t.say(502, "5.5.2 command not recognized")
	}
}

// auth takes PLAIN with its response on the line or after it, and LOGIN.
func (t *mailTalk) auth(rest string) {
	mechanism, initial, _ := strings.Cut(rest, " ")
	user, password := "", ""
	switch strings.ToUpper(mechanism) {
	case "PLAIN":
		if initial == "" {
			initial = t.ask("")
		}
		raw, _ := base64.StdEncoding.DecodeString(initial)
		if parts := bytes.Split(raw, []byte{0}); len(parts) == 3 {
			user, password = string(parts[1]), string(parts[2])
		}
	case "LOGIN":
		u, _ := base64.StdEncoding.DecodeString(t.ask("Username:"))
		p, _ := base64.StdEncoding.DecodeString(t.ask("Password:"))
		user, password = string(u), string(p)
	case "CRAM-MD5":
		user, password = t.cram()
	default:
		t.say(504, "5.5.4 mechanism not supported")
		return
	}
	secrets := t.sink.world.secrets
	if t.known = user == secrets.SMTPUser && password == secrets.SMTPPassword; !t.known {
		t.sink.world.reject("email")
		t.say(535, "5.7.8 authentication failed")
		return
	}
	t.say(235, "2.7.0 accepted")
}

// cram checks a keyed digest over a challenge, for clients that send no password in clear; it returns the password when the digest is right.
func (t *mailTalk) cram() (user, password string) {
	t.sink.mu.Lock()
	t.sink.challenges++
	challenge := fmt.Sprintf("<%d@sandbox>", t.sink.challenges)
	t.sink.mu.Unlock()
	raw, _ := base64.StdEncoding.DecodeString(t.ask(challenge))
	user, digest, _ := strings.Cut(string(raw), " ")
	mac := hmac.New(md5.New, []byte(t.sink.world.secrets.SMTPPassword))
	mac.Write([]byte(challenge))
	if hmac.Equal([]byte(hex.EncodeToString(mac.Sum(nil))), []byte(digest)) {
		return user, t.sink.world.secrets.SMTPPassword
	}
	return user, ""
}

func (t *mailTalk) ask(prompt string) string {
	t.say(334, base64.StdEncoding.EncodeToString([]byte(prompt)))
	answer, err := t.line()
	if err != nil {
		t.done = true
	}
	return answer
}

func (t *mailTalk) mail(rest string) {
	switch {
	case !t.known:
		t.sink.world.reject("email")
		t.say(530, "5.7.0 authentication required")
	case t.from != "":
		t.say(503, "5.5.1 sender already given")
	default:
		address, ok := envelope(rest, "FROM:")
		if !ok {
			t.say(501, "5.5.4 syntax: MAIL FROM:<address>")
			return
		}
		t.from = address
		t.say(250, "2.1.0 ok")
	}
}

func (t *mailTalk) rcpt(rest string) {
	address, ok := envelope(rest, "TO:")
	switch {
	case t.from == "":
		t.say(503, "5.5.1 need MAIL first")
	case !ok || !strings.Contains(address, "@"):
		t.sink.world.reject("email")
		t.say(553, "5.1.3 bad recipient address")
	default:
		t.to = append(t.to, address)
		t.say(250, "2.1.5 ok")
	}
}

func envelope(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	from, to := strings.IndexByte(s, '<'), strings.IndexByte(s, '>')
	if from < 0 || to < from {
		return "", false
	}
	return s[from+1 : to], to > from+1
}

func (t *mailTalk) data() {
	if len(t.to) == 0 {
		t.say(503, "5.5.1 need RCPT first")
		return
	}
	t.say(354, "end with .")
	raw, err := t.text.ReadDotBytes()
	switch {
	case err != nil:
		t.done = true
		return
	case len(raw) > maxMail:
		t.say(552, "5.3.4 message too big")
	default:
		if code, text := t.sink.world.mail(); code != 0 {
			t.say(code, text)
			break
		}
		t.sink.keep(t.to, raw)
		t.say(250, "2.0.0 kept")
	}
	t.from, t.to = "", nil
}

// keep stores a message once per recipient and Message-ID.
func (s *MailSink) keep(to []string, raw []byte) {
	id, subject := "", ""
	m, err := mail.ReadMessage(bufio.NewReader(bytes.NewReader(raw)))
	if err == nil {
		id = m.Header.Get("Message-Id")
		subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	}
	if err != nil {
		subject = "(unreadable)"
	}
	for _, address := range to {
		key := id
		if key != "" {
			key += " " + address
		}
		s.world.take(Received{Channel: "email", ID: key, To: address, Subject: subject, Body: string(raw)})
	}
}
