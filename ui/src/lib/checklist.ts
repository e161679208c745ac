// The morning's checklist: what to look at each day, ticked by looking at it or by there being nothing to look at.
import type { Overview } from './api/types'

export interface Check {
  key: 'alerts' | 'approvals' | 'budget' | 'scaling' | 'winners'
  done: boolean
  /** How many things are left to look at. */
  left: number
  href: string
}

/** The checks of a business as it is now; looked tells whether a page was looked at today. */
export function checks(o: Overview, approver: boolean, looked: (path: string) => boolean): Check[] {
  const listed = o.alerts.filter((a) => !a.acknowledged_at && !a.resolved_at).length
  // The overview lists the newest alone; where it lists nothing but unseen ones, all may be.
  const unseen = listed === o.alerts.length ? Math.max(listed, o.summary.counts.open_alerts) : listed
  const scaling = o.campaigns.filter((c) => c.status === 'scaling' && !looked(`/campaigns/${c.id}`))
  const winners = o.campaigns.filter((c) => c.verdict === 'winner' && !looked(`/campaigns/${c.id}`))
  const one = (list: { id: string }[]) => (list.length === 1 ? `/campaigns/${list[0]!.id}` : '')
  const all: Check[] = [
    { key: 'alerts', done: unseen === 0, left: unseen, href: '/alerts?status=unacknowledged' },
    { key: 'budget', done: looked('/treasury'), left: 0, href: '/treasury' },
    { key: 'scaling', done: scaling.length === 0, left: scaling.length, href: one(scaling) || '/campaigns?status=scaling' },
    { key: 'winners', done: winners.length === 0, left: winners.length, href: one(winners) || '/campaigns?status=all&sort=verdict&dir=up' },
  ]
  if (approver) all.splice(1, 0, { key: 'approvals', done: o.approvals.length === 0, left: o.approvals.length, href: '/approvals' })
  return all
}
