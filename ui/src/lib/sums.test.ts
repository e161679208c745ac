import { describe, expect, it } from 'vitest'
import type { Audit, CampaignDetail, Order, Page, Window } from './api/types'
import { byCreative, plus } from './creatives'
import { everyDay } from './days'
import { aboutBudget, figuresOf, folded, marks, toneOf } from './decisions'
import { earned } from './orders'
import { bars, utilisation } from './purse'
import { golden } from '../testing/golden'

const usd = (amount: string) => ({ amount, currency: 'USD' })

describe('plus', () => {
  it.each([
    ['0.10', '0.20', '0.30'],
    ['-5.00', '3.50', '-1.50'],
    ['-0.05', '0.00', '-0.05'],
    ['99999999999999.99', '0.01', '100000000000000.00'],
  ])('%s and %s are %s', (a, b, sum) => expect(plus(usd(a), usd(b))).toEqual(usd(sum)))
})

describe('byCreative', () => {
  it('sums the ads of a creative, the best first', () => {
    const [one, two] = golden<CampaignDetail>('campaign').ads
    const rows = byCreative([two!, one!, { ...one!, id: 'ad_3', status: 'paused' }])
    expect(rows.map((r) => [r.id, r.ads, r.spend.amount, r.status])).toEqual([
      ['crt_lamp1', 2, '92.80', 'active'],
      ['crt_lamp2', 1, '46.40', 'paused'],
    ])
  })
})

describe('decisions', () => {
  const line = (seq: number, action: string, figures: Record<string, string> = {}): Audit => ({
    seq, action, figures, at: `2026-03-0${seq}T23:30:00Z`, actor: '', subject: 'cmp_a', reason: '', expected: '', by: '', hash: '',
  })

  it('have the tone of their verdict or of what was done', () => {
    expect([line(1, 'campaign_decided', { verdict: 'loser' }), line(1, 'campaign_paused'), line(1, 'moon_landed')].map(toneOf)).toEqual(['bad', 'bad', 'plain'])
  })

  it('are marked where a verdict was new, on their UTC day', () => {
    const lines = [line(4, 'campaign_paused'), line(3, 'campaign_decided', { verdict: 'winner' }), line(2, 'campaign_decided', { verdict: 'winner' }), line(1, 'campaign_decided', { verdict: 'insufficient' })]
    expect(marks(lines, (l) => l.action).map((m) => [m.day, m.tone])).toEqual([['2026-03-02', 'good'], ['2026-03-04', 'bad']])
  })

  it('show the figures that tell first, and keep the rest', () => {
    const f = figuresOf(line(1, 'campaign_decided', { policy: 'rules', cpa: '9', roas: '2', verdict: 'winner', actions: '' }))
    expect([f.key, f.rest]).toEqual([[['roas', '2'], ['cpa', '9']], [['policy', 'rules']]])
  })

  it('are told once where the same is said again and again', () => {
    const said = folded([line(4, 'budget_refused'), line(3, 'budget_refused'), line(2, 'campaign_paused'), line(1, 'budget_refused')])
    expect(said.map((f) => [f.line.seq, f.times, f.since.slice(8, 10)])).toEqual([[4, 2, '03'], [2, 1, '02'], [1, 1, '01']])
  })

  it('are known to be about the budget', () => {
    expect(aboutBudget([line(1, 'budget_raised'), line(2, 'campaign_paused')]).map((l) => l.action)).toEqual(['budget_raised'])
  })
})

describe('the purse', () => {
  it('becomes bars under its cap', () => {
    const days = golden<Page<Window>>('windows').items.filter((w) => w.kind === 'day')
    expect(bars(days)[0]).toMatchObject({ parts: [{ tone: 'full', text: '$24.40' }, { tone: 'pale', text: '$17.60' }], cap: { value: 300 } })
    expect(utilisation(days)).toBe(0.0813)
    expect(utilisation([])).toBeNull()
  })
})

describe('everyDay', () => {
  it('fills the days between with nothing spent and ratios without a value', () => {
    const [a, , , b] = golden<CampaignDetail>('campaign').series
    const days = everyDay([a!, b!], 'USD')
    expect(days.map((d) => [d.day, d.spend.amount, d.roas])).toEqual([
      ['2026-03-07', '22.00', 4.5364], ['2026-03-08', '0', null], ['2026-03-09', '0', null], ['2026-03-10', '24.40', 6.1352],
    ])
    expect(everyDay([], 'USD')).toEqual([])
  })
})

describe('earned', () => {
  it('is what supplier and refunds leave', () => {
    const order = golden<Order>('order')
    expect(earned(order)).toEqual({ left: usd('38.70'), share: 0.7755 })
    expect(earned({ ...order, supplier_cost: { amount: '80.00', currency: 'CNY' } })).toBeNull()
  })
})
