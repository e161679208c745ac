// How an account of the outside world is, by its queue, its breaker and its quota.
import type { CourierStatus } from './api/types'

export type Condition = 'well' | 'busy' | 'slowed' | 'trouble' | 'open'

/** What matters most of an account, the worst first: an open breaker, what had to be tried again, a limit that is nearly used up. */
export function condition(c: CourierStatus): Condition {
  if (c.breaker.open) return 'open'
  if (c.unknown > 0 || c.retried > 0 || c.dead > 0) return 'trouble'
  if ((c.quota?.percent ?? 0) >= easeFrom) return 'slowed'
  return c.pending + c.inflight > 0 ? 'busy' : 'well'
}

/** From this percentage of a limit on, calls are spread out. */
export const easeFrom = 75

/** The accounts, those with trouble first, else by name. */
export function byCondition(list: readonly CourierStatus[]): CourierStatus[] {
  const order: Condition[] = ['open', 'trouble', 'slowed', 'busy', 'well']
  const place = (c: CourierStatus) => Math.min(order.indexOf(condition(c)), 3)
  return [...list].sort((a, b) => place(a) - place(b) || a.courier.localeCompare(b.courier))
}
