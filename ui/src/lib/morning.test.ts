import { describe, expect, it } from 'vitest'
import { golden } from '../testing/golden'
import type { Audit, Overview, Page } from './api/types'
import { checks } from './checklist'
import { digest, told } from './digest'
import en from './i18n/en.pages.json'
import { visit, visited } from './visits.svelte'

describe('digest', () => {
  const lines = golden<Page<Audit>>('audit').items
  const line = (seq: number, action: string, subject: string): Audit => ({ ...lines[0]!, seq, action, subject })

  it('counts what is new, campaigns and not judgements', () => {
    const d = digest([line(9, 'campaign_decided', 'cmp_a'), line(8, 'campaign_decided', 'cmp_a'), line(7, 'order_received', 'ord_1'), line(6, 'order_received', 'ord_2'), line(5, 'moon_landed', ''), line(4, 'order_received', 'ord_0')], 4)
    expect(d.sentences.map((s) => [s.action, s.n, s.subject])).toEqual([['campaign_decided', 1, 'cmp_a'], ['order_received', 2, '']])
    expect(d.others).toBe(1)
  })

  it('has a sentence for one and for many of all that it tells', () => {
    for (const action of told) for (const form of ['one', 'other']) expect(en, action).toHaveProperty([`digest.${action}.${form}`])
  })
})

describe('checks', () => {
  const overview = golden<Overview>('overview')

  it('tick what was looked at, and what there is nothing of', () => {
    const before = checks(overview, true, () => false)
    expect(before.map((c) => [c.key, c.done])).toEqual([['alerts', false], ['approvals', false], ['budget', false], ['scaling', false], ['winners', false]])
    const after = checks({ ...overview, alerts: [], summary: { ...overview.summary, counts: { ...overview.summary.counts, open_alerts: 0 } } }, false, (path) => ['/treasury', '/campaigns/cmp_lamp'].includes(path))
    expect(after.every((c) => c.done)).toBe(true)
  })
})

describe('visits', () => {
  it('hold for one day of the account', () => {
    const morning = new Date('2026-03-10T12:00:00Z')
    visit('/treasury', morning)
    expect(visited('/treasury', morning)).toBe(true)
    expect(visited('/alerts', morning)).toBe(false)
    expect(visited('/treasury', new Date('2026-03-12T12:00:00Z'))).toBe(false)
  })
})
