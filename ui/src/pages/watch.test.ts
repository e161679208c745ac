import { fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import Header from '../components/Header.svelte'
import type { AuditStatus, Hit, Logs, Machine, Page, TaskDetail } from '../lib/api/types'
import { grouped, hrefOf } from '../lib/search'
import { golden, Refusal } from '../testing/golden'
import { world } from '../testing/world'
import Audit from './Audit.svelte'
import CampaignPage from './Campaign.svelte'
import Effect from './Effect.svelte'
import Search from './Search.svelte'
import System from './System.svelte'

const text = () => document.body.textContent ?? ''

describe('the search', () => {
  const hits = golden<Page<Hit>>('search').items

  it('has an address for every kind, customers and lines of the audit log by a filter', () => {
    const hit = (kind: Hit['kind'], id: string, note = ''): Hit => ({ kind, id, title: 'x', note, status: '', at: null })
    expect(hrefOf(hit('campaign', 'cmp_1'))).toBe('/campaigns/cmp_1')
    expect(hrefOf(hit('effect', 'eff_1'))).toBe('/effects/eff_1')
    expect(hrefOf(hit('customer', 'cus_1', 'ana@x.example'))).toBe('/customers?q=ana%40x.example')
    expect(hrefOf(hit('audit', '7'))).toBe('/audit?seq=7')
  })

  it('puts the kind of the best hit first', () => {
    const last = hits[hits.length - 1]!
    expect(grouped([last, ...hits])[0]!.kind).toBe(last.kind)
    expect(grouped(hits).flatMap((g) => g.hits)).toHaveLength(hits.length)
  })

  it('is reached with /, walked with the arrows and opened with Enter', async () => {
    const w = world({ path: '/treasury' })
    w.show(Header)
    const box = screen.getByRole('combobox', { name: 'Search' }) as HTMLInputElement
    Object.defineProperty(box, 'offsetParent', { value: document.body }) // jsdom lays nothing out
    await fireEvent.keyDown(document.body, { key: '/' })
    expect(document.activeElement).toBe(box)
    await fireEvent.input(box, { target: { value: 'lamp' } })
    expect(await screen.findAllByRole('option', {}, { timeout: 3000 })).not.toHaveLength(0)
    await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(hits.length + 1))
    await fireEvent.keyDown(box, { key: 'ArrowDown' })
    const first = screen.getAllByRole('option')[0]!
    expect(first.getAttribute('aria-selected')).toBe('true')
    expect(box.getAttribute('aria-activedescendant')).toBe(first.id)
    await fireEvent.keyDown(box, { key: 'Enter' })
    expect(location.pathname).toBe(first.getAttribute('href'))
    expect(w.calls.some((c) => c.path === '/api/search?q=lamp&each=4')).toBe(true)
  })

  it('leads to all hits with Enter alone, and is closed by Escape', async () => {
    const w = world({ path: '/treasury' })
    w.show(Header)
    const box = screen.getByRole('combobox', { name: 'Search' })
    await fireEvent.input(box, { target: { value: 'lamp' } })
    expect(box.getAttribute('aria-expanded')).toBe('true')
    await fireEvent.keyDown(box, { key: 'Escape' })
    expect(box.getAttribute('aria-expanded')).toBe('false')
    await fireEvent.keyDown(box, { key: 'Enter' })
    expect(location.pathname + location.search).toBe('/search?q=lamp')
  })

  it('has a page that lists what was found by kind', async () => {
    const w = world({ path: '/search?q=lamp' })
    w.show(Search)
    for (const hit of hits) expect((await screen.findAllByRole('link')).some((a) => a.getAttribute('href') === hrefOf(hit))).toBe(true)
    expect(text()).toContain('Campaigns')
  })

  it('says how names match when nothing was found', async () => {
    const w = world({ path: '/search?q=nothing', answers: { '/api/search': { items: [], next: '' } } })
    w.show(Search)
    expect(await screen.findByText(/Nothing was found for “nothing”/)).toBeTruthy()
  })
})

