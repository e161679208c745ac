import { fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import type { Alert, Page } from '../lib/api/types'
import { golden, Refusal } from '../testing/golden'
import { world } from '../testing/world'
import Alerts from './Alerts.svelte'
import Reports from './Reports.svelte'
import Settings from './Settings.svelte'

const dialogOf = async (name: RegExp | string) => {
  const dialog = await screen.findByRole('dialog', { name })
  return { dialog, box: within(dialog), send: () => fireEvent.submit(dialog.querySelector('form')!) }
}
const sent = (w: { calls: { method: string; path: string; body: unknown }[] }, method: string) => w.calls.find((c) => c.method === method)

describe('alerts', () => {
  it('are muted by what they are and are about, for a time, with a reason', async () => {
    const w = world({ path: '/alerts', roles: ['operator'], answers: { 'POST /api/alerts/mutes': golden('mutes') } })
    w.show(Alerts)
    const winner = golden<Page<Alert>>('alerts').items.find((a) => a.kind === 'new_winner')!
    await fireEvent.click(await screen.findByRole('button', { name: `Mute: ${winner.title}` }))
    const { box, dialog, send } = await dialogOf('Mute alerts for a while')
    expect(dialog.textContent).toContain('never muted')
    expect(within(box.getByLabelText('For how long')).queryByText('A month')).toBeNull() // that is for administrators
    await fireEvent.change(box.getByLabelText('Which'), { target: { value: 'kind' } })
    await fireEvent.input(box.getByRole('textbox'), { target: { value: 'We know.' } })
    await send()
    await waitFor(() => expect(sent(w, 'POST')?.body).toMatchObject({ kind: 'new_winner', subject: '', reason: 'We know.' }))
  })

  it('that are muted are listed with the end of it, and told again on demand', async () => {
    const w = world({ path: '/alerts', answers: { '/api/alerts/mutes': golden('mutes'), 'DELETE /api/alerts/mutes/mut_1': { items: [], next: '' } } })
    w.show(Alerts)
    await fireEvent.click(await screen.findByRole('button', { name: 'Unmute: New winner' }))
    await waitFor(() => expect(sent(w, 'DELETE')?.path).toBe('/api/alerts/mutes/mut_1'))
  })

  it('have rules that say the threshold in force, who raises them, and which are never muted', async () => {
    const w = world({ path: '/alerts' })
    w.show(Alerts)
    const rule = (await screen.findByText('ROAS under target', { selector: 'dt' })).parentElement!
    expect(rule.textContent).toMatch(/raised by reporter.*1\.5/s)
    expect(screen.getByText('Cap breached', { selector: 'dt' }).parentElement!.textContent).toContain('Never muted when critical')
  })
})

describe('reports', () => {
  it('are sent to people, and say where they went', async () => {
    const tasks = golden<Page<{ kind: string; courier: string; subject: string }>>('tasks')
    tasks.items = tasks.items.slice(0, 1).map((task) => ({ ...task, kind: 'send_letter', courier: 'notify', subject: 'report/daily/2026-03-09' }))
    const w = world({ path: '/reports', answers: { 'POST /api/reports/2026-03-09/mail': { id: 'x' }, '/api/tasks': tasks } })
    w.show(Reports, { chosen: 'daily/2026-03-09' })
    expect(await screen.findByText('Write to somebody here')).toBeTruthy()
    expect(w.calls.some((c) => c.path.endsWith('subject=report/daily/2026-03-09'))).toBe(true)
    await fireEvent.click(screen.getByRole('button', { name: 'Send' }))
    const { box, send } = await dialogOf('Send this report by e-mail')
    await fireEvent.input(box.getByLabelText('To, one address a line'), { target: { value: 'ana@example.com\nbob@example.com, ' } })
    await send()
    await waitFor(() => expect(sent(w, 'POST')?.body).toEqual({ kind: 'daily', to: ['ana@example.com', 'bob@example.com'] }))
  })

  it('come by e-mail to whoever chooses so', async () => {
    const profile = golden<{ reports: string[] }>('account')
    const w = world({ roles: ['viewer'], answers: { 'PUT /api/account/reports': { ...profile, reports: ['weekly'] } } })
    w.show(Settings, { section: 'account' })
    await fireEvent.click(await screen.findByRole('checkbox', { name: 'Weekly' }))
    await waitFor(() => expect(sent(w, 'PUT')?.body).toEqual({ kinds: ['weekly'] }))
    await waitFor(() => expect((screen.getByRole('checkbox', { name: 'Weekly' }) as HTMLInputElement).checked).toBe(true))
  })
})

describe('settings', () => {
  it('test a connection, and say what to do about it', async () => {
    let said: unknown = { name: 'meta', ok: false, code: 'credentials', detail: 'the token has expired', missing: [] }
    const w = world({ answers: { 'POST /api/admin/connections/meta/test': () => said } })
    w.show(Settings, { section: 'credentials' })
    const button = await screen.findByRole('button', { name: 'Test: Meta' })
    await fireEvent.click(button)
    expect(await screen.findByText(/Meta refuses the credentials\. Make new ones/)).toBeTruthy()
    expect(screen.getByText('the token has expired')).toBeTruthy()
    said = { name: 'meta', ok: true, code: '', detail: '', missing: [] }
    await fireEvent.click(button)
    expect(await screen.findByText('Meta answered: what is stored works.')).toBeTruthy()
  })

  it('send a test by a channel', async () => {
    const w = world({ answers: { 'POST /api/admin/channels/sms/test': { id: 'x' } } })
    w.show(Settings, { section: 'notifications' })
    await fireEvent.change(await screen.findByLabelText('Channel'), { target: { value: 'sms' } })
    await fireEvent.input(screen.getByLabelText('To'), { target: { value: ' +5521990000000' } })
    await fireEvent.submit(screen.getByRole('button', { name: 'Send a test' }).closest('form')!)
    await waitFor(() => expect(sent(w, 'POST')?.body).toEqual({ to: '+5521990000000' }))
  })

  it('ask for the password again where more money may be spent', async () => {
    const w = world({
      answers: {
        'PUT /api/admin/config': ({ body }: { body: { password?: string } }) =>
          body.password ? golden('config') : new Refusal(403, { code: 'password_required', detail: 'Letting more money be spent (campaigns.budget_meta) needs your password again.' }),
      },
    })
    w.show(Settings, { section: 'campaigns' })
    await fireEvent.input(await screen.findByRole('textbox'), { target: { value: '80' } })
    await fireEvent.click(screen.getByRole('button', { name: 'Review and save' }))
    const { box, send } = await dialogOf('Save these settings?')
    expect(box.queryByLabelText(/Your password/)).toBeNull()
    await send()
    await fireEvent.input(await box.findByLabelText(/Your password/), { target: { value: 'correct horse battery' } })
    await send()
    await waitFor(() => expect(w.calls.filter((c) => c.method === 'PUT').map((c) => (c.body as { password?: string }).password)).toEqual([undefined, 'correct horse battery']))
  })
})
