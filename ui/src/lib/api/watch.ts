// What people look after: single effects and actors, the machine, its log, the audit chain, and what a search finds.
import type { Actor, Audit, Task } from './office'
import type { Money } from './types'

export type HitKind = 'campaign' | 'product' | 'order' | 'customer' | 'creative' | 'effect' | 'audit'

export interface Hit {
  kind: HitKind
  id: string
  title: string
  note: string
  status: string
  at: string | null
}

export interface Detail {
  name: string
  value: string
}

export interface TaskEntity {
  id: string
  level: string
  names: string
  external_id: string
  made: boolean
}

export interface TaskGrant {
  day: string
  until: string | null
  amount: Money
  reservation_id: string
  held: Money
  state: string
  approval_id: string
  manifest: string
  approval_status: string
  decided_by: string
  decided_at: string | null
}

export interface TaskDetail extends Task {
  from: string
  intent: Detail[]
  withheld: boolean
  receipt: Detail[]
  entity: TaskEntity | null
  grant: TaskGrant | null
  dismissable: boolean
  dismissed_at: string | null
  dismissed_by: string
  /** Oldest first. */
  history: Audit[]
}

export interface ActorDetail extends Actor {
  /** It runs in the process that answered. */
  here: boolean
  epoch: number
  activated_at: string | null
  version: number
  saved_at: string | null
  alarms: { name: string; at: string }[]
  waiting: number
}

export interface Breaker {
  open: boolean
  failures: number
  openings: number
  opened_at: string | null
  until: string | null
  terminal: boolean
  reason: string
}

export interface CourierStatus {
  courier: string
  pending: number
  inflight: number
  unknown: number
  dead: number
  retried: number
  oldest: string | null
  /** In the last 24 hours. */
  done: number
  last_done: string | null
  error: string
  breaker: Breaker
  quota: { percent: number; at: string; rest_until: string } | null
}

export interface Backup {
  started_at: string
  finished_at: string
  file: string
  bytes: number
  sha256: string
  objects: number
  error: string
}

export interface Machine {
  node: { name: string; version: string; go: string; started: string }
  queue: { pending: number; inflight: number; unknown: number; dead: number; oldest: string | null; messages: number; oldest_sent: string | null }
  couriers: CourierStatus[]
  database: { version: string; bytes: number; schema: number; connections: number; connections_max: number; tables: { name: string; bytes: number; rows: number }[] }
  backups: Backup[]
  nodes: { name: string; actors: number; latest: string; here: boolean }[]
}

export interface AuditVerdict {
  whole: boolean
  through: number
  anchors: number
  problem: string
  at: string
  by: string
}

export interface AuditStatus {
  lines: number
  hash: string
  anchors: { file: string; count: number; line: number; hash: string; at: string | null }
  verified: AuditVerdict | null
}

export interface LogLine {
  seq: number
  at: string
  level: 'debug' | 'info' | 'warn' | 'error'
  text: string
  attrs: Detail[]
}

export interface Logs {
  node: string
  last: number
  items: LogLine[]
}

/** A message between actors that nobody has handled for a while. */
export interface Undelivered {
  id: string
  seq: number
  from: string
  to: string
  type: string
  created_at: string
}