describe('an effect', () => {
  const raise = golden<TaskDetail>('task')
  const made = golden<TaskDetail>('task_done')

  it('shows what is asked for, and what pays for it', async () => {
    const w = world()
    w.show(Effect, { id: raise.id })
    await screen.findByRole('heading', { level: 1, name: 'Start or stop delivery' })
    for (const said of ['Campaign', '120210001', 'Active']) expect(text()).toContain(said)
    expect(text()).toContain('$24.00 a day')
    expect(text()).toContain(raise.grant!.reservation_id)
    expect(text()).toContain('No receipt yet')
  })

  it('shows its receipt and its attempts when it is done', async () => {
    const w = world()
    w.show(Effect, { id: made.id })
    await screen.findByText('An effect was confirmed')
    for (const said of ['120210001', 'Paused']) expect(text()).toContain(said)
    expect(text()).toContain('created by this effect')
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
  })

  it('that was given up is tried again or put aside after a question', async () => {
    const dead: TaskDetail = { ...raise, state: 'failed', last_error: 'the platform is away', dismissable: true }
    const w = world({
      answers: { [`/api/tasks/${raise.id}`]: dead, [`POST /api/tasks/${raise.id}/retry`]: { id: 'x' }, [`POST /api/tasks/${raise.id}/dismiss`]: new Refusal(409, { code: 'conflict', detail: 'Somebody was faster.' }) },
    })
    w.show(Effect, { id: raise.id })
    expect(await screen.findByText('the platform is away')).toBeTruthy()
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    await fireEvent.submit((await screen.findByRole('dialog')).querySelector('form')!)
    await waitFor(() => expect(w.calls.some((c) => c.path.endsWith('/retry'))).toBe(true))
    await fireEvent.click(await screen.findByRole('button', { name: 'Put aside' }))
    const dialog = await screen.findByRole('dialog', { name: 'Put aside' })
    await fireEvent.submit(dialog.querySelector('form')!)
    expect(await within(dialog).findByText('Somebody was faster.')).toBeTruthy()
  })

  it('whose outcome is unknown says how it is found out', async () => {
    const w = world({ answers: { [`/api/tasks/${raise.id}`]: { ...raise, state: 'unknown' } } })
    w.show(Effect, { id: raise.id })
    expect(await screen.findByText(/looked up by our own name/)).toBeTruthy()
  })

  it('is found from the decision that asked for it', async () => {
    const lines = golden<{ decisions: { at: string }[] }>('campaign').decisions
    const w = world({ answers: { '/api/tasks': { items: [{ ...raise, created_at: lines[0]!.at }], next: '' } } })
    w.show(CampaignPage, { id: 'cmp_lamp' })
    const links = await screen.findAllByRole('link', { name: /Start or stop delivery/ })
    expect(links[0]!.getAttribute('href')).toBe(`/effects/${raise.id}`)
  })
})

