package campaign

import (
	"slices"
	"strconv"
	"time"

	"github.com/agente-ceo/agente-ceo/domain/ads"
	"github.com/agente-ceo/agente-ceo/domain/facts"
	"github.com/agente-ceo/agente-ceo/domain/id"
	"github.com/agente-ceo/agente-ceo/domain/money"
)

// Kind is what a step does.
type Kind string

// The kinds of steps; they are the kinds of effects.
const (
	CreateCampaign  Kind = "create_campaign"
	CreateAdSet     Kind = "create_ad_set"
	CreateAd        Kind = "create_ad"
	SetDelivery     Kind = "set_delivery"
	SetBudget       Kind = "set_budget"
	SetBid          Kind = "set_bid"
	CreateLookalike Kind = "create_lookalike"
	ValidatePlan    Kind = "validate_plan"
	SendCRM         Kind = "send_crm"
)

// Step is one granular thing to do outside. What it needs beyond these fields is in the state, under Target.
type Step struct {
	ID         string
	Kind       Kind
	Target     string // our id of the campaign, ad set or ad
	Level      ads.Level
	ExternalID string
	Delivery   ads.Delivery
	Budget     money.Amount // daily budget; SetBid: the cost cap
	Name       string       // CreateLookalike
	Spend      Spend        // what pays for it, where it raises spending
	Lowers     bool         // SetBudget: it is less than the platform last confirmed
}

// Note is a line of the audit log.
type Note struct {
	Action   string // past tense
	Reason   string
	Expected string
	Figures  []Figure
	By       string
}

// Figure is one number or text that a note rests on.
type Figure struct{ Name, Value string }

// Reserve asks the treasurer.
type Reserve struct {
	ID       string
	Day      string
	Budget   money.Amount
	Minimum  money.Amount
	Priority int64 // ROAS in thousandths
	Purpose  Purpose
}

// Release tells the treasurer that delivery stopped.
type Release struct {
	ID        string
	StoppedAt time.Time
}

// Ask puts a launch, or more budget, before a person.
type Ask struct {
	ID        string
	Kind      string // launch | budget | expand
	Manifest  string
	Details   []byte
	ExpiresAt time.Time
	Summary   string
	Why       string
	Amount    money.Amount // a day
	By        string       // the operator who proposes it; empty for the agent itself
}

// Proof says that the campaign earns more than the expansion target.
type Proof struct {
	ID        string
	ROASMilli int64
}

// More asks the product for new creatives.
type More struct {
	ID    string
	Count int
}

// Out is what a turn wants done, beside the state itself.
type Out struct {
	Facts    []facts.Fact
	Notes    []Note
	Steps    []Step
	Reserve  []Reserve
	Release  []Release
	Ask      []Ask
	Withdraw []Withdrawal
	Proofs   []Proof
	More     []More
	Opened   bool // tell the ceo
	Closed   bool // tell the ceo and the product
	Schedule map[string]time.Time
	Cancel   []string
}

// The names of the campaign's alarms.
const (
	AlarmMonitor  = "monitor"
	AlarmDecide   = "decide"
	AlarmScale    = "scale"
	AlarmExpand   = "expand"
	AlarmRotate   = "rotate"
	AlarmRenew    = "renew"
	AlarmEnforce  = "enforce"
	AlarmNewDay   = "new_day"
	AlarmLaunch   = "launch"
	AlarmDeadline = "publish_deadline"
	AlarmRetry    = "retry"
	AlarmGrow     = "grow"
)

// Turn is the handling of one message: it holds a copy of the state, and collects what is to be done.
type Turn struct {
	*State
	Now    time.Time
	rules  Rules
	before *State
	out    Out
}

// Begin starts a turn on a state, which it leaves alone. Times are kept in milliseconds, as snapshots are.
func Begin(s *State, rules Rules, now time.Time) *Turn {
	t := &Turn{State: s.Clone(), Now: now.Truncate(time.Millisecond), rules: rules, before: s, out: Out{Schedule: map[string]time.Time{}}}
	t.touch()
	return t
}

// Finish reconciles what is wanted with what the platform confirmed, and returns the new state and what is to be done.
func (t *Turn) Finish() (*State, Out) {
	if t.Plan.CampaignID != "" {
		t.advance()
		t.touch()
		t.settleQuestions()
		t.settleClosing()
		t.rows()
	}
	return t.State, t.out
}

