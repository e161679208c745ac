package httpapi

import (
	"context"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/agente-ceo/agente-ceo/domain/money"
	"github.com/agente-ceo/agente-ceo/domain/signin"
	"github.com/agente-ceo/agente-ceo/domain/views"
	"github.com/agente-ceo/agente-ceo/runtime/actorkit"
)

// System is what does not change while the program runs.
type System struct {
	Version  string
	World    string // sandbox | live
	Mode     func() string
	Speed    int64 // business seconds per second
	Currency string
	TimeZone string // of the ad account, IANA
	// StepUpAbove is what a day may cost that is approved without the password; 0, or nil, asks for no password.
	StepUpAbove func() money.Amount
}

// ActorRow is one actor of this process.
type ActorRow = views.Actor

// Actors takes commands to actors.
type Actors interface {
	Ask(ctx context.Context, to actorkit.Key, msg proto.Message) (proto.Message, error)
	Tell(to actorkit.Key, msg proto.Message)
}

// Reads is the read model. A thing that is not there is nil without an error.
type Reads interface {
	Catalogue
	Campaigns
	Sales
	Office
	Figures
	Trends
	Watch
}

// Catalogue reads products and creatives.
type Catalogue interface {
	Products(ctx context.Context, l views.List) ([]views.Product, error)
	Product(ctx context.Context, id string) (*views.ProductDetail, error)
	Creatives(ctx context.Context, l views.List) ([]views.Creative, error)
	Creative(ctx context.Context, id string) (*views.CreativeDetail, error)
}

// Campaigns reads campaigns and the purse.
type Campaigns interface {
	Campaigns(ctx context.Context, l views.List) ([]views.Campaign, error)
	Campaign(ctx context.Context, id string) (*views.CampaignDetail, error)
	Treasury(ctx context.Context) (views.Treasury, error)
	Blacklist(ctx context.Context, l views.List) ([]views.Blacklisted, error)
}

// Sales reads orders and customers.
type Sales interface {
	Orders(ctx context.Context, l views.List) ([]views.Order, error)
	Order(ctx context.Context, id string) (*views.OrderDetail, error)
	Customers(ctx context.Context, l views.List) ([]views.Customer, error)
}

// Office reads what operators see and answer.
type Office interface {
	Alerts(ctx context.Context, l views.List) ([]views.Alert, error)
	// Mutes lists what is quiet, MutedAlerts counts the open alerts that are, and the critical ones among them.
	Mutes(ctx context.Context, now time.Time) ([]views.Mute, error)
	MutedAlerts(ctx context.Context, now time.Time) (open, critical int64, err error)
	Approvals(ctx context.Context, l views.List) ([]views.Approval, error)
	Approval(ctx context.Context, id string) (*views.Approval, error)
	Reports(ctx context.Context, l views.List) ([]views.Report, error)
	Report(ctx context.Context, kind, date string) (*views.ReportDetail, error)
	Audit(ctx context.Context, l views.List) ([]views.Audit, error)
	Tasks(ctx context.Context, l views.List) ([]views.Task, error)
	Control(ctx context.Context) (views.Control, error)
	// Undelivered lists messages between actors that were promised before l.To and not handled, oldest first.
	Undelivered(ctx context.Context, l views.List) ([]views.Message, error)
}

// Watch reads what people look after.
type Watch interface {
	// Search finds things of some kinds (as views.Hit has them), at most so many of each.
	Search(ctx context.Context, what string, kinds []string, each int) ([]views.Hit, error)
	Task(ctx context.Context, id string) (*views.TaskDetail, error)
	// Machine is what the database knows of what the business runs on; node is the name of this process.
	Machine(ctx context.Context, node string, now time.Time) (views.Machine, error)
	// Actor is what is stored of an actor.
	Actor(ctx context.Context, kind, id, node string) (*views.ActorDetail, error)
	AuditStatus(ctx context.Context) (views.AuditStatus, error)
}

// Engine is what this process knows of itself.
type Engine interface {
	Self() views.NodeSelf
	// Quotas is how much of the platforms' limits on calls is used, by courier; who has not answered yet, or does not tell, is missing.
	Quotas() map[string]views.Quota
	// Logs are the lines from a level on that came after a number, the newest most of them, oldest first, and the number of the newest line.
	Logs(level string, after int64, most int) (lines []views.LogLine, last int64)
	// Anchors are the ends of the audit log that were noted outside of the database.
	Anchors() (views.Anchors, error)
	// VerifyAudit checks the whole audit log and notes in it what was found. It may take minutes. A verification that runs already is
	// fault Refused "verifying".
	VerifyAudit(ctx context.Context, by string) (views.AuditVerdict, error)
}