describe('the audit log', () => {
  it('asks the server by every filter of the address, days as those of the account', async () => {
    const w = world({ path: '/audit?q=pixel&who=people&action=spending_resumed&actor=ceo&subject=cmp_1&from=2026-03-10&to=2026-03-10' })
    w.show(Audit)
    await screen.findByText(/Days and times in/)
    const asked = new URLSearchParams(w.calls.find((c) => c.path.startsWith('/api/audit?'))!.path.split('?')[1])
    expect(Object.fromEntries(asked)).toEqual({
      limit: '100', q: 'pixel', by: 'people', action: 'spending_resumed', actor: 'ceo', subject: 'cmp_1', from: '2026-03-10T03:00:00.000Z', to: '2026-03-11T03:00:00.000Z',
    })
  })

  it('shows one line with its hash under its own address', async () => {
    const line = golden<Page<{ seq: number; hash: string }>>('audit').items[1]!
    const w = world({ path: `/audit?seq=${line.seq}` })
    w.show(Audit)
    expect(await screen.findByText(line.hash)).toBeTruthy()
    expect(w.calls.some((c) => c.path.includes(`seq=${line.seq}`))).toBe(true)
  })

  it('says how far it was verified, and is verified by administrators', async () => {
    const status = golden<AuditStatus>('audit_status')
    const whole = { whole: true, through: 5, anchors: 3, problem: '', at: '2026-03-10T15:00:00Z', by: 'ana@example.com' }
    let verified: AuditStatus['verified'] = null
    const w = world({ answers: { '/api/audit/status': () => ({ ...status, verified }), 'POST /api/audit/verify': () => (verified = whole) } })
    w.show(Audit)
    expect(await screen.findByText('Not verified yet')).toBeTruthy()
    await fireEvent.click(screen.getByRole('button', { name: 'Verify now' }))
    expect(await screen.findByText('Whole: verified up to line 5')).toBeTruthy()
    expect(text()).toContain('lines were written since')
  })

  it('that is broken says which line is wrong, to people who cannot verify it too', async () => {
    const broken = { whole: false, through: 2, anchors: 0, problem: 'audit log, line 3: it was changed after it was written', at: '2026-03-10T15:00:00Z', by: '' }
    const w = world({ roles: ['viewer'], answers: { '/api/audit/status': { ...golden<AuditStatus>('audit_status'), verified: broken } } })
    w.show(Audit)
    expect(await screen.findByText(broken.problem)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Verify now' })).toBeNull()
  })
})

describe('the system', () => {
  const machine = golden<Machine>('system')

  it('shows queues, accounts with breaker and limits, database, backups and nodes', async () => {
    const m = structuredClone(machine)
    m.couriers[0]!.breaker = { ...m.couriers[0]!.breaker, open: true, openings: 2, reason: 'connection refused', until: '2026-03-10T15:31:00Z' }
    m.backups = [{ started_at: '2026-03-10T04:00:00Z', finished_at: '2026-03-10T04:00:01Z', file: 'agente.dump', bytes: 1_500_000, sha256: 'ab', objects: 210, error: '' }]
    const w = world({ path: '/system', answers: { '/api/system': m } })
    w.show(System)
    await screen.findByRole('heading', { name: 'Database' })
    for (const said of ['open, 2 times in a row', 'connection refused', '82% used', '19 MB', '9 of 100', '1.5 MB', '210 objects read back', 'this one']) expect(text()).toContain(said)
  })

  it('follows the log for operators alone, by level', async () => {
    const log = golden<Logs>('logs')
    const w = world({ path: '/system?view=log&level=warn', roles: ['operator'] })
    w.show(System)
    expect(await screen.findByText(log.items[1]!.text, { exact: false })).toBeTruthy()
    expect(w.calls.some((c) => c.path.includes('level=warn'))).toBe(true)
  })

  it('keeps the log from viewers', async () => {
    const w = world({ path: '/system?view=log', roles: ['viewer'] })
    w.show(System)
    await screen.findByRole('heading', { name: 'Database' })
    expect(screen.queryByRole('link', { name: 'Log' })).toBeNull()
    expect(w.calls.some((c) => c.path.startsWith('/api/system/logs'))).toBe(false)
  })

  it('drops a message that nobody handles after a question', async () => {
    const stuck = { id: 'msg_1', seq: 3, from: 'campaign/cmp_1', to: 'product/prd_gone', type: 'agenteceo.CampaignEnded', created_at: '2026-03-10T14:00:00Z' }
    const w = world({ path: '/system?view=effects', answers: { '/api/messages': { items: [stuck], next: '' }, 'POST /api/messages/msg_1/dismiss': { id: 'msg_1' } } })
    w.show(System)
    await fireEvent.click(await screen.findByRole('button', { name: 'Drop' }))
    await fireEvent.submit((await screen.findByRole('dialog')).querySelector('form')!)
    await waitFor(() => expect(w.calls.some((c) => c.path === '/api/messages/msg_1/dismiss')).toBe(true))
  })

  it('shows the actor behind a campaign with its next timers', async () => {
    const w = world({ path: '/campaigns/cmp_lamp?view=actor' })
    w.show(CampaignPage, { id: 'cmp_lamp' })
    expect(await screen.findByRole('heading', { name: 'Next timers' })).toBeTruthy()
    expect(text()).toContain('Read the figures')
    expect(text()).toContain('Judge')
  })
})
