// What the purse's windows look like as bars, and its ledger as sentences.
import type { Bar } from '../components/BarChart.svelte'
import type { Window } from './api/types'
import { approximately, day, money, scaled } from './format'

/** Day windows as bars of charged and still committed money under the cap; what is charged beyond the cap is the bad part. */
export function bars(windows: readonly Window[]): Bar[] {
  return windows.map((w) => ({
    label: day(w.starts),
    parts: [
      { tone: scaled(w.overspend) > 0n ? 'bad' : 'full', value: approximately(w.charged), text: money(w.charged) },
      { tone: 'pale', value: approximately(w.reserved), text: money(w.reserved) },
    ],
    cap: { value: approximately(w.cap), text: money(w.cap) },
  }))
}

/** The mean share of the caps that was charged, 0..1; null without a cap. */
export function utilisation(windows: readonly Window[]): number | null {
  const cap = windows.reduce((sum, w) => sum + scaled(w.cap), 0n)
  const charged = windows.reduce((sum, w) => sum + scaled(w.charged), 0n)
  return cap > 0n ? Number((charged * 10_000n) / cap) / 10_000 : null
}