// Figures sums up.
type Figures interface {
	// Summary sums up whole UTC days, both ends included.
	Summary(ctx context.Context, from, to time.Time) (views.Summary, error)
	// Daily lists whole UTC days, both ends included, oldest first; days without figures are there with zeros.
	Daily(ctx context.Context, from, to time.Time) ([]views.Day, error)
}

// Switch is the kill switch of this process. It works without the database.
type Switch interface {
	// Freeze stops what raises spending before it returns. An error says that it may not outlast the process.
	Freeze(id, by, reason string) error
	// Standing is how it stands, and how far pausing has come; Recorded is not filled in.
	Standing() views.ControlDetail
}

// Records writes what people decide without an actor, each with its audit entry. found is false when there is no such thing.
type Records interface {
	AcknowledgeAlert(ctx context.Context, id, by string, now time.Time) (found bool, err error)
	MuteAlerts(ctx context.Context, m views.Mute) error
	UnmuteAlerts(ctx context.Context, id, by string, now time.Time) (found bool, err error)
	AddToBlacklist(ctx context.Context, b views.Blacklisted) error
	DeadLetters
	RemoveFromBlacklist(ctx context.Context, kind, term, by string, now time.Time) (found bool, err error)
}

// DeadLetters are what was given up. found is false when there is no such thing, or it has not been given up.
type DeadLetters interface {
	RetryTask(ctx context.Context, id, by string, now time.Time) (courier string, found bool, err error)
	DismissTask(ctx context.Context, id, by string, now time.Time) (found bool, err error)
	DismissMessage(ctx context.Context, id, by string, now time.Time) (found bool, err error)
}

// Live tells what commits changed. Its numbers only grow; one commit's changes share one.
type Live interface {
	// Head is the number up to which everything can be read now.
	Head(ctx context.Context) (int64, error)
	// Since lists the changes after a number, in order, at most limit of them and whole commits only. complete is false when older
	// ones than asked for were purged, or when more than limit wait.
	Since(ctx context.Context, seq int64, limit int) (changes []views.LiveChange, complete bool, err error)
	// Wait returns when something was committed since it was last called, or when the context ends.
	Wait(ctx context.Context) error
}

// Account is a user as the door knows them.
type Account = views.Account

// Users keeps people. Somebody who is not there is nil without an error.
type Users interface {
	UserByEmail(ctx context.Context, email string) (*Account, error)
	UserByID(ctx context.Context, id int64) (*Account, error)
	ListUsers(ctx context.Context) ([]views.User, error)
	UserChanges
	Logins
}

// UserChanges writes people. by is the e-mail of who did it, for the audit log.
type UserChanges interface {
	// AddUser refuses an e-mail that is there already (fault Refused "email_taken").
	AddUser(ctx context.Context, u Account, by string, now time.Time) (int64, error)
	// UpdateUser replaces name, roles, language, password hash and the disabled time. Other roles, another password and a disabled
	// account end all sessions of the user. It refuses to leave no administrator (fault Refused "last_admin").
	UpdateUser(ctx context.Context, u Account, by string, now time.Time) error
}

// Logins counts wrong passwords by the place that they come from, so that nobody can lock out anybody else.
type Logins interface {
	// LoginPlace is the place of an attempt: the device when its hash is one that the user came in with lately, or else the network.
	LoginPlace(ctx context.Context, userID int64, device, network []byte, now time.Time) (signin.Place, error)
	// LoginFailed counts a failure at a place, which has to wait until a time, if it is not zero. note is for the audit log, if any.
	LoginFailed(ctx context.Context, userID int64, place []byte, waitUntil time.Time, note string, now time.Time) error
	// LoginSucceeded forgets the failures at places and trusts them from now on.
	LoginSucceeded(ctx context.Context, userID int64, places [][]byte, now time.Time) error
}

