// What administrators see and change.

export interface Setting {
  key: string
  /** Empty for secrets. */
  value: string
  default: string
  origin: 'default' | 'settings' | 'file' | 'environment' | 'flag'
  secret: boolean
  /** False where the environment, a file or a flag decides, or a restart would be needed. */
  editable: boolean
  help: string
}

export interface SettingsVersion {
  version: number
  at: string
  by: string
  reason: string
  changes: Record<string, { from: string; to: string }>
}

export interface Settings {
  version: number
  saved: Record<string, string>
  settings: Setting[]
  history: SettingsVersion[]
}

export interface Credential {
  name: string
  set: boolean
  /** The end of it, at most. */
  hint: string
  updated_at: string | null
  updated_by: string
  /** What can be tested with it, or empty. */
  connection: string
}

/** What a harmless read said of a connection. */
export interface ConnectionTest {
  name: string
  ok: boolean
  code: '' | 'not_configured' | 'refused' | 'credentials' | 'unreachable' | 'unknown'
  detail: string
  missing: string[]
}

export interface Blacklisted {
  kind: 'product' | 'keyword' | 'category' | 'creative'
  term: string
  reason: string
  by: string
  at: string
}

export interface Person {
  id: number
  email: string
  name: string
  roles: string[]
  language: string
  disabled_at: string | null
  last_login_at: string | null
  created_at: string
}

/** One's own account. */
export interface Profile {
  user: Person
  second_factor: { on: boolean; since: string | null; recovery_left: number }
  /** Kinds of reports that come by e-mail. */
  reports: string[]
}

/** A second factor that was begun; shown once. */
export interface Enrolment {
  secret: string
  uri: string
  /** A picture as a data: address. */
  qr: string
}
