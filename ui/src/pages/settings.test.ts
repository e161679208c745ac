import { fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import { golden, Refusal } from '../testing/golden'
import { world } from '../testing/world'
import Settings from './Settings.svelte'

const dialogOf = async (name: RegExp | string) => {
  const dialog = await screen.findByRole('dialog', { name })
  return { dialog, box: within(dialog), send: () => fireEvent.submit(dialog.querySelector('form')!) }
}

describe('settings', () => {
  it('are saved after a look at the difference, with the version they were made to', async () => {
    const w = world({ answers: { 'PUT /api/admin/config': golden('config') } })
    w.show(Settings, { section: 'targets' })
    await fireEvent.input(await screen.findByLabelText(/ROAS of a winner/), { target: { value: '1.8' } })
    expect(screen.getByText('1 change not saved')).toBeTruthy()
    await fireEvent.click(screen.getByRole('button', { name: 'Review and save' }))
    const { dialog, box, send } = await dialogOf('Save these settings?')
    expect(dialog.textContent).toMatch(/1\.5 → 1\.8/)
    await fireEvent.input(box.getByRole('textbox'), { target: { value: 'Margins fell' } })
    await send()
    await waitFor(() => expect(w.calls.find((c) => c.method === 'PUT')?.body).toEqual({ version: 0, changes: { 'targets.roas': '1.8' }, reason: 'Margins fell' }))
  })

  it('show what the server refuses where it was asked', async () => {
    const w = world({ answers: { 'PUT /api/admin/config': new Refusal(409, { code: 'version_conflict', detail: 'Somebody else has saved meanwhile.' }) } })
    w.show(Settings, { section: 'targets' })
    await fireEvent.input(await screen.findByLabelText(/ROAS of a winner/), { target: { value: '9' } })
    await fireEvent.click(screen.getByRole('button', { name: 'Review and save' }))
    const { box, send } = await dialogOf('Save these settings?')
    await send()
    expect(await box.findByText('Somebody else has saved meanwhile.')).toBeTruthy()
  })

  it('are no fields where the environment decides', async () => {
    const w = world()
    w.show(Settings, { section: 'caps' })
    expect(await screen.findByText('Most a day')).toBeTruthy()
    expect(screen.queryByLabelText(/Most a day/)).toBeNull()
    expect(document.body.textContent).toContain('from the environment')
  })

  it('write credentials, and never show one', async () => {
    const w = world({ answers: { 'PUT /api/admin/credentials': golden('credentials') } })
    w.show(Settings, { section: 'credentials' })
    await fireEvent.click(await screen.findByRole('button', { name: 'Enter: META_ACCESS_TOKEN' }))
    const { box, send } = await dialogOf('META_ACCESS_TOKEN')
    const field = box.getByLabelText('Value') as HTMLInputElement
    expect(field.type).toBe('password')
    await fireEvent.input(field, { target: { value: 'EAAB' } })
    await send()
    await waitFor(() => expect(w.calls.find((c) => c.method === 'PUT')?.body).toEqual({ name: 'META_ACCESS_TOKEN', value: 'EAAB' }))
    expect(document.body.textContent).not.toContain('EAAB')
  })

  it('add to the blacklist and take from it', async () => {
    const w = world({ answers: { 'POST /api/blacklist': {}, 'DELETE /api/blacklist': {} } })
    w.show(Settings, { section: 'blacklist' })
    await fireEvent.click(await screen.findByRole('button', { name: 'Allow replica again' }))
    const { send } = await dialogOf('Allow this again?')
    await send()
    await waitFor(() => expect(w.calls.find((c) => c.method === 'DELETE')?.path).toBe('/api/blacklist?kind=keyword&term=replica'))
  })

  it('let people in with roles', async () => {
    const w = world({ answers: { 'POST /api/admin/users': {} } })
    w.show(Settings, { section: 'people' })
    await fireEvent.click(await screen.findByRole('button', { name: 'Add a person' }))
    const { box, send } = await dialogOf('Add a person')
    await fireEvent.input(box.getByLabelText('E-mail'), { target: { value: 'bia@example.com' } })
    await fireEvent.input(box.getByLabelText('Password'), { target: { value: 'long enough 1' } })
    await fireEvent.click(box.getByRole('checkbox', { name: /Approver/ }))
    await send()
    await waitFor(() =>
      expect(w.calls.find((c) => c.method === 'POST')?.body).toEqual({ email: 'bia@example.com', password: 'long enough 1', name: '', roles: ['viewer', 'approver'], language: '' }),
    )
  })

  it('are for operators a blacklist alone, and nothing for viewers', async () => {
    const w = world({ roles: ['operator'] })
    w.show(Settings, { section: 'credentials' })
    expect(await screen.findByText('replica')).toBeTruthy()
    expect(screen.queryByRole('link', { name: 'Credentials' })).toBeNull()
    expect(w.calls.some((c) => c.path.startsWith('/api/admin'))).toBe(false)
  })
})
