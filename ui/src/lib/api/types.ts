// What the API answers, in the words of its own views. Times are RFC 3339 UTC, ratios were rounded once by the server.
import type { Alert, Approval, Audit, Control, System, Task } from './office'

export * from './office'
export * from './watch'

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
  /** Newest first. */
  ledger: Posting[]
}

/** Moves money between two accounts of the ledger. */
export interface Posting {
  id: string
  reservation_id: string
  kind: 'reserve' | 'top_up' | 'post' | 'release' | 'expire'
  debit: string
  credit: string
  amount: Money
  at: string
}

/** What one campaign brought on one UTC day. */
export interface CampaignDay {
  campaign_id: string
  day: string
  impressions: number
  clicks: number
  conversions: number
  spend: Money
  revenue: Money
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
  product_title: string
  pain_points: string[]
  created_at: string | null
  updated_at: string
  /** How many ads use it. */
  ads: number
}

export interface CreativeDetail extends Creative {
  totals: AdFigures
  in_ads: Ad[]
}

export interface ProductDetail extends Product {
  creatives: Creative[]
  campaigns: Campaign[]
  history: Audit[]
  tasks: Task[]
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
