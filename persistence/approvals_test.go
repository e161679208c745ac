package persistence_test

import (
	"testing"

	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/fault"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

func approval(status, by string) facts.Approval {
	return facts.Approval{
		ID: "apr_a", Subject: "cmp_a", Kind: "launch", Status: status, Amount: usd(5000), Manifest: "m", Details: []byte(`{}`),
		DecidedBy: by, RequestedAt: start, ExpiresAt: later,
	}
}

// The commit that does what an approval allows uses it up; the database refuses it where there is none, it is another one, or a used one.
func TestApprovalUse(t *testing.T) {
	t.Parallel()
	use := facts.ApprovalUsed{ID: "apr_a", Manifest: "m", By: "cmp_a", At: later}
	for name, c := range map[string]struct {
		before []facts.Fact
		use    facts.ApprovalUsed
		want   string
	}{
		"Approved":      {[]facts.Fact{approval("approved", "bia@x.org")}, use, ""},
		"None":          {nil, use, "not_approved"},
		"Pending":       {[]facts.Fact{approval("pending", "")}, use, "not_approved"},
		"Rejected":      {[]facts.Fact{approval("rejected", "bia@x.org")}, use, "not_approved"},
		"Expired":       {[]facts.Fact{approval("expired", "")}, use, "not_approved"},
		"Void":          {[]facts.Fact{approval("approved", "bia@x.org"), facts.ApprovalVoided{ID: "apr_a", Reason: "changed", At: later}}, use, "not_approved"},
		"Used":          {[]facts.Fact{approval("approved", "bia@x.org"), use}, use, "not_approved"},
		"OtherManifest": {[]facts.Fact{approval("approved", "bia@x.org")}, facts.ApprovalUsed{ID: "apr_a", Manifest: "n", By: "cmp_a", At: later}, "not_approved"},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			for _, f := range c.before {
				b.actor("approvals", "main").write(f)
			}
			err := b.actor("campaign", "cmp_a").try(actorkit.Commit{
				State: []byte("launched"), Facts: []facts.Fact{c.use}, Audit: []actorkit.Audit{{Action: "approval_used", Subject: "cmp_a"}},
			})
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				b.want("cmp_a", `SELECT used_by FROM approvals WHERE used_at IS NOT NULL`)
				return
			}
			if fault.CodeOf(err) != c.want {
				t.Errorf("the launch got %v, want %s", err, c.want)
			}
			b.want("0", `SELECT count(*) FROM actor_snapshot WHERE kind = 'campaign'`)
			b.want("0", `SELECT count(*) FROM audit_log`)
		})
	}
}

func TestApprovalUse_AUsedOneStaysUsed(t *testing.T) {
	b := setup(t)
	b.actor("approvals", "main").write(approval("approved", "bia@x.org"), facts.ApprovalUsed{ID: "apr_a", Manifest: "m", By: "cmp_a", At: later})
	b.actor("approvals", "main").write(facts.ApprovalVoided{ID: "apr_a", Reason: "late", At: later})
	b.want("approved", `SELECT status FROM approvals`)
}
