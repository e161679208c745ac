import { describe, expect, it } from 'vitest'
import { moved, sparkArea, sparkLine } from './spark'

describe('sparkLine', () => {
  it('goes from edge to edge, the highest value at the top', () => {
    expect(sparkLine([0, 10, 5], 100, 20)).toBe('M2.0 18.0L50.0 2.0L98.0 10.0')
  })

  it('keeps nothing on the floor, and losses under it', () => {
    expect(sparkLine([0, 0], 100, 20)).toBe('M2.0 18.0L98.0 18.0')
    expect(sparkLine([-10, 10], 100, 20)).toBe('M2.0 18.0L98.0 2.0')
  })

  it('draws nothing of less than two values', () => {
    expect(sparkLine([3], 100, 20)).toBe('')
    expect(sparkArea([], 100, 20)).toBe('')
  })
})

describe('moved', () => {
  it('goes one step, or to an end, and not beyond', () => {
    expect([moved('ArrowLeft', 0, 5), moved('ArrowRight', 1, 5), moved('End', 1, 5), moved('Home', 3, 5)]).toEqual([0, 2, 4, 0])
    expect(moved('Tab', 1, 5)).toBeNull()
  })
})
