// What the agent did, counted and told in sentences.
import type { Audit } from './api/types'

/** Actions that are told, in the order in which they matter to whoever comes back. */
export const told = [
  'spending_frozen', 'cap_breached', 'campaign_paused', 'campaign_stopped', 'campaign_failed', 'campaign_published', 'budget_raised', 'budget_rolled_back', 'budget_refused',
  'campaign_decided', 'order_received', 'order_refunded', 'product_qualified', 'product_rejected', 'creatives_made', 'product_out_of_stock', 'approval_asked', 'report_made',
  'setting_changed',
] as const
export type Told = (typeof told)[number]

export interface Sentence {
  action: Told
  n: number
  /** The one thing it was about, where it was only one. */
  subject: string
  why: string
}

/** Sentences about the lines after a number of the audit log, and how many lines nothing is told of. */
export function digest(lines: readonly Audit[], after: number): { sentences: Sentence[]; others: number } {
  const fresh = lines.filter((l) => l.seq > after)
  const sentences = told.flatMap((action) => {
    const own = fresh.filter((l) => l.action === action)
    if (own.length === 0) return []
    // A campaign is judged again and again: campaigns count, not judgements.
    const n = action === 'campaign_decided' ? new Set(own.map((l) => l.subject)).size : own.length
    return [{ action, n, subject: n === 1 ? own[0]!.subject : '', why: n === 1 ? own[0]!.reason : '' }]
  })
  return { sentences, others: fresh.filter((l) => !(told as readonly string[]).includes(l.action)).length }
}
