import { describe, expect, it } from 'vitest'
import { golden } from '../testing/golden'
import { health, tree } from './actors'
import type { Actor, Page, Task } from './api/types'

const actors = golden<Page<Actor>>('actors').items
const [task] = golden<Page<Task>>('tasks').items

describe('tree', () => {
  it('groups by kind in the order of the business, trouble first', () => {
    const more = { ...actors[0]!, id: 'cmp_ill', restarts: 3 }
    const groups = tree([...actors, more])
    expect(groups.map((g) => g.kind)).toEqual(['ceo', 'scout', 'campaign'])
    expect(groups[2]).toMatchObject({ ill: 1, restarts: 3, handled: 24 })
    expect(groups[2]!.actors[0]!.id).toBe('cmp_ill')
  })
})

describe('health', () => {
  const courier: Actor = { ...actors[1]!, kind: 'courier', id: 'tiktok' }
  it('is trouble where something is tried again, busy where something waits', () => {
    const again = { ...task!, courier: 'shop', attempts: 3, last_error: 'busy' }
    expect(health([courier], [task!, again]).map((h) => [h.courier, h.state, h.waiting, h.error])).toEqual([
      ['meta', 'busy', 1, ''],
      ['shop', 'trouble', 1, 'busy'],
      ['tiktok', 'well', 0, ''],
    ])
  })
})
