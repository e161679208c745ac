import { describe, expect, it } from 'vitest'
import { beginning, ending } from './zones'

describe('a day of a zone', () => {
  for (const [day, zone, from, to] of [
    ['2026-03-10', 'UTC', '2026-03-10T00:00:00.000Z', '2026-03-11T00:00:00.000Z'],
    ['2026-03-10', 'America/Sao_Paulo', '2026-03-10T03:00:00.000Z', '2026-03-11T03:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'], // 23 hours
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'], // 25 hours
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'], // begins at one o'clock
  ] as const) {
    it(`begins and ends where the zone says: ${day} in ${zone}`, () => {
      expect(beginning(day, zone)).toBe(from)
      expect(ending(day, zone)).toBe(to)
    })
  }
  it('is nothing where there is no day', () => {
    expect(beginning('yesterday', 'UTC')).toBe('')
    expect(ending('2026-13-40', 'UTC')).toBe('')
  })
})
