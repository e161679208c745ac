package views

import (
	"time"
)

// User is somebody who may come in.
type User struct {
	ID          int64      `json:"id"`
	Email       string     `json:"email"`
	Name        string     `json:"name"`
	Roles       []string   `json:"roles"`
	Language    string     `json:"language"`
	DisabledAt  *time.Time `json:"disabled_at"`
	LastLoginAt *time.Time `json:"last_login_at"`
	CreatedAt   time.Time  `json:"created_at"`
}

// Account is a user as the door knows them: it never leaves the program. The zero value is nobody.
type Account struct {
	User
	PasswordHash string `json:"-"`
}

// Guest is somebody who is connected or remembered, as they were when they were let in.
type Guest struct {
	UserID  int64
	Roles   []string // sorted
	Session string   // the token of their session, "" for a script
	Script  []byte   // the SHA-256 of a script's token, nil for a browser
}

// Session is who is logged in, and what they look at.
type Session struct {
	User      User       `json:"user"`
	Via       string     `json:"via" enum:"session,token"`
	ExpiresAt *time.Time `json:"expires_at"` // of the session; null for a token
	System    System     `json:"system"`
}

// System says which world this is.
type System struct {
	Version  string    `json:"version"`
	World    string    `json:"world" enum:"sandbox,live"`
	Mode     string    `json:"mode" enum:"dry_run,approval,auto"`
	Speed    int64     `json:"speed"` // business seconds per second
	Currency string    `json:"currency"`
	TimeZone string    `json:"time_zone"` // of the ad account, IANA
	Now      time.Time `json:"now"`       // of the business
}

// Setting is one key of the configuration.
type Setting struct {
	Key      string `json:"key"`
	Value    string `json:"value"` // "" for secrets
	Default  string `json:"default"`
	Origin   string `json:"origin"` // default, settings, file, environment or flag
	Secret   bool   `json:"secret"`
	Editable bool   `json:"editable"` // false where the environment, the file or a flag decides, or a restart would be needed
	Help     string `json:"help"`
}

// Settings is the configuration in force.
type Settings struct {
	Version  int64             `json:"version"` // of what was saved; 0 before anything was
	Saved    map[string]string `json:"saved"`
	Settings []Setting         `json:"settings"`
	History  []SettingsVersion `json:"history"` // newest first
}

// SettingsVersion is one saved change of the configuration.
type SettingsVersion struct {
	Version int64             `json:"version"`
	Changes map[string]Edited `json:"changes"`
	Reason  string            `json:"reason"`
	By      string            `json:"by"`
	At      time.Time         `json:"at"`
}

// Edited is a key's value before and after; empty is "not set".
type Edited struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Credential is a secret that is kept, without the secret.
type Credential struct {
	Name      string     `json:"name"`
	Set       bool       `json:"set"`
	Hint      string     `json:"hint"` // its last characters
	UpdatedAt *time.Time `json:"updated_at"`
	UpdatedBy string     `json:"updated_by"`
	// Connection can be tested with it: its name, "" for none.
	Connection string `json:"connection"`
}

// ConnectionTest is what a harmless read said of a connection.
type ConnectionTest struct {
	Name    string   `json:"name"`
	OK      bool     `json:"ok"`
	Code    string   `json:"code" enum:",not_configured,refused,credentials,unreachable,unknown"` // what to do about it
	Detail  string   `json:"detail"`                                                              // what the other side said
	Missing []string `json:"missing"`                                                             // credentials and settings that it needs and that are not set
}

// Overview is what a dashboard shows first.
type Overview struct {
	System    System     `json:"system"`
	Control   Control    `json:"control"`
	Summary   Summary    `json:"summary"` // today, UTC
	Daily     []Day      `json:"daily"`   // last 30 days, oldest first
	Treasury  Treasury   `json:"treasury"`
	Campaigns []Campaign `json:"campaigns"` // open ones first, at most 100
	Alerts    []Alert    `json:"alerts"`    // not resolved, at most 20
	Approvals []Approval `json:"approvals"` // pending; empty unless the user is an approver
	Activity  []Audit    `json:"activity"`  // newest first, at most 30
}

// LiveChange is one thing that a commit changed.
type LiveChange struct {
	Seq   int64
	Topic string
	Key   string
}

// SecondFactor is what somebody shows besides the password. Secret never leaves the program but at enrolment.
type SecondFactor struct {
	Secret      string     // base32
	ConfirmedAt *time.Time // nil while it was only begun
	Recovery    int        // codes that are left
}

// Profile is one's own account.
type Profile struct {
	User         User         `json:"user"`
	SecondFactor FactorStatus `json:"second_factor"`
	Reports      []string     `json:"reports"` // kinds that come by e-mail: daily, weekly, monthly
}

// FactorStatus says how somebody's second factor stands.
type FactorStatus struct {
	On       bool       `json:"on"`
	Since    *time.Time `json:"since"`
	Recovery int        `json:"recovery_left"` // codes for the day when the device is lost
}

// Enrolment is a second factor that was begun: shown once, and in force when a code of it was given.
type Enrolment struct {
	Secret string `json:"secret"` // base32, to be typed
	URI    string `json:"uri"`    // otpauth, to be opened
	QR     string `json:"qr"`     // the URI as a picture, data:image/png;base64,…
}

// Recovery are codes that each replace one code of the second factor, once. They are shown once.
type Recovery struct {
	Codes []string `json:"codes"`
}
