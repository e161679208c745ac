import { describe, expect, it } from 'vitest'
import { golden } from '../../testing/golden'
import type { Alert, Audit, Campaign, Overview, Summary } from '../api/types'
import { empty, lacking, put, reduce, type Feed, type Frame, type Item } from './reducer'

const snapshot = golden<Frame & { type: 'snapshot' }>('ws_snapshot')
const delta = golden<Frame & { type: 'delta' }>('ws_delta')
const start = (): Feed => reduce(empty, snapshot).feed
const of = (feed: Feed): Overview => feed.overview!
const say = (feed: Feed, ...items: Item[]): Feed => reduce(feed, { type: 'delta', seq: feed.seq + 1, items }).feed
const line = (seq: number) => ({ ...of(start()).activity[0], seq }) as Audit

describe('a snapshot', () => {
  it('is believed whole, and says that anything may have changed', () => {
    const step = reduce(empty, snapshot)
    expect(step.feed.seq).toBe(snapshot.seq)
    expect(of(step.feed)).toEqual(snapshot.data)
    expect(step.changed).toBeNull()
  })

  it('is believed even when its number is lower: the server began anew', () => {
    const later = { ...start(), seq: snapshot.seq + 500 }
    expect(reduce(later, snapshot).feed.seq).toBe(snapshot.seq)
  })
})

describe('a delta', () => {
  it('of the server brings its rows to the overview', () => {
    const step = reduce(start(), delta)
    expect(step.feed.seq).toBe(delta.seq)
    expect(step.changed).toEqual(delta.items)
    for (const item of delta.items) {
      if (item.topic === 'campaign' && item.row) expect(of(step.feed).campaigns.find((c) => c.id === item.id)).toEqual(item.row)
      if (item.topic === 'treasury') expect(of(step.feed).treasury).toEqual(item.row)
      if (item.topic === 'summary') expect(of(step.feed).summary).toEqual(item.row)
    }
  })

  it('that is older than what is known changes nothing', () => {
    const feed = reduce(start(), delta).feed
    const step = reduce(feed, { type: 'delta', seq: delta.seq - 1, items: [{ topic: 'control', id: 'control', row: { frozen: true } }] })
    expect(step.feed).toBe(feed)
    expect(step.changed).toEqual([])
  })

  it('twice is the same as once', () => {
    const once = reduce(start(), delta).feed
    expect(reduce(once, delta).feed).toEqual(once)
  })

  it('may carry sums under the number of the frame before', () => {
    const feed = start()
    const summary = { ...of(feed).summary, to: '2026-03-11' } as Summary
    const step = reduce(feed, { type: 'delta', seq: feed.seq, items: [{ topic: 'summary', id: 'today', row: summary }] })
    expect(of(step.feed).summary.to).toBe('2026-03-11')
  })

  it('before any snapshot only moves the number', () => {
    const step = reduce(empty, delta)
    expect(step.feed).toEqual({ seq: delta.seq, overview: null })
    expect(step.changed).toEqual(delta.items)
  })

  it('resumes where the last one ended', () => {
    let feed = start()
    const row = of(feed).campaigns[0] as Campaign
    feed = say(feed, { topic: 'campaign', id: row.id, row: { ...row, status: 'paused' } })
    feed = say(feed, { topic: 'campaign', id: row.id, row: { ...row, status: 'testing' } })
    expect(feed.seq).toBe(snapshot.seq + 2)
    expect(of(feed).campaigns.find((c) => c.id === row.id)?.status).toBe('testing')
  })

  it('leaves rows in their places', () => {
    const before = of(start()).campaigns
    const last = before.at(-1) as Campaign
    const after = of(say(start(), { topic: 'campaign', id: last.id, row: { ...last, reason: 'new' } })).campaigns
    expect(after.map((c) => c.id)).toEqual(before.map((c) => c.id))
  })

  it('takes resolved alerts out and adds audit lines once, newest first', () => {
    const alert = of(start()).alerts[0] as Alert
    let feed = say(start(), { topic: 'alert', id: alert.id, row: { ...alert, resolved_at: '2026-03-10T16:00:00Z' } })
    expect(of(feed).alerts.some((a) => a.id === alert.id)).toBe(false)
    feed = say(feed, { topic: 'audit', id: '91', row: line(91) }, { topic: 'audit', id: '90', row: line(90) }, { topic: 'audit', id: '91', row: line(91) })
    expect(of(feed).activity.slice(0, 2).map((l) => l.seq)).toEqual([91, 90])
    expect(of(feed).activity.length).toBeLessThanOrEqual(30)
  })

  it('extends the daily series by a new day and keeps its length', () => {
    const days = of(start()).daily
    const summary = { ...of(start()).summary, from: '2026-03-11', to: '2026-03-11' }
    const after = of(say(start(), { topic: 'summary', id: 'today', row: summary })).daily
    expect(after.length).toBe(days.length)
    expect(after.at(-1)?.day).toBe('2026-03-11')
    expect(after[0]?.day).toBe(days[1]?.day)
  })

  it('of a topic that the overview does not show still tells the pages', () => {
    const step = reduce(start(), { type: 'delta', seq: snapshot.seq + 1, items: [{ topic: 'report', id: 'daily/2026-03-10', row: null }] })
    expect(step.feed.overview).toBe(snapshot.data)
    expect(step.changed).toHaveLength(1)
  })
})

describe('lacking', () => {
  it('asks for what the overview shows and did not get', () => {
    expect(lacking([{ topic: 'approval', id: 'apr_1', row: null }])).toBe(true)
    expect(lacking([{ topic: 'customer', id: 'cus_1', row: null }])).toBe(false)
    expect(lacking([{ topic: 'alert', id: 'alr_1', row: {} }])).toBe(false)
    expect(lacking(null)).toBe(false)
  })
})

describe('put', () => {
  it('replaces in place and puts new rows first', () => {
    const rows = [{ id: 'a', n: 1 }, { id: 'b', n: 1 }]
    expect(put(rows, 'b', { id: 'b', n: 2 })).toEqual([{ id: 'a', n: 1 }, { id: 'b', n: 2 }])
    expect(put(rows, 'c', { id: 'c', n: 3 })[0]).toEqual({ id: 'c', n: 3 })
  })
})
