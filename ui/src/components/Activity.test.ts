import { fireEvent, render, screen } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import type { Audit, Overview } from '../lib/api/types'
import { golden } from '../testing/golden'
import { world } from '../testing/world'
import Activity from './Activity.svelte'

const lines = golden<Overview>('overview').activity
const next: Audit = { ...lines[0]!, seq: lines[0]!.seq + 1, reason: 'What came while somebody read.' }

describe('Activity', () => {
  it('follows what happens', async () => {
    world({ overview: (o) => (o.system.speed = 1) })
    const { rerender } = render(Activity, { lines })
    await rerender({ lines: [next, ...lines] })
    expect(screen.getByText(next.reason)).toBeTruthy()
  })

  it('never moves by itself in a world that runs too fast to read', async () => {
    world({ overview: (o) => (o.system.speed = 1440) })
    const { rerender } = render(Activity, { lines })
    await rerender({ lines: [next, ...lines] })
    expect(screen.queryByText(next.reason)).toBeNull()
    await fireEvent.click(screen.getByRole('button', { name: '1 new' }))
    expect(screen.getByText(next.reason)).toBeTruthy()
  })

  it('holds still while it is read, and lets the rest in on request', async () => {
    world()
    const { rerender } = render(Activity, { lines })
    await fireEvent.focusIn(screen.getByRole('group', { name: 'What the agent did lately' }))
    await rerender({ lines: [next, ...lines] })
    expect(screen.queryByText(next.reason)).toBeNull()
    await fireEvent.click(screen.getByRole('button', { name: '1 new' }))
    expect(screen.getByText(next.reason)).toBeTruthy()
  })
})
