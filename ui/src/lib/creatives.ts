// Ads summed by the creative that they show.
import type { Ad, Money } from './api/types'
import { scaled } from './format'

export interface CreativeResult {
  id: string
  headline: string
  media: string
  /** Active while one of its ads is. */
  status: string
  ads: number
  impressions: number
  clicks: number
  conversions: number
  spend: Money
  revenue: Money
}

/** The exact sum of two amounts of one currency. */
export function plus(a: Money, b: Money): Money {
  const sum = scaled(a) + scaled(b)
  const digits = (sum < 0n ? -sum : sum).toString().padStart(7, '0')
  const part = digits.slice(-6).replace(/0{1,4}$/, '')
  return { amount: `${sum < 0n ? '-' : ''}${digits.slice(0, -6)}.${part}`, currency: a.currency || b.currency }
}

/** One row for each creative, what it returned for each coin deciding the order; those that spent nothing last. */
export function byCreative(ads: readonly Ad[]): CreativeResult[] {
  const rows = new Map<string, CreativeResult>()
  for (const a of ads) {
    const r = rows.get(a.creative_id)
    if (!r) {
      rows.set(a.creative_id, {
        id: a.creative_id, headline: a.headline, media: a.media_url, status: a.status, ads: 1,
        impressions: a.impressions, clicks: a.clicks, conversions: a.conversions, spend: a.spend, revenue: a.revenue,
      })
      continue
    }
    r.ads++
    r.impressions += a.impressions
    r.clicks += a.clicks
    r.conversions += a.conversions
    r.spend = plus(r.spend, a.spend)
    r.revenue = plus(r.revenue, a.revenue)
    if (a.status === 'active') r.status = 'active'
  }
  const worth = (r: CreativeResult) => (scaled(r.spend) > 0n ? Number((scaled(r.revenue) * 10_000n) / scaled(r.spend)) : -1)
  return [...rows.values()].sort((a, b) => worth(b) - worth(a) || b.impressions - a.impressions)
}
