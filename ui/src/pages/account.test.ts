import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it, vi } from 'vitest'
import App from '../App.svelte'
import { session } from '../lib/session.svelte'
import { golden, Refusal } from '../testing/golden'
import { world } from '../testing/world'
import Settings from './Settings.svelte'

const dialogOf = async (name: RegExp | string) => {
  const dialog = await screen.findByRole('dialog', { name })
  return { dialog, box: within(dialog), send: () => fireEvent.submit(dialog.querySelector('form')!) }
}

describe('the second factor', () => {
  it('is set up in three steps, and shown once', async () => {
    const w = world({
      roles: ['viewer'],
      answers: {
        'POST /api/account/second-factor': { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/x', qr: 'data:image/png;base64,AA==' },
        'POST /api/account/second-factor/confirm': { codes: ['AAAA-BBBB-CCCC-DDDD', 'EEEE-FFFF-GGGG-HHHH'] },
      },
    })
    w.show(Settings, { section: 'account' })
    await fireEvent.click(await screen.findByRole('button', { name: 'Set up' }))
    const first = await dialogOf('Set up a second factor')
    await fireEvent.input(first.box.getByLabelText('Password'), { target: { value: 'correct horse battery' } })
    await first.send()
    const second = await dialogOf('Scan this with your app')
    expect(second.box.getByRole('img').getAttribute('src')).toBe('data:image/png;base64,AA==')
    expect(second.dialog.textContent).toContain('JBSWY3DPEHPK3PXP')
    await fireEvent.input(second.box.getByLabelText('The code that the app shows'), { target: { value: '123456' } })
    await second.send()
    const third = await dialogOf('Recovery codes')
    expect(third.dialog.textContent).toContain('EEEE-FFFF-GGGG-HHHH')
    await third.send()
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(document.body.textContent).not.toContain('JBSWY3DPEHPK3PXP')
    expect(w.calls.filter((c) => c.method === 'POST').map((c) => c.body)).toEqual([{ password: 'correct horse battery' }, { code: '123456' }])
  })

  it('is asked for at the door, of who has one', async () => {
    vi.stubGlobal('WebSocket', class { close() {} })
    let inside = false
    const codes: unknown[] = []
    world({
      answers: {
        '/api/session': () => (inside ? golden('session') : new Refusal(401, { code: 'unauthenticated', detail: '' })),
        'POST /api/login': ({ body }: { body: { code?: string } }) => {
          codes.push(body.code)
          if (!body.code) return new Refusal(401, { code: 'code_required', detail: '' })
          if (body.code === '000000') return new Refusal(401, { code: 'wrong_code', detail: '' })
          inside = true
          return golden('session')
        },
      },
    })
    session.current = undefined
    render(App)
    await fireEvent.input(await screen.findByLabelText('E-mail'), { target: { value: 'admin@localhost' } })
    await fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'secret' } })
    const send = () => fireEvent.submit(document.querySelector('form')!)
    await send()
    await fireEvent.input(await screen.findByLabelText(/Code of your app/), { target: { value: '000000' } })
    await send()
    expect(await screen.findByText(/This code is wrong/)).toBeTruthy()
    await fireEvent.input(screen.getByLabelText(/Code of your app/), { target: { value: '123456' } })
    await send()
    expect(await screen.findByRole('button', { name: 'Freeze' })).toBeTruthy()
    expect(codes).toEqual([undefined, '000000', '123456'])
    session.leave()
  })

  it('is reset by administrators, with their own password', async () => {
    const users = golden<{ items: { id: number; email: string }[] }>('users')
    users.items.push({ ...users.items[0]!, id: 7, email: 'bia@example.com' })
    const w = world({ answers: { '/api/admin/users': users, 'POST /api/admin/users/7/second-factor/reset': {} } })
    w.show(Settings, { section: 'people' })
    await fireEvent.click(await screen.findByRole('button', { name: 'Reset second factor: bia@example.com' }))
    const { box, send } = await dialogOf(/Reset the second factor of bia/)
    await fireEvent.input(box.getByLabelText('Your password'), { target: { value: 'mine again' } })
    await send()
    await waitFor(() => expect(w.calls.find((c) => c.method === 'POST')?.body).toEqual({ password: 'mine again' }))
  })
})

describe('who answers approvals and nothing else', () => {
  it('comes in where they are, and is shown no other page', async () => {
    vi.stubGlobal('WebSocket', class { close() {} })
    const me = golden<{ user: { roles: string[] } }>('session')
    me.user.roles = ['approver']
    world({ roles: ['approver'], answers: { '/api/session': me } })
    session.current = undefined
    render(App)
    expect(await screen.findByRole('heading', { name: 'Approvals' })).toBeTruthy()
    expect(screen.queryByRole('link', { name: /Treasury/ })).toBeNull()
    session.leave()
  })
})
