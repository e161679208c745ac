import { describe, expect, it } from 'vitest'
import { added, before, unscaled, within } from './figures'

const usd = (amount: string) => ({ amount, currency: 'USD' })
const day = (day: string, spend: string, revenue: string, n = 1) => ({ day, impressions: 1000 * n, clicks: 20 * n, conversions: n, spend: usd(spend), revenue: usd(revenue) })

describe('figures of several days', () => {
  it('are added without losing a cent, and give the ratios of their sums', () => {
    const sum = added([day('2026-03-01', '0.10', '0.30'), day('2026-03-02', '0.20', '0.15', 2)], 'USD')
    expect(sum).toMatchObject({ impressions: 3000, clicks: 60, conversions: 3, spend: usd('0.30'), revenue: usd('0.45'), roas: 1.5, ctr: 0.02, cvr: 0.05, cpa: usd('0.10') })
  })
  it('have no ratios where there is nothing to divide by', () => {
    expect(added([], 'BRL')).toMatchObject({ spend: { amount: '0.00', currency: 'BRL' }, roas: null, ctr: null, cvr: null, cpa: null })
  })
  it('are those of the range, and the range before it is as long', () => {
    const series = [day('2026-02-28', '1', '1'), day('2026-03-01', '1', '1'), day('2026-03-03', '1', '1')]
    const range = { from: '2026-03-01', to: '2026-03-02' }
    expect(within(series, range).map((d) => d.day)).toEqual(['2026-03-01'])
    expect(before(range)).toEqual({ from: '2026-02-27', to: '2026-02-28' })
  })
})

describe('an amount of millionths', () => {
  for (const [value, text] of [[0n, '0.00'], [12_340_000n, '12.34'], [-500_000n, '-0.50'], [1_234_567n, '1.234567'], [100_000_000n, '100.00']] as const) {
    it(`is written as the server would: ${text}`, () => expect(unscaled(value, 'USD').amount).toBe(text))
  }
})
