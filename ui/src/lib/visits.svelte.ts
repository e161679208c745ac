// Which pages were looked at on this business day, so that the morning checklist ticks itself.
import { account } from './format'
import { recall, remember } from './storage'

interface Visits {
  day: string
  paths: string[]
}

/** The calendar day of a moment in the account's time zone, YYYY-MM-DD. */
export function accountDay(at: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: account.timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at)
}

const kept = $state<{ visits: Visits }>({ visits: recall('visits', { day: '', paths: [] }) })

/** Notes that a page is looked at; a new day begins with none. */
export function visit(path: string, now: Date): void {
  const day = accountDay(now)
  const paths = kept.visits.day === day ? kept.visits.paths : []
  if (kept.visits.day === day && paths.includes(path)) return
  kept.visits = { day, paths: [...paths, path].slice(-300) }
  remember('visits', kept.visits)
}

/** Whether a page was looked at on the day of now. */
export function visited(path: string, now: Date): boolean {
  return kept.visits.day === accountDay(now) && kept.visits.paths.includes(path)
}
