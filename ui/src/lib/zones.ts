// Calendar days of a time zone as moments.
import { account } from './format'

const dayMs = 86_400_000

/** How far a zone is ahead of UTC at a moment, in milliseconds. */
function ahead(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  }).formatToParts(new Date(at))
  const n = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0)
  return Date.UTC(n('year'), n('month') - 1, n('day'), n('hour'), n('minute'), n('second')) - at
}

/** When a day (2026-01-31) begins in a zone, as RFC 3339 in UTC; '' for what is no day. A day that begins by leaving out an hour begins after it. */
export function beginning(day: string, zone: string = account.timeZone): string {
  const utc = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(utc)) return ''
  const guess = utc - ahead(zone, utc)
  const at = utc - ahead(zone, guess)
  // Where the clock is put forward at midnight the two disagree, and the later one is on the day.
  return new Date(Math.max(at, ahead(zone, at) === utc - at ? at : guess)).toISOString()
}

/** When a day has ended in a zone: the beginning of the next. */
export function ending(day: string, zone: string = account.timeZone): string {
  const utc = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  return Number.isNaN(utc) ? '' : beginning(new Date(utc + dayMs).toISOString().slice(0, 10), zone)
}
