import { afterEach, describe, expect, it } from 'vitest'
import { account, change, count, countdown, day, growth, money, percent, quotient, ratio, relative, scaled, share } from './format'
import { setLang } from './i18n/index.svelte'

const usd = (amount: string) => ({ amount, currency: 'USD' })
// Intl separates with no-break spaces.
const plain = (s: string) => s.replace(/\s/g, ' ')

describe('money', () => {
  afterEach(() => {
    setLang('en')
    account.currency = 'USD'
  })

  it('is written as each language writes it', () => {
    setLang('en')
    expect(money(usd('1234.50'))).toBe('$1,234.50')
    setLang('pt-BR')
    expect(plain(money(usd('1234.50')))).toBe('US$ 1.234,50')
    expect(plain(money({ amount: '0.07', currency: 'BRL' }))).toBe('R$ 0,07')
  })

  it('keeps every digit that a float would lose', () => {
    expect(money(usd('90071992547409931.23'))).toBe('$90,071,992,547,409,931.23')
    expect(money(usd('-0.10'))).toBe('-$0.10')
  })

  it('knows currencies without cents, and none at all', () => {
    expect(money({ amount: '1500', currency: 'JPY' })).toBe('¥1,500')
    expect(money({ amount: '0', currency: '' })).toBe('$0.00')
    expect(money(null)).toBe('–')
  })

  it('compares exactly', () => {
    expect(scaled(usd('0.1')) + scaled(usd('0.2'))).toBe(scaled(usd('0.3')))
    expect(scaled(usd('-12.34'))).toBe(-12_340_000n)
    expect(scaled(usd('not money'))).toBe(0n)
    expect(scaled(null)).toBe(0n)
  })
})

describe('shares and growth', () => {
  it('draw a part of a whole between 0 and 100', () => {
    expect(share(usd('75.00'), usd('300.00'))).toBe(25)
    expect(share(usd('400.00'), usd('300.00'))).toBe(100)
    expect(share(usd('1.00'), usd('0.00'))).toBe(0)
    expect(share(undefined, usd('1.00'))).toBe(0)
  })

  it('divide exactly and say when they cannot', () => {
    expect(quotient(usd('149.70'), usd('24.40'))).toBe(6.1352)
    expect(quotient(usd('149.70'), usd('0.00'))).toBeNull()
    expect(growth(usd('125.00'), usd('100.00'))).toBe(0.25)
    expect(growth(usd('-50.00'), usd('-100.00'))).toBe(0.5)
    expect(growth(usd('1.00'), usd('0.00'))).toBeNull()
  })
})

describe('numbers', () => {
  afterEach(() => setLang('en'))

  it('follow the language', () => {
    setLang('pt-BR')
    expect(ratio(1.5)).toBe('1,50')
    expect(percent(0.0153)).toBe('1,53%')
    expect(count(12345)).toBe('12.345')
  })

  it('show that there is none', () => {
    expect(ratio(null)).toBe('–')
    expect(percent(null)).toBe('–')
    expect(count(undefined)).toBe('–')
    expect(change(null)).toBeNull()
  })

  it('give a growth its sign', () => {
    expect(change(0.25)).toBe('+25%')
    expect(change(-0.053)).toBe('-5%')
    expect(change(0)).toBe('0%')
  })
})

describe('times', () => {
  it('counts down in the two largest units, and stops at nothing', () => {
    const now = new Date('2026-03-10T15:30:00Z')
    const left = (seconds: number) => plain(countdown(new Date(now.getTime() + seconds * 1000).toISOString(), now))
    expect([left(100_000), left(3_600), left(754), left(5), left(0), left(-60)]).toEqual(['1d 3h', '1h 0m', '12m 34s', '5s', '0s', '0s'])
    setLang('pt-BR')
    expect(left(754)).toMatch(/^12 ?min 34 ?s$/)
    setLang('en')
  })

  it('are told by the business clock', () => {
    const now = new Date('2026-03-10T15:30:00Z')
    expect(relative('2026-03-10T12:30:00Z', now)).toBe('3h ago')
    expect(relative('2026-03-12T15:30:00Z', now)).toBe('in 2d')
    expect(relative('2026-03-10T15:29:40Z', now)).toBe('this minute')
  })

  it('leave a calendar day where it is, whatever the zone', () => {
    account.timeZone = 'America/Sao_Paulo'
    expect(day('2026-03-01')).toBe('Mar 1')
    account.timeZone = 'UTC'
  })
})
