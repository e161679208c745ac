import { describe, expect, it } from 'vitest'
import { keepOrder, matches, sortRows } from './table'

const rows = [
  { id: 'a', name: 'Ímã 10', spend: 300n, roas: 1.5 },
  { id: 'b', name: 'ímã 9', spend: 300n, roas: null },
  { id: 'c', name: 'Zebra', spend: 90071992547409931n, roas: 0 },
]
const ids = (list: { id: string }[]) => list.map((r) => r.id).join('')

describe('sortRows', () => {
  it('compares texts as people do: numbers by size, accents and case aside', () => {
    expect(ids(sortRows(rows, (r) => r.name, false, 'pt-BR'))).toBe('bac')
  })

  it('compares money exactly and keeps the order of equals, both ways', () => {
    expect(ids(sortRows(rows, (r) => r.spend, false))).toBe('abc')
    expect(ids(sortRows(rows, (r) => r.spend, true))).toBe('cab')
  })

  it('puts rows without a value last, both ways', () => {
    expect(ids(sortRows(rows, (r) => r.roas, false))).toBe('cab')
    expect(ids(sortRows(rows, (r) => r.roas, true))).toBe('acb')
  })

  it('leaves its input alone', () => {
    sortRows(rows, (r) => r.spend, true)
    expect(ids(rows)).toBe('abc')
  })
})

describe('matches', () => {
  it('wants every word, in any order and any text, whatever the accents', () => {
    expect(matches('lumin galaxy', 'Luminária', 'Galaxy LED')).toBe(true)
    expect(matches('GALAXY luminaria', 'Luminária', 'Galaxy LED')).toBe(true)
    expect(matches('galaxy lamp', 'Luminária', 'Galaxy LED')).toBe(false)
    expect(matches('  ', 'anything')).toBe(true)
  })
})

describe('keepOrder', () => {
  const id = (r: { id: string }) => r.id

  it('holds rows in their places while they are read', () => {
    const sorted = sortRows(rows, (r) => r.spend, true)
    expect(ids(keepOrder(['a', 'b', 'c'], sorted, id))).toBe('abc')
  })

  it('appends what is new and closes the gap of what is gone', () => {
    expect(ids(keepOrder(['c', 'x', 'a'], rows, id))).toBe('cab')
  })
})
