import { describe, expect, it } from 'vitest'
import { golden } from '../testing/golden'
import { tree } from './actors'
import type { Actor, Page } from './api/types'

const actors = golden<Page<Actor>>('actors').items

describe('tree', () => {
  it('groups by kind in the order of the business, trouble first', () => {
    const more = { ...actors[0]!, id: 'cmp_ill', restarts: 3 }
    const groups = tree([...actors, more])
    expect(groups.map((g) => g.kind)).toEqual(['ceo', 'scout', 'campaign'])
    expect(groups[2]).toMatchObject({ ill: 1, restarts: 3, handled: 24 })
    expect(groups[2]!.actors[0]!.id).toBe('cmp_ill')
  })
})
