// What operators see and answer, and who they are.
import type { Money } from './types'

export interface Alert {
  id: string
  kind: string
  severity: 'info' | 'warning' | 'critical'
  subject: string
  title: string
  detail: string
  count: number
  first_at: string
  last_at: string
  acknowledged_at: string | null
  acknowledged_by: string
  resolved_at: string | null
  muted_until: string | null
}

/** Alerts that are quiet for a while; empty words are "every" and "everything". */
export interface Mute {
  id: string
  kind: string
  subject: string
  until: string
  reason: string
  by: string
  created_at: string
}

export interface AlertRule {
  kind: string
  severities: string[]
  by: string
  loud: boolean
  thresholds: { key: string; value: string }[]
  sent: string[]
}

export interface Approval {
  id: string
  subject: string
  kind: 'launch' | 'budget' | 'expand' | 'creatives'
  status: 'pending' | 'approved' | 'rejected' | 'expired' | 'void'
  summary: string
  why: string
  amount: Money
  manifest: string
  details: unknown
  changes: { field: string; from: string; to: string }[]
  proposed_by: string
  decided_by: string
  reason: string
  requested_at: string | null
  expires_at: string | null
  decided_at: string | null
  used_at: string | null
  step_up: boolean
}

export interface Audit {
  seq: number
  at: string
  actor: string
  action: string
  subject: string
  reason: string
  expected: string
  figures: Record<string, string> | null
  by: string
  hash: string
}

export interface Order {
  id: string
  shop: string
  external_id: string
  status: string
  email: string
  total: Money
  refunded: Money
  supplier_cost: Money
  product_id: string
  product_title: string
  campaign_id: string
  supplier_order_id: string
  tracking_code: string
  country: string
  placed_at: string | null
  updated_at: string
  test: boolean
}

export interface OrderItem {
  sku: string
  title: string
  quantity: number
  price: Money
  product_id: string
}

export interface OrderDetail extends Order {
  customer_id: string
  ad_id: string
  utm: Record<string, string> | null
  items: OrderItem[] | null
  history: Audit[]
  tasks: Task[]
}

export interface Customer {
  id: string
  email: string
  name: string
  phone: string
  country: string
  orders: number
  /** What this customer paid so far, less refunds. */
  ltv: Money
  tags: string[]
  first_seen_at: string | null
  last_seen_at: string | null
}

export interface Report {
  kind: 'daily' | 'weekly' | 'monthly'
  date: string
  text: string
  at: string
}

export interface ReportDetail extends Report {
  /** As the reporter wrote it; figures that a version did not know are absent. */
  body: Partial<ReportBody>
}

export interface Count {
  name: string
  n: number
}

export interface ReportProduct {
  id: string
  title: string
  status: string
  orders: number
  revenue: Money
  supplier_cost: Money
  refunds: Money
  spend: Money
}

export interface ReportBody {
  kind: string
  date: string
  from: string
  to: string
  impressions: number
  clicks: number
  conversions: number
  spend: Money
  roas: string
  orders: number
  revenue: Money
  supplier_cost: Money
  refunds: Money
  contribution: Money
  new_products: number
  qualified: number
  rejected: number
  active_campaigns: number
  campaigns_by_status: Count[] | null
  decisions: Count[] | null
  top_products: ReportProduct[] | null
  bottom_products: ReportProduct[] | null
  budget_allotted: Money
  budget_used: Money
  cap_day: Money
  cap_week: Money
  advice: string[] | null
}

export interface Control {
  frozen: boolean
  by: string
  reason: string
  at: string | null
}

export interface Task {
  id: string
  seq: number
  courier: string
  kind: string
  subject: string
  state: string
  attempts: number
  next_attempt_at: string
  last_error: string
  created_at: string
  updated_at: string
}

export interface Actor {
  kind: string
  id: string
  state: string
  mailbox: number
  handled: number
  restarts: number
  last_error: string
  next_alarm: string | null
  /** The process that runs it. */
  node: string
}

export interface User {
  id: number
  email: string
  name: string
  roles: string[]
  language: string
}

export interface System {
  version: string
  world: 'sandbox' | 'live'
  mode: 'dry_run' | 'approval' | 'auto'
  /** Business seconds per second. */
  speed: number
  currency: string
  time_zone: string
  /** The business's time when the answer was made. */
  now: string
}

export interface Session {
  user: User
  via: string
  expires_at: string | null
  system: System
}
