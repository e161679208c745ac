import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it, vi } from 'vitest'
import App from './App.svelte'
import { live } from './lib/live/live.svelte'
import { session } from './lib/session.svelte'
import { golden, Refusal } from './testing/golden'
import { world } from './testing/world'

class QuietSocket {
  close() {}
}
const nobody = new Refusal(401, { code: 'unauthenticated', detail: 'Log in first.' })

describe('the door', () => {
  it('lets people in with the right words, and says when they are wrong', async () => {
    vi.stubGlobal('WebSocket', QuietSocket)
    let inside = false
    let known = false
    const w = world({
      answers: {
        '/api/session': () => (inside ? golden('session') : nobody),
        'POST /api/login': () => (known ? ((inside = true), golden('session')) : new Refusal(401, { code: 'unauthenticated', detail: 'no' })),
      },
    })
    session.current = undefined
    render(App)
    await fireEvent.input(await screen.findByLabelText('E-mail'), { target: { value: 'admin@localhost' } })
    await fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'secret' } })
    await fireEvent.submit(document.querySelector('form')!)
    expect(await screen.findByText('This e-mail and password do not belong together.')).toBeTruthy()
    known = true
    await fireEvent.submit(document.querySelector('form')!)
    expect(await screen.findByRole('button', { name: 'Freeze' })).toBeTruthy()
    expect(w.calls.find((c) => c.path === '/api/login')?.body).toEqual({ email: 'admin@localhost', password: 'secret' })
    session.leave()
  })

  it('shows the sign-in page again when the session has ended', async () => {
    vi.stubGlobal('WebSocket', QuietSocket)
    let inside = true
    world({ answers: { '/api/session': golden('session'), '/api/campaigns': () => (inside ? golden('campaigns') : nobody) }, path: '/' })
    session.current = undefined
    render(App)
    await screen.findByRole('main')
    inside = false
    await fireEvent.click(await waitFor(() => screen.getAllByRole('link', { name: /Campaigns/ })[0]!))
    expect(await screen.findByRole('heading', { name: 'Sign in to Agente-CEO' })).toBeTruthy()
  })
})

describe('the kill switch', () => {
  async function header(roles: string[], frozen = false) {
    vi.stubGlobal('WebSocket', QuietSocket)
    const me = golden<{ user: { roles: string[] } }>('session')
    me.user.roles = roles
    const w = world({ answers: { '/api/session': me, 'POST /api/control/freeze': { id: 'x' }, 'POST /api/control/resume': { id: 'x' } } })
    session.current = undefined
    render(App)
    await screen.findByRole('main')
    const frame = golden<{ type: 'snapshot'; seq: number; data: never }>('ws_snapshot')
    live.receive(frame)
    live.receive({ type: 'delta', seq: frame.seq + 1, items: [{ topic: 'control', id: 'control', row: { frozen, by: 'ana@example.com', reason: 'A test.', at: null } }] })
    return w
  }

  it('is one press and one answer away on every page', async () => {
    const w = await header(['operator'])
    await fireEvent.click(await screen.findByRole('button', { name: 'Freeze' }))
    const dialog = await screen.findByRole('dialog', { name: 'Freeze all spending?' })
    expect(dialog.textContent).toContain('Every running campaign is paused')
    await fireEvent.input(within(dialog).getByRole('textbox'), { target: { value: 'The pixel is broken' } })
    await fireEvent.submit(dialog.querySelector('form')!)
    await waitFor(() => expect(w.calls.find((c) => c.path === '/api/control/freeze')?.body).toEqual({ reason: 'The pixel is broken' }))
    session.leave()
  })

  it('does not turn its question into the opposite one when the feed is ahead of the answer', async () => {
    const w = await header(['admin'])
    await fireEvent.click(await screen.findByRole('button', { name: 'Freeze' }))
    const dialog = await screen.findByRole('dialog', { name: 'Freeze all spending?' })
    await fireEvent.input(within(dialog).getByRole('textbox'), { target: { value: 'The pixel is broken' } })
    live.receive({ type: 'delta', seq: 99_999, items: [{ topic: 'control', id: 'control', row: { frozen: true, by: 'bia@example.com', reason: '', at: null } }] })
    expect(await screen.findByText('Spending is frozen.')).toBeTruthy()
    await fireEvent.submit((await screen.findByRole('dialog', { name: 'Freeze all spending?' })).querySelector('form')!)
    await waitFor(() => expect(w.calls.some((c) => c.path === '/api/control/freeze')).toBe(true))
    expect(w.calls.some((c) => c.path === '/api/control/resume')).toBe(false)
    session.leave()
  })

  it('shows on a page that is held still that spending was frozen', async () => {
    await header(['operator'])
    live.pause()
    live.receive({ type: 'delta', seq: 99_999, items: [{ topic: 'control', id: 'control', row: { frozen: true, by: 'bia@example.com', reason: '', at: null } }] })
    expect(await screen.findByText('Spending is frozen.')).toBeTruthy()
    session.leave()
  })

  it('is released by administrators alone', async () => {
    await header(['operator'], true)
    const button = (await screen.findByRole('button', { name: 'Resume' })) as HTMLButtonElement
    expect(button.disabled).toBe(true)
    session.leave()
  })
})
