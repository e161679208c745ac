// Actors by kind, and platforms by what their couriers tell.
import type { Actor, Task } from './api/types'

/** Whether an actor had trouble. */
export const sick = (a: Actor): boolean => a.restarts > 0 || a.last_error !== '' || a.state === 'stopped'

export interface Group {
  kind: string
  actors: Actor[]
  handled: number
  mailbox: number
  restarts: number
  ill: number
}

const order = ['ceo', 'treasurer', 'approvals', 'scout', 'product', 'campaign', 'orders', 'courier', 'reporter', 'housekeeper']

/** Groups in the order of the business, unknown kinds last; in each, those with trouble first. */
export function tree(actors: readonly Actor[]): Group[] {
  const by = new Map<string, Actor[]>()
  for (const a of actors) by.set(a.kind, [...(by.get(a.kind) ?? []), a])
  const place = (kind: string) => (order.includes(kind) ? order.indexOf(kind) : order.length)
  const sum = (list: Actor[], of: (a: Actor) => number) => list.reduce((n, a) => n + of(a), 0)
  return [...by]
    .map(([kind, list]) => ({
      kind,
      actors: [...list].sort((a, b) => Number(sick(b)) - Number(sick(a)) || b.mailbox - a.mailbox || a.id.localeCompare(b.id)),
      handled: sum(list, (a) => a.handled), mailbox: sum(list, (a) => a.mailbox), restarts: sum(list, (a) => a.restarts), ill: list.filter(sick).length,
    }))
    .sort((a, b) => place(a.kind) - place(b.kind) || a.kind.localeCompare(b.kind))
}

export interface Health {
  courier: string
  state: 'well' | 'busy' | 'trouble'
  waiting: number
  retried: number
  oldest: string | null
  error: string
}

/** How each courier's platform answers, by its open effects and by its own state. Tried more than once is trouble. */
export function health(actors: readonly Actor[], open: readonly Task[]): Health[] {
  const couriers = [...new Set([...actors.filter((a) => a.kind === 'courier').map((a) => a.id), ...open.map((t) => t.courier)])].sort()
  return couriers.map((courier) => {
    const own = open.filter((t) => t.courier === courier)
    const retried = own.filter((t) => t.attempts > 1 || t.state === 'unknown')
    const actor = actors.find((a) => a.kind === 'courier' && a.id === courier)
    const bad = retried.length > 0 || (actor !== undefined && (actor.state === 'stopped' || actor.state === 'restarting'))
    return {
      courier, state: bad ? 'trouble' : own.length > 0 ? 'busy' : 'well', waiting: own.length, retried: retried.length,
      oldest: own.map((t) => t.created_at).sort()[0] ?? null,
      error: retried.find((t) => t.last_error)?.last_error ?? (bad ? (actor?.last_error ?? '') : ''),
    }
  })
}
