package torture_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/runtime/torture"
)

// served is a world that counts the calls which reached it.
func served(point torture.Point) (status func(method string) int, reached *int, wire *torture.Wire, strikes *int) {
	reached, strikes = new(int), new(int)
	wire = torture.NewWire(point, func() { *strikes++ })
	calls := &torture.Calls{
		Next:   http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { *reached++; _, _ = io.WriteString(rw, "done") }),
		Writes: func(r *http.Request, _ []byte) bool { return r.Method == http.MethodPost },
	}
	calls.Use(wire)
	return func(method string) int {
		server := httptest.NewServer(calls)
		defer server.Close()
		request, err := http.NewRequest(method, server.URL+"/x", strings.NewReader("body"))
		if err != nil {
			return -1
		}
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			return 0
		}
		defer func() { _ = answer.Body.Close() }()
		if _, err := io.ReadAll(answer.Body); err != nil {
			return 0
		}
		return answer.StatusCode
	}, reached, wire, strikes
}

func TestCalls(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		point             torture.Point
		status1, status2  int
		reached, strucken int
	}{
		"PassesWithoutAPoint":       {torture.Point{}, 200, 200, 2, 0},
		"StrikesBeforeTheCall":      {torture.Point{Class: torture.WriteCall, N: 2}, 200, 0, 1, 1},
		"StrikesAfterTheCall":       {torture.Point{Class: torture.WriteCall, N: 2, After: true}, 200, 0, 2, 1},
		"StrikesBeforeTheAnswer":    {torture.Point{Class: torture.WriteAnswer, N: 1}, 0, 0, 1, 1},
		"StrikesAfterTheAnswer":     {torture.Point{Class: torture.WriteAnswer, N: 1, After: true}, 200, 0, 1, 1},
		"DoesNotCountOtherMessages": {torture.Point{Class: torture.ReadCall, N: 1}, 200, 200, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call, reached, wire, strikes := served(c.point)
			first := call(http.MethodPost)
			// An answer that was passed on before the strike may or may not have arrived whole.
			if first != c.status1 && !(c.point.Class == torture.WriteAnswer && c.point.After) {
				t.Errorf("first answer %d, want %d", first, c.status1)
			}
			if second := call(http.MethodPost); second != c.status2 {
				t.Errorf("second answer %d, want %d", second, c.status2)
			}
			if *reached != c.reached || *strikes != c.strucken {
				t.Errorf("%d calls reached the world, %d strikes, want %d and %d", *reached, *strikes, c.reached, c.strucken)
			}
			if c.strucken == 1 && wire.What() != "POST /x" {
				t.Errorf("struck %q", wire.What())
			}
		})
	}
}

// postgresMessage is a message of the protocol: its kind, its length and its content.
func postgresMessage(kind byte, content string) string {
	return string([]byte{kind, 0, 0, 0, byte(4 + len(content))}) + content
}

func TestPostgres_StrikesAtAMessage(t *testing.T) {
	t.Parallel()
	startup := string([]byte{0, 0, 0, 8, 0, 3, 0, 0})
	for name, c := range map[string]struct {
		point torture.Point
		got   string
	}{
		"Before": {torture.Point{Class: torture.PgCommit, N: 1}, startup + postgresMessage('B', "bind")},
		"After":  {torture.Point{Class: torture.PgCommit, N: 1, After: true}, startup + postgresMessage('B', "bind") + postgresMessage('S', "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, far := net.Pipe()
			proxy, err := torture.NewPostgres(func() (net.Conn, error) { return far, nil })
			if err != nil {
				t.Fatal(err)
			}
			defer proxy.Close()
			wire := torture.NewWire(c.point, func() {})
			proxy.Use(wire)
			client, err := net.Dial("tcp", proxy.Addr())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = client.Close() }()
			// One write holds several messages, as pgx sends them.
			if _, err := io.WriteString(client, startup+postgresMessage('B', "bind")+postgresMessage('S', "")+postgresMessage('Q', "never")); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(server)
			if err != nil || string(got) != c.got {
				t.Errorf("the server got %q, want %q (%v)", got, c.got, err)
			}
			<-wire.Struck()
		})
	}
}
