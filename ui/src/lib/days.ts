import type { AdDay } from './api/types'

const next = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)

/** The days from the first to the last, those without figures too: nothing was spent then, and ratios have no value. */
export function everyDay(series: readonly AdDay[], currency: string): AdDay[] {
  const nothing = { amount: '0', currency }
  const out: AdDay[] = []
  for (const s of series) {
    for (let day = out.at(-1) ? next(out.at(-1)!.day) : s.day; day < s.day; day = next(day)) {
      out.push({ day, impressions: 0, clicks: 0, conversions: 0, spend: nothing, revenue: nothing, roas: null, ctr: null, cvr: null, cpa: null })
    }
    out.push(s)
  }
  return out
}
