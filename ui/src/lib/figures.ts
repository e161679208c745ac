// Figures of several days added up, exactly: money as whole numbers, ratios of the sums.
import type { AdFigures, Money } from './api/types'
import { quotient, scaled } from './format'

type Counted = Pick<AdFigures, 'impressions' | 'clicks' | 'conversions' | 'spend' | 'revenue'>

/** An amount of so many millionths, as the server writes amounts. */
export function unscaled(value: bigint, currency: string): Money {
  const digits = (value < 0n ? -value : value).toString().padStart(7, '0')
  const part = digits.slice(-6).replace(/0{1,4}$/, '')
  return { amount: `${value < 0n ? '-' : ''}${digits.slice(0, -6)}.${part}`, currency }
}

const over = (a: number, b: number) => (b > 0 ? a / b : null)

/** The sum of some days, with its own ratios. */
export function added(days: readonly Counted[], currency: string): AdFigures {
  let [impressions, clicks, conversions, spent, brought] = [0, 0, 0, 0n, 0n]
  for (const d of days) {
    impressions += d.impressions
    clicks += d.clicks
    conversions += d.conversions
    spent += scaled(d.spend)
    brought += scaled(d.revenue)
  }
  const [spend, revenue] = [unscaled(spent, currency), unscaled(brought, currency)]
  return {
    impressions, clicks, conversions, spend, revenue, roas: quotient(revenue, spend), ctr: over(clicks, impressions), cvr: over(conversions, clicks),
    cpa: conversions > 0 ? unscaled((spent + BigInt(conversions) / 2n) / BigInt(conversions) / 10_000n * 10_000n, currency) : null,
  }
}

export interface Days {
  from: string
  to: string
}

/** The days of a series that lie in a range, both ends included. */
export const within = <T extends { day: string }>(series: readonly T[], r: Days): T[] => series.filter((d) => d.day >= r.from && d.day <= r.to)

/** As many days as a range has, right before it. */
export function before(r: Days): Days {
  const ms = 86_400_000
  const from = Date.parse(`${r.from}T00:00:00Z`)
  const n = Math.round((Date.parse(`${r.to}T00:00:00Z`) - from) / ms) + 1
  const text = (at: number) => new Date(at).toISOString().slice(0, 10)
  return { from: text(from - n * ms), to: text(from - ms) }
}
