// What the live feed makes of its frames: pure, so that order and repetition can be tested.
import type { Alert, Approval, Audit, Campaign, Control, Day, Overview, Summary, System, Treasury } from '../api/types'

export interface Item {
  topic: string
  id: string
  row?: unknown
}

export type Frame = { type: 'snapshot'; seq: number; data: Overview } | { type: 'delta'; seq: number; items: Item[] }

export interface Feed {
  /** The last frame that was applied; the next connection asks for what came after it. */
  seq: number
  overview: Overview | null
}

export const empty: Feed = { seq: 0, overview: null }

const activityKept = 30

export interface Step {
  feed: Feed
  /** What changed; null after a snapshot: anything may have. */
  changed: Item[] | null
}

/**
 * Applies a frame. A delta that is older than what is known changes nothing; one of the same number may bring sums that were due, and
 * rows are whole, so that repeating one does no harm. A snapshot is always believed.
 */
export function reduce(feed: Feed, frame: Frame): Step {
  if (frame.type === 'snapshot') return { feed: { seq: frame.seq, overview: frame.data }, changed: null }
  if (frame.seq < feed.seq) return { feed, changed: [] }
  let overview = feed.overview
  if (overview) for (const item of frame.items) overview = patch(overview, item)
  return { feed: { seq: frame.seq, overview }, changed: frame.items }
}

function patch(o: Overview, { topic, id, row }: Item): Overview {
  if (row === undefined || row === null) return o
  switch (topic) {
    case 'summary':
      return { ...o, summary: row as Summary, daily: extend(o.daily, row as Summary) }
    case 'system':
      return { ...o, system: row as System }
    case 'treasury':
      return { ...o, treasury: row as Treasury }
    case 'control':
      return { ...o, control: row as Control }
    case 'campaign':
      return { ...o, campaigns: put(o.campaigns, id, row as Campaign) }
    case 'alert':
      return { ...o, alerts: keep(put(o.alerts, id, row as Alert), (a) => !a.resolved_at && !a.muted_until) }
    case 'approval':
      return { ...o, approvals: keep(put(o.approvals, id, row as Approval), (a) => a.status === 'pending') }
    case 'audit':
      return { ...o, activity: prepend(o.activity, row as Audit) }
    default:
      return o
  }
}

/** Replaces a row in its place, so that nothing jumps, or puts a new one first. */
export function put<T extends { id: string }>(rows: T[], id: string, row: T): T[] {
  const at = rows.findIndex((r) => r.id === id)
  return at < 0 ? [row, ...rows] : rows.with(at, row)
}

/** Today's figures are the last day of the series; a new day pushes the oldest out. */
function extend(days: Day[], today: Summary): Day[] {
  const day = { ...today.current, day: today.to }
  const last = days.at(-1)
  if (!last || last.day < day.day) return [...days, day].slice(-Math.max(1, days.length))
  return last.day === day.day ? days.with(-1, day) : days
}

function keep<T>(rows: T[], wanted: (row: T) => boolean): T[] {
  return rows.every(wanted) ? rows : rows.filter(wanted)
}

function prepend(lines: Audit[], line: Audit): Audit[] {
  if (lines.some((l) => l.seq === line.seq)) return lines
  return [...lines, line].sort((a, b) => b.seq - a.seq).slice(0, activityKept)
}

/** Whether something that the overview shows changed and its row did not come along: it has to be asked for. */
export function lacking(changed: Item[] | null): boolean {
  const shown = ['approval', 'alert', 'campaign', 'control']
  return (changed ?? []).some((i) => shown.includes(i.topic) && (i.row === null || i.row === undefined))
}
