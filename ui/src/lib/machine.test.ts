import { describe, expect, it } from 'vitest'
import { golden } from '../testing/golden'
import type { CourierStatus, Machine } from './api/types'
import { byCondition, condition } from './machine'

const calm: CourierStatus = { ...golden<Machine>('system').couriers[0]!, pending: 0, inflight: 0, quota: null }

describe('an account', () => {
  for (const [name, change, want] of [
    ['nothing waits', {}, 'well'],
    ['something waits', { pending: 2 }, 'busy'],
    ['its limit is three quarters used', { pending: 2, quota: { percent: 75, at: '', rest_until: '' } }, 'slowed'],
    ['its limit is nearly three quarters used', { quota: { percent: 74, at: '', rest_until: '' } }, 'well'],
    ['something was tried again', { retried: 1, quota: { percent: 99, at: '', rest_until: '' } }, 'trouble'],
    ['an outcome is unknown', { unknown: 1 }, 'trouble'],
    ['something was given up', { dead: 1 }, 'trouble'],
    ['its breaker is open', { dead: 1, breaker: { ...calm.breaker, open: true } }, 'open'],
  ] as [string, Partial<CourierStatus>, string][]) {
    it(`is ${want} where ${name}`, () => expect(condition({ ...calm, ...change })).toBe(want))
  }

  it('with trouble comes first, those that are well by name', () => {
    const list = [{ ...calm, courier: 'b' }, { ...calm, courier: 'a', pending: 1 }, { ...calm, courier: 'z', dead: 1 }]
    expect(byCondition(list).map((c) => c.courier)).toEqual(['z', 'a', 'b'])
  })
})
