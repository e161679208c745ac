package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/agente-ceo/agente-ceo/configs"
	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/httpapi"
	"github.com/agente-ceo/agente-ceo/platforms/sandbox/faults"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
)

// live is the whole program in real time over the sandbox, and a browser that is signed in.
type live struct {
	t       *testing.T
	app     *App
	cfg     configs.Config
	seams   seams
	cookies []*http.Cookie
}

// serveReal starts the program as serve does, at the pace of real time.
func serveReal(t *testing.T, plan *faults.Plan) *live { return serveBehind(t, plan, seams{}) }

// serveBehind is serveReal with something put between the program and what it rests on.
func serveBehind(t *testing.T, plan *faults.Plan, between seams) *live {
	t.Helper()
	t.Parallel()
	layers := configs.Layers{Flags: map[string]string{"world": "sandbox", "speed": "1", "http.addr": "127.0.0.1:0", "retention.backups": "1"}}
	cfg, _, err := configs.Load(layers)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.DataDir, err = simulationDir(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(cfg.DataDir) })
	l := &live{t: t, cfg: cfg, seams: between}
	l.start(plan)
	return l
}

func (l *live) start(plan *faults.Plan) {
	l.t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	app, err := New(l.t.Context(), Options{Config: l.cfg, Layers: configs.Layers{Flags: map[string]string{"data_dir": l.cfg.DataDir}}, Log: log, Faults: plan, seams: l.seams})
	if err != nil {
		l.t.Fatal(err)
	}
	l.app = app
	if err := app.Start(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
}

func (l *live) close() {
	l.t.Helper()
	if err := l.app.Close(); err != nil {
		l.t.Log(err) // a database that the test stopped cannot be closed in order
	}
}

// deliver makes campaigns of ours that deliver, on every platform in turn.
func (l *live) deliver(n int) {
	l.t.Helper()
	for i := range n {
		platform := ads.Platforms()[i%3]
		account := l.app.outside.ads[platform]
		made := insist(l.t, func() (ads.Entity, error) {
			return account.CreateCampaign(l.t.Context(), ads.CampaignSpec{Name: ads.Name(fmt.Sprintf("cmp_test%02d", i), "0")})
		})
		insist(l.t, func() (bool, error) {
			return true, account.SetDelivery(l.t.Context(), ads.LevelCampaign, made.ID, ads.Active)
		})
	}
	if got := l.delivering(); got != n {
		l.t.Fatalf("%d campaigns deliver, want %d", got, n)
	}
}

// insist repeats a call that the platform turned away.
func insist[T any](t *testing.T, call func() (T, error)) T {
	t.Helper()
	for {
		v, err := call()
		if err == nil {
			return v
		}
		if kind := fault.KindOf(err); kind != fault.Retryable && kind != fault.Ambiguous || t.Context().Err() != nil {
			t.Fatal(err)
		}
	}
}

// delivering counts the campaigns that are on, at the platforms' own ledgers.
func (l *live) delivering() (n int) {
	for _, server := range l.app.world.ads {
		for _, c := range server.Snapshot().Campaigns {
			if c.Configured == "ACTIVE" || c.Configured == "ENABLE" || c.Configured == "ENABLED" {
				n++
			}
		}
	}
	return n
}

func (l *live) call(method, path string, body any, want int) []byte {
	l.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		l.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(l.t.Context(), method, "http://"+l.app.Addr()+path, bytes.NewReader(data))
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for _, c := range l.cookies {
		req.AddCookie(c)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // it was read
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != want {
		l.t.Fatalf("%s %s answered %d %s (%v), want %d", method, path, res.StatusCode, answer, err, want)
	}
	l.cookies = append(l.cookies, res.Cookies()...)
	return answer
}

// signIn makes an administrator and a session of theirs.
func (l *live) signIn() {
	l.t.Helper()
	const password = "correct horse battery"
	hash, err := httpapi.HashPassword(password)
	if err != nil {
		l.t.Fatal(err)
	}
	person := views.Account{User: views.User{Email: "root@example.com", Name: "Root", Roles: []string{"admin"}}, PasswordHash: hash}
	if _, err := l.app.db.AddUser(l.t.Context(), person, "test", l.app.clock.Now()); err != nil {
		l.t.Fatal(err)
	}
	l.call("POST", "/api/login", map[string]string{"email": "root@example.com", "password": password}, 200)
	l.call("GET", "/api/session", nil, 200)
}

func (l *live) control() views.ControlDetail {
	l.t.Helper()
	var v views.ControlDetail
	if err := json.Unmarshal(l.call("GET", "/api/control", nil, 200), &v); err != nil {
		l.t.Fatal(err)
	}
	return v
}

// within waits until something is so, and fails when it takes longer in real time.
func (l *live) within(limit time.Duration, what string, so func() bool) time.Duration {
	l.t.Helper()
	passed := clock.Stopwatch()
	for !so() {
		if passed() > limit {
			l.t.Fatalf("after %s: %s is not so; control is %+v", limit, what, l.control())
		}
		waitReal(l.t.Context(), 20*time.Millisecond)
	}
	return passed()
}

func (l *live) audited(action string) (n int) {
	l.t.Helper()
	for _, line := range insist(l.t, func() ([]views.Audit, error) {
		return l.app.db.Views().Audit(context.Background(), views.List{Limit: 200, Kind: action})
	}) {
		if line.Action == action {
			n++
		}
	}
	return n
}

// freezeWithin freezes, and wants everything paused on the platforms in so much real time, the call included.
func (l *live) freezeWithin(limit time.Duration) {
	l.t.Helper()
	passed := clock.Stopwatch()
	l.call("POST", "/api/control/freeze", map[string]string{"reason": "wrong prices"}, 200)
	answered := passed()
	if fault.CodeOf(l.app.brake.Refusal()) != "frozen" {
		l.t.Error("it answered 200 and couriers may still raise")
	}
	l.within(limit-answered, "everything is paused", func() bool { return l.delivering() == 0 })
	l.t.Logf("answered after %s, everything was paused after %s", answered, passed())
}

// killDatabase kills the server as a crash would, and waits until it is gone.
func (l *live) killDatabase() {
	l.t.Helper()
	folders, err := filepath.Glob(filepath.Join(l.cfg.DataDir, "pgdata-*", "postmaster.pid"))
	if err != nil || len(folders) != 1 {
		l.t.Fatalf("%v, %v", folders, err)
	}
	text, err := os.ReadFile(folders[0])
	if err != nil {
		l.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil {
		l.t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		l.t.Fatal(err)
	}
	<-l.app.server.Done()
}

func TestFreeze_PausesTwentyCampaignsInTenSeconds(t *testing.T) {
	l := serveReal(t, nil)
	l.signIn()
	l.deliver(20)
	l.freezeWithin(10 * time.Second)
	l.within(10*time.Second, "the halt is settled", func() bool { v := l.control(); return v.Halt != nil && v.Halt.Settled && v.Recorded })
	if v := l.control(); v.Halt.Open != 20 || v.Halt.Paused != 20 || len(v.Halt.NotPaused) != 0 || v.By != "root@example.com" {
		t.Errorf("control is %+v, halt %+v", v, v.Halt)
	}
	l.within(5*time.Second, "it is audited", func() bool {
		confirmed, failed := l.audited("halt_confirmed"), l.audited("halt_failed")
		return confirmed == 20 && l.audited("halt_intended") == confirmed+failed && l.audited("spending_frozen") == 1
	})
	// A restart changes nothing, and only resuming does.
	l.close()
	l.start(nil)
	if !l.control().Frozen || l.app.brake.Refusal() == nil {
		t.Error("a restart let spending go on")
	}
	l.call("POST", "/api/control/resume", map[string]string{"reason": "prices corrected"}, 202)
	if l.control().Frozen || l.app.brake.Refusal() != nil {
		t.Error("resumed, and still frozen")
	}
	l.close()
}

func TestFreeze_WhilePlatformsTurnCallsAway(t *testing.T) {
	var script []faults.Fault
	for _, where := range []string{" /meta/", " /tiktok/", " /google/"} {
		script = append(script, faults.Fault{Kind: faults.Throttle, Where: where, Share: 0.4},
			faults.Fault{Kind: faults.ServerError, Where: where, Share: 0.2}, faults.Fault{Kind: faults.ErrorAfterCommit, Where: where, Share: 0.1})
	}
	l := serveReal(t, faults.New(4, script...))
	l.signIn()
	l.deliver(20)
	l.freezeWithin(60 * time.Second)
	l.within(20*time.Second, "the halt is settled", func() bool { return l.control().Halt.Paused == 20 })
	l.close()
}

// The database dies first; spending is frozen all the same, the platforms are halted, and all of it is written down when it is back.
func TestFreeze_WithoutTheDatabase(t *testing.T) {
	l := serveReal(t, nil)
	l.signIn()
	l.deliver(20)
	l.killDatabase()
	l.freezeWithin(10 * time.Second)
	if v := l.control(); !v.Frozen || v.Recorded {
		t.Errorf("control is %+v", v)
	}
	if err := l.app.server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.within(60*time.Second, "the database knows", func() bool { return l.control().Recorded })
	l.within(10*time.Second, "it is audited", func() bool { return l.audited("halt_confirmed") == 20 && l.audited("spending_frozen") == 1 })
	l.close()
}
