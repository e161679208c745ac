// What a campaign's audit lines mean for people: how good the news is, which figures tell, what they did to the budget.
import type { Mark } from '../components/TimeChart.svelte'
import type { Audit } from './api/types'

export type Tone = Mark['tone']

const tones: Record<string, Tone> = {
  campaign_published: 'info', campaign_resumed: 'info', campaign_proven: 'good', campaign_planned: 'plain',
  budget_raised: 'good', budget_changed: 'info', audience_expanded: 'good', product_expanded: 'good', bid_changed: 'info', creatives_added: 'info',
  budget_rolled_back: 'warn', landing_page_advised: 'warn', audience_advised: 'warn', bundle_advised: 'warn', ad_retired: 'warn', budget_refused: 'warn',
  campaign_paused: 'bad', campaign_failed: 'bad', campaign_stopped: 'bad', campaign_ended: 'bad', campaign_refused: 'bad', ad_set_failed: 'bad', pause_failed: 'bad',
}
const verdicts: Record<string, Tone> = { winner: 'good', potential: 'warn', loser: 'bad' }

/** How good the news of a line is. */
export function toneOf(line: Audit): Tone {
  if (line.action === 'campaign_decided') return verdicts[line.figures?.verdict ?? ''] ?? 'plain'
  return tones[line.action] ?? 'plain'
}

/** Lines that changed something or gave a verdict: not each grant of a budget, and not each time that it was too early to tell. */
export const telling = (line: Audit): boolean => toneOf(line) !== 'plain'

const repeated = ['budget_refused']

/** Marks for a chart, oldest first. Verdicts that repeat the one before are left out, the mark is where the news was new. */
export function marks(lines: readonly Audit[], title: (line: Audit) => string): Mark[] {
  const out: Mark[] = []
  let verdict = ''
  for (const line of [...lines].sort((a, b) => a.seq - b.seq)) {
    if (!telling(line) || repeated.includes(line.action)) continue
    if (line.action === 'campaign_decided') {
      if (line.figures?.verdict === verdict) continue
      verdict = line.figures?.verdict ?? ''
    }
    out.push({ day: line.at.slice(0, 10), text: title(line), tone: toneOf(line) })
  }
  return out
}

const first = ['verdict', 'roas', 'ctr', 'cvr', 'cpa', 'spend', 'conversions', 'impressions', 'hours', 'before', 'after', 'asked', 'granted', 'worst_case']

/** A line's figures in two: those that tell at a glance, in a fixed order, and the rest. */
export function figuresOf(line: Audit): { key: [string, string][]; rest: [string, string][] } {
  const all = Object.entries(line.figures ?? {}).filter(([, value]) => value !== '')
  const key = first.flatMap((name) => all.filter(([n]) => n === name && n !== 'verdict'))
  return { key, rest: all.filter(([name]) => !first.includes(name)) }
}

/** Lines about the budget, newest first. */
export const aboutBudget = (lines: readonly Audit[]): Audit[] => lines.filter((l) => /^budget_|^reservation_|^cap_/.test(l.action))

/** A line, and how often it was said again right before it. */
export interface Folded {
  line: Audit
  times: number
  /** When it was first said in that row. */
  since: string
}

/** Lines that say the same one after the other as one, the newest. */
export function folded(lines: readonly Audit[]): Folded[] {
  const out: Folded[] = []
  for (const line of lines) {
    const last = out.at(-1)
    if (last && last.line.action === line.action && last.line.reason === line.reason && last.line.by === line.by) {
      last.times++
      last.since = line.at
    } else out.push({ line, times: 1, since: line.at })
  }
  return out
}
