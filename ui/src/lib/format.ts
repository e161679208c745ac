import type { Money, Ratio } from './api/types'
import { lang } from './i18n/index.svelte'

/** The account's time zone and currency, once the session has told them. */
export const account = { timeZone: 'UTC', currency: 'USD' }

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>()

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(key: string, make: () => T): T {
  const id = `${lang()}|${account.timeZone}|${key}`
  let have = cache.get(id) as T | undefined
  if (!have) cache.set(id, (have = make()))
  return have
}

/** Exact: the decimal goes to Intl as text and never becomes a float. */
export function money(m: Money | null | undefined): string {
  if (!m) return '–'
  const currency = m.currency || account.currency
  const f = cached(`money ${currency}`, () => new Intl.NumberFormat(lang(), { style: 'currency', currency }))
  return f.format(m.amount as Intl.StringNumericLiteral)
}

/** For tiles and axes, where cents are noise: $1,235. */
export function moneyRound(m: Money): string {
  const currency = m.currency || account.currency
  const f = cached(`round ${currency}`, () => new Intl.NumberFormat(lang(), { style: 'currency', currency, maximumFractionDigits: 0 }))
  return f.format(m.amount as Intl.StringNumericLiteral)
}

/** Minor units with four more digits than any currency has, so that amounts of one currency compare and add exactly. */
export function scaled(m: Money | null | undefined): bigint {
  if (!m) return 0n
  const [, sign, whole = '0', part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(m.amount) ?? []
  const value = BigInt(whole) * 10n ** 6n + BigInt(part.slice(0, 6).padEnd(6, '0'))
  return sign === '-' ? -value : value
}

/** How many per cent (0..100, for drawing) a part is of a whole. */
export function share(part: Money | undefined, whole: Money | undefined): number {
  const all = scaled(whole)
  if (all <= 0n) return 0
  const permille = Number((scaled(part) * 1000n) / all) / 10
  return Math.min(100, Math.max(0, permille))
}

/** How often b goes into a, for reading: 149.70 of 24.40 is 6.1352. Null where it would divide by nothing. */
export function quotient(a: Money, b: Money): Ratio {
  const by = scaled(b)
  return by > 0n ? Number((scaled(a) * 10_000n) / by) / 10_000 : null
}

/** Growth from before to now: 0.25 is a quarter more. Null where there was nothing before. */
export function growth(now: Money, before: Money): Ratio {
  const was = scaled(before)
  if (was === 0n) return null
  return Number(((scaled(now) - was) * 10_000n) / (was < 0n ? -was : was)) / 10_000
}

/** Growth between two ratios. */
export function relativeChange(now: Ratio, before: Ratio): Ratio {
  return now === null || !before ? null : (now - before) / before
}

/** For drawing only. */
export const approximately = (m: Money): number => Number(m.amount)

export function count(n: number | undefined): string {
  if (n === undefined) return '–'
  return cached('count', () => new Intl.NumberFormat(lang())).format(n)
}

export function ratio(r: Ratio | undefined, digits = 2): string {
  if (r === null || r === undefined) return '–'
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return cached(`ratio ${digits}`, () => new Intl.NumberFormat(lang(), options)).format(r)
}

export function percent(r: Ratio, digits = 2): string {
  if (r === null) return '–'
  const options = { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits } as const
  return cached(`percent ${digits}`, () => new Intl.NumberFormat(lang(), options)).format(r)
}

/** A growth with its sign; null when there was nothing to compare with. */
export function change(r: Ratio): string | null {
  if (r === null) return null
  const options = { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' } as const
  return cached('change', () => new Intl.NumberFormat(lang(), options)).format(r)
}

function moment(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return cached(key, () => new Intl.DateTimeFormat(lang(), { timeZone: account.timeZone, ...options }))
}

export function dateTime(at: string | null | undefined): string {
  if (!at) return '–'
  return moment('dateTime', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(new Date(at))
}

export function fullDateTime(at: string | null | undefined): string {
  if (!at) return '–'
  return moment('full', { dateStyle: 'full', timeStyle: 'long' }).format(new Date(at))
}

export function clock(at: Date): { day: string; short: string; time: string; zone: string } {
  return {
    day: moment('clockDay', { weekday: 'short', day: 'numeric', month: 'short' }).format(at),
    short: moment('clockShort', { day: '2-digit', month: '2-digit' }).format(at),
    time: moment('clockTime', { hour: '2-digit', minute: '2-digit' }).format(at),
    zone: moment('clockZone', { timeZoneName: 'short' }).formatToParts(at).find((p) => p.type === 'timeZoneName')?.value ?? '',
  }
}

/** A calendar day, which has no zone. */
export function day(iso: string, year = false): string {
  const options = { timeZone: 'UTC', day: 'numeric', month: 'short', year: year ? 'numeric' : undefined } as const
  return moment(`day ${year}`, options).format(new Date(`${iso}T00:00:00Z`))
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
]

/** How long ago, or how far ahead, by the business's clock. */
export function relative(at: string, now: Date): string {
  const seconds = (new Date(at).getTime() - now.getTime()) / 1000
  const f = cached('relative', () => new Intl.RelativeTimeFormat(lang(), { numeric: 'auto', style: 'narrow' }))
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return f.format(Math.trunc(seconds / size), unit)
  }
  return f.format(0, 'minute')
}

/** A size in memory or on disk, in powers of ten as disks are sold. */
export function bytes(n: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
  let i = 0
  let value = n
  for (; value >= 1000 && i < units.length - 1; i++) value /= 1000
  const digits = i > 0 && value < 10 ? 1 : 0
  const options = { style: 'unit', unit: units[i], unitDisplay: 'short', maximumFractionDigits: digits } as const
  return cached(`bytes ${i} ${digits}`, () => new Intl.NumberFormat(lang(), options)).format(value)
}

/** A moment to the second, as logs need it. */
export function toTheSecond(at: string): string {
  return moment('second', { day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(new Date(at))
}
