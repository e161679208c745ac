// Actors by kind.
import type { Actor } from './api/types'

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
