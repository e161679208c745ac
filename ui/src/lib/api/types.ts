// What the API answers, in the words of its own views. Times are RFC 3339 UTC, ratios were rounded once by the server.

export interface Money {
  amount: string
  currency: string
}

/** A decimal such as 1.5; null where it would divide by nothing. */
export type Ratio = number | null

export interface Page<T> {
  items: T[]
  next: string
}

export interface AdFigures {
  impressions: number
  clicks: number
  conversions: number
  spend: Money
  /** As the platforms attribute it. */
  revenue: Money
  roas: Ratio
  ctr: Ratio
  cvr: Ratio
  cpa: Money | null
}

export interface Figures extends AdFigures {
  shop_orders: number
  /** As the shop took it. */
  shop_revenue: Money
  supplier_cost: Money
  refunds: Money
  profit: Money
  aov: Money | null
}

export interface Day extends Figures {
  day: string
}

export interface AdDay extends AdFigures {
  day: string
}

export interface Counts {
  products: Record<string, number>
  campaigns: Record<string, number>
  creatives: number
  active_campaigns: number
  open_alerts: number
  critical_alerts: number
  pending_approvals: number
  open_tasks: number
}

export interface Change {
  spend: Ratio
  revenue: Ratio
  shop_orders: Ratio
  profit: Ratio
  roas: Ratio
  ctr: Ratio
  cvr: Ratio
}

export interface Summary {
  from: string
  to: string
  currency: string
  current: Figures
  previous: Figures
  change: Change
  counts: Counts
}

export type CampaignStatus = 'draft' | 'pending_approval' | 'publishing' | 'active' | 'testing' | 'scaling' | 'paused' | 'error' | 'ended'
export type Verdict = '' | 'insufficient' | 'winner' | 'potential' | 'loser'

export interface Campaign extends Figures {
  id: string
  product_id: string
  product_title: string
  platform: string
  name: string
  status: CampaignStatus
  verdict: Verdict
  reason: string
  external_id: string
  mode: string
  initial_budget: Money
  daily_budget: Money
  countries: string[]
  bid_strategy: string
  created_at: string | null
  activated_at: string | null
  ended_at: string | null
  updated_at: string
}

export interface AdSet extends AdFigures {
  id: string
  campaign_id: string
  name: string
  status: string
  external_id: string
  audience: string
  countries: string[]
  daily_budget: Money
  created_at: string | null
}

export interface Ad extends AdFigures {
  id: string
  ad_set_id: string
  campaign_id: string
  creative_id: string
  headline: string
  media_url: string
  status: string
  external_id: string
  created_at: string | null
}

export interface CampaignDetail extends Campaign {
  ad_sets: AdSet[]
  ads: Ad[]
  decisions: Audit[]
  effects: Task[]
  series: AdDay[]
  reservations: Reservation[]
}

export interface Window {
  purse: string
  kind: 'day' | 'week'
  starts: string
  cap: Money
  /** The most that is still chargeable. */
  reserved: Money
  charged: Money
  overspend: Money
  free: Money
}

export interface Reservation {
  id: string
  campaign_id: string
  platform: string
  day: string
  nominal: Money
  worst_case: Money
  charged: Money
  state: string
  at: string
}

export interface Treasury {
  purse: string
  day: string
  week: string
  windows: Window[]
  free: Money
  reservations: Reservation[]
}

export interface ScorePart {
  name: string
  value: number
  weight: number
  why: string
}

export interface Product {
  id: string
  status: string
  title: string
  description: string
  category: string
  sources: string[]
  supplier_price: Money
  market_price: Money
  selling_price: Money
  images: string[]
  /** 4500 is 4.5 stars; 0 with 0 reviews is unknown. */
  rating_milli: number
  reviews: number
  demand_score: number
  competition: number
  trend_pct: number
  /** 0..100000 */
  score_milli: number
  score_parts: ScorePart[]
  reasons: string[]
  landing_url: string
  scouted_at: string | null
  updated_at: string
}

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
}

export interface Approval {
  id: string
  subject: string
  kind: 'launch' | 'budget' | 'expand'
  status: 'pending' | 'approved' | 'rejected' | 'expired' | 'void'
  summary: string
  why: string
  amount: Money
  manifest: string
  details: unknown
  proposed_by: string
  decided_by: string
  reason: string
  requested_at: string | null
  expires_at: string | null
  decided_at: string | null
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

export interface Report {
  kind: 'daily' | 'weekly' | 'monthly'
  date: string
  text: string
  at: string
}

export interface ReportDetail extends Report {
  body: ReportBody
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

export interface Overview {
  system: System
  control: Control
  summary: Summary
  daily: Day[]
  treasury: Treasury
  campaigns: Campaign[]
  alerts: Alert[]
  approvals: Approval[]
  activity: Audit[]
}

export interface Creative {
  id: string
  product_id: string
  status: string
  language: string
  style: string
  headline: string
  body: string
  action: string
  media_url: string
}

export interface ProductDetail extends Product {
  creatives: Creative[]
  campaigns: Campaign[]
  history: Audit[]
  tasks: Task[]
}