// Idle reports whether the turn changed nothing but alarms.
func (o Out) Idle() bool {
	return len(o.Facts)+len(o.Notes)+len(o.Steps)+len(o.Reserve)+len(o.Release)+len(o.Ask)+len(o.Withdraw)+len(o.Proofs)+len(o.More) == 0 && !o.Opened && !o.Closed
}

// Alarms lists the alarms that the turn sets, in order.
func (o Out) Alarms() []string {
	names := make([]string, 0, len(o.Schedule))
	for name := range o.Schedule {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (t *Turn) today() string { return AccountDay(t.Now, t.rules.Zone) }

func (t *Turn) tomorrow() string { return DayAfter(t.today()) }

func (t *Turn) at(name string, when time.Time) {
	t.out.Schedule[name] = when
	t.out.Cancel = slices.DeleteFunc(t.out.Cancel, func(n string) bool { return n == name })
}

func (t *Turn) cancel(names ...string) {
	for _, name := range names {
		delete(t.out.Schedule, name)
		if !slices.Contains(t.out.Cancel, name) {
			t.out.Cancel = append(t.out.Cancel, name)
		}
	}
}

func (t *Turn) note(action, reason, expected string, figures ...Figure) {
	t.out.Notes = append(t.out.Notes, Note{Action: action, Reason: reason, Expected: expected, Figures: figures})
}

func (t *Turn) noteBy(by, action, reason, expected string, figures ...Figure) {
	t.note(action, reason, expected, figures...)
	t.out.Notes[len(t.out.Notes)-1].By = by
}

func (t *Turn) alert(kind, severity, title, detail string, parts ...string) {
	parts = append([]string{kind, t.Plan.CampaignID}, parts...)
	t.out.Facts = append(t.out.Facts, facts.Alert{
		ID: id.Derive(id.Alert, parts...), Kind: kind, Severity: severity,
		Subject: t.Plan.CampaignID, Title: title, Detail: detail, At: t.Now,
	})
}

func (t *Turn) resolve(kind string, parts ...string) {
	parts = append([]string{kind, t.Plan.CampaignID}, parts...)
	t.out.Facts = append(t.out.Facts, facts.AlertResolved{ID: id.Derive(id.Alert, parts...), At: t.Now})
}

// number is the next number of this campaign, for names and ids.
func (t *Turn) number() string {
	t.Next++
	return strconv.FormatInt(t.Next, 10)
}

// name is how the platform knows an entity: it carries our id, so that a lost answer is found again.
func (t *Turn) name(number string) string { return ads.Name(t.Plan.CampaignID, number) }

// step emits a step and remembers that it is open.
func (t *Turn) step(s Step) {
	t.entitle(&s)
	s.ID = id.Derive(id.Effect, t.Plan.CampaignID, t.number())
	t.Open = append(t.Open, OpenStep{ID: s.ID, Kind: s.Kind, Target: s.Target, Delivery: s.Delivery, Budget: s.Budget})
	t.out.Steps = append(t.out.Steps, s)
}

// busy reports whether a step of some kind on a target has not been answered; an empty kind means any kind.
func (t *Turn) busy(target string, kind Kind) bool {
	for _, o := range t.Open {
		if o.Target == target && (kind == "" || o.Kind == kind) {
			return true
		}
	}
	return false
}

// doneBefore remembers a command and reports whether it was handled already. The memory is bounded: repeats come soon or never.
func (t *Turn) doneBefore(command string) bool {
	if slices.Contains(t.Done, command) {
		return true
	}
	const remembered = 48
	t.Done = append(t.Done, command)
	if over := len(t.Done) - remembered; over > 0 {
		t.Done = slices.Delete(t.Done, 0, over)
	}
	return false
}

// settleClosing ends what is over: the treasurer gets its money back, and everybody is told, once the platform confirmed that it stopped.
func (t *Turn) settleClosing() {
	if t.Live() || t.MayDeliver {
		return
	}
	if len(t.Grants) > 0 {
		t.release()
	}
	if t.Final && !t.Closed {
		t.Closed = true
		if t.EndedAt.IsZero() {
			t.EndedAt = t.Now
		}
		t.out.Closed = true
		t.cancel(AlarmDecide, AlarmScale, AlarmExpand, AlarmRotate, AlarmRenew, AlarmEnforce, AlarmNewDay, AlarmLaunch, AlarmDeadline, AlarmGrow)
	}
}