// People tells of whoever may have to go.
type People interface {
	// PeopleVersion grows with every commit that disables or changes somebody, or ends a session or a token, on any node.
	PeopleVersion(ctx context.Context) (int64, error)
	// Gone says for each guest whether they are no longer who they were: disabled, of other roles, logged out, timed out or revoked.
	Gone(ctx context.Context, guests []views.Guest, now time.Time) ([]bool, error)
}

// SessionStore keeps sessions by a hash of their token.
type SessionStore interface {
	FindSession(ctx context.Context, token string, now time.Time) (data []byte, found bool, err error)
	SaveSession(ctx context.Context, token string, data []byte, expiry time.Time, userID int64) error
	DeleteSession(ctx context.Context, token string) error
}

// Tokens finds the user of an API token by its SHA-256; 0 when it is unknown, revoked or expired.
type Tokens interface {
	TokenUser(ctx context.Context, hash []byte, now time.Time) (userID int64, err error)
}

// Configuration is the typed configuration, which the root knows.
type Configuration interface {
	// Describe lists every key with the value that saved settings would give it. What may not be is fault Refused
	// "invalid_setting" with a text for people.
	Describe(saved map[string]string) ([]views.Setting, error)
	// Apply makes saved settings take effect.
	Apply(saved map[string]string) error
}

// SettingsStore keeps versions of the saved settings.
type SettingsStore interface {
	SavedSettings(ctx context.Context) (version int64, saved map[string]string, err error)
	// SaveSettings refuses when base is not the newest version (fault Refused "version_conflict").
	SaveSettings(ctx context.Context, base int64, saved map[string]string, reason, by string, now time.Time) (version int64, err error)
	SettingsHistory(ctx context.Context, limit int) ([]views.SettingsVersion, error)
}

// Vault keeps credentials encrypted. Nothing here gives a secret back.
type Vault interface {
	ListCredentials(ctx context.Context) ([]views.Credential, error)
	PutCredential(ctx context.Context, name, value, by string, now time.Time) error
	DeleteCredential(ctx context.Context, name, by string, now time.Time) (found bool, err error)
}

// WebhookStore keeps deliveries until an actor has taken them in.
type WebhookStore interface {
	// StoreWebhooks stores all of them or none. A dedupe key of one source is stored once; duplicate says for each delivery whether
	// it was there before, or came earlier in the list. What is no fault of the database's condition (fault Retryable) is a
	// delivery's own.
	StoreWebhooks(ctx context.Context, list []views.Delivery) (duplicate []bool, err error)
}

// WebhookSecrets check signatures. A source without a secret is refused.
type WebhookSecrets struct {
	MetaApp     string
	MetaVerify  string
	Shopify     string
	WooCommerce string
}

// SecondFactors keeps what codes are made of, sealed.
type SecondFactors interface {
	// SecondFactor is somebody's, nil when none was begun.
	SecondFactor(ctx context.Context, userID int64) (*views.SecondFactor, error)
	// BeginSecondFactor keeps a secret in place of one that was not confirmed (fault Refused "second_factor_on").
	BeginSecondFactor(ctx context.Context, userID int64, secret string, now time.Time) error
	// ConfirmSecondFactor puts it in force, with the SHA-256 of its recovery codes; step is used up.
	ConfirmSecondFactor(ctx context.Context, u views.User, step int64, recovery [][]byte, now time.Time) error
	// UseStep uses a step of 30 seconds up: fresh is false when it, or a later one, was used before.
	UseStep(ctx context.Context, userID, step int64) (fresh bool, err error)
	// UseRecovery uses a recovery code up, by its SHA-256; was is false when there is no such code left.
	UseRecovery(ctx context.Context, u views.User, hash []byte, now time.Time) (was bool, err error)
	RemoveSecondFactor(ctx context.Context, u views.User, by string, now time.Time) (found bool, err error)
}

// Readers keeps who gets which reports by e-mail: daily, weekly, monthly.
type Readers interface {
	ReportsOf(ctx context.Context, userID int64) ([]string, error)
	SetReportsOf(ctx context.Context, userID int64, kinds []string) error
}

// Connections tries the connections to the outside with the credentials that are stored, by harmless reads.
type Connections interface {
	// ConnectionOf is the connection that a credential is for, "" for one that nothing can be asked about.
	ConnectionOf(credential string) string
	// TestConnection asks the other side. What is wrong is in the answer, not an error; an unknown name is fault Refused
	// "unknown_connection".
	TestConnection(ctx context.Context, name string) (views.ConnectionTest, error)
}
