package main

import (
	"context"
	"strings"
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/persistence"
	"github.com/agente-ceo/agente-ceo/persistence/pgtest"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
	"github.com/agente-ceo/agente-ceo/runtime/clock"
	"github.com/agente-ceo/agente-ceo/runtime/logging"
)

func TestEngine_VerifiesTheAuditLog(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, persistence.Options{})
	app := &App{db: db, clock: clock.System{}, log: logging.New(t.Output(), logging.Options{})}
	app.cfg.DataDir = t.TempDir()
	app.anchors = &anchors{app: app}
	e := &engine{app: app}
	line := []actorkit.Audit{{Action: "product_scouted", Subject: "prd_1", Reason: "it was seen"}}
	for range 3 {
		if err := db.WriteAudit(t.Context(), "scout/main", line, clock.System{}.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := app.anchors.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, err := e.Anchors(); err != nil || a.Line != 3 || a.Count != 1 || a.File != "audit.anchors" {
		t.Errorf("anchors %+v, %v", a, err)
	}
	v, err := e.VerifyAudit(t.Context(), "ana@example.com")
	if err != nil || !v.Whole || v.Through != 3 || v.Anchors != 1 {
		t.Fatalf("verdict %+v, %v", v, err)
	}
	status, err := db.Views().AuditStatus(t.Context())
	if err != nil || status.Verified == nil || !status.Verified.Whole || status.Verified.Through != 3 || status.Verified.By != "ana@example.com" || status.Lines != 4 {
		t.Errorf("what was noted is %+v, %+v, %v", status, status.Verified, err)
	}
	noted := persistence.AuditAnchor{Seq: 2, Hash: []byte("another line stood here"), At: clock.System{}.Now()}
	if err := anchorFile(app.cfg).Append(noted); err != nil {
		t.Fatal(err)
	}
	v, err = e.VerifyAudit(t.Context(), "ana@example.com")
	if err != nil || v.Whole || v.Through != 1 || !strings.Contains(v.Problem, "line 2") {
		t.Errorf("a log that disagrees with its anchors: %+v, %v", v, err)
	}
	e.verifying.Lock()
	if _, err := e.VerifyAudit(context.Background(), "ana@example.com"); fault.CodeOf(err) != "verifying" {
		t.Errorf("a second verification at once: %v", err)
	}
}
