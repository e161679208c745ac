import { fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import type { Alert, Approval, CampaignDetail, Day, Order, Page, Product } from '../lib/api/types'
import { money } from '../lib/format'
import { setLang } from '../lib/i18n/index.svelte'
import { live } from '../lib/live/live.svelte'
import { golden, Refusal } from '../testing/golden'
import { world } from '../testing/world'
import Alerts from './Alerts.svelte'
import Approvals from './Approvals.svelte'
import CampaignPage from './Campaign.svelte'
import Campaigns from './Campaigns.svelte'
import Orders from './Orders.svelte'
import ProductPage from './Product.svelte'
import Products from './Products.svelte'
import Reports from './Reports.svelte'
import System from './System.svelte'
import Today from './Today.svelte'

const text = () => document.body.textContent ?? ''

describe('Today', () => {
  it('shows figures, caps, what needs a person and what the agent did', async () => {
    const w = world()
    w.show(Today)
    await screen.findByText('Ad spend', { selector: 'dt' })
    const overview = live.overview!
    for (const cap of overview.treasury.windows) expect(text()).toContain(money(cap.charged))
    expect(text()).toContain('Launch Galaxy lamp on TikTok')
    expect(text()).toContain('A campaign was judged')
    expect((await screen.findByRole('table', { name: 'Revenue and ad spend by day' })).querySelectorAll('tbody tr')).toHaveLength(golden<Page<Day>>('daily').items.length)
  })

  it('changes in place when the feed brings something', async () => {
    const w = world({ overview: (o) => (o.system.speed = 1) })
    w.show(Today)
    const before = live.overview!
    const line = { ...before.activity[0]!, seq: 5000, reason: 'A thing that just happened.' }
    w.say({ type: 'delta', seq: 9000, items: [{ topic: 'audit', id: '5000', row: line }] })
    expect(await screen.findByText('A thing that just happened.')).toBeTruthy()
  })

  it('holds still while it is paused, and catches up afterwards', async () => {
    const w = world({ overview: (o) => (o.system.speed = 1) })
    w.show(Today)
    live.pause()
    const line = { ...live.overview!.activity[0]!, seq: 5001, reason: 'Something behind the curtain.' }
    w.say({ type: 'delta', seq: 9001, items: [{ topic: 'audit', id: '5001', row: line }] })
    await Promise.resolve()
    expect(live.waiting).toBe(1)
    expect(text()).not.toContain('Something behind the curtain.')
    live.resume()
    expect(await screen.findByText('Something behind the curtain.')).toBeTruthy()
  })

  it('says that nothing needs anybody when nothing does', async () => {
    const w = world({
      overview: (o) => {
        o.alerts = []
        o.approvals = []
        o.summary.counts.pending_approvals = 0
      },
    })
    w.show(Today)
    expect(await screen.findByText(/The agent carries on by itself/)).toBeTruthy()
  })
})

describe('Campaigns', () => {
  const all = golden<Page<CampaignDetail>>('campaigns').items

  it('lists, searches and keeps the filter in the address', async () => {
    const w = world({ path: '/campaigns?status=all' })
    w.show(Campaigns)
    const table = await screen.findByRole('table', { name: 'Campaigns' })
    expect(within(table).getAllByRole('row')).toHaveLength(all.length + 1)
    await fireEvent.input(screen.getByRole('searchbox'), { target: { value: 'no such thing' } })
    expect(text()).toContain('Nothing matches this filter')
    expect(location.search).toContain('q=no+such+thing')
  })

  it('sorts by a column and says so', async () => {
    const w = world({ path: '/campaigns?status=all' })
    w.show(Campaigns)
    await fireEvent.click(await screen.findByRole('button', { name: /ROAS/ }))
    const head = screen.getByRole('columnheader', { name: /ROAS/ })
    expect(head.getAttribute('aria-sort')).toBe('descending')
    expect(location.search).toContain('sort=roas')
  })

  it('shows why it could not load, and loads again', async () => {
    let broken = true
    const w = world({ answers: { '/api/campaigns': () => (broken ? new Refusal(503, { code: 'unavailable', detail: 'Not now. Try again in a moment.' }) : golden('campaigns')) } })
    w.show(Campaigns)
    expect(await screen.findByText('Not now. Try again in a moment.')).toBeTruthy()
    broken = false
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('table', { name: 'Campaigns' })).toBeTruthy()
  })
})

describe('a campaign', () => {
  const detail = golden<CampaignDetail>('campaign')

  it('shows its ad sets, decisions with reasons, and open effects', async () => {
    const w = world()
    w.show(CampaignPage, { id: detail.id })
    await screen.findByRole('heading', { level: 1, name: detail.product_title })
    for (const d of detail.decisions) expect(text()).toContain(d.reason)
    for (const ad of detail.ads) expect(text()).toContain(ad.headline)
    expect(screen.getByRole('table', { name: 'Open effects' })).toBeTruthy()
  })

  it('is paused only after a question, with a reason', async () => {
    const w = world({ answers: { [`POST /api/campaigns/${detail.id}/pause`]: { id: 'x' } } })
    w.show(CampaignPage, { id: detail.id })
    await fireEvent.click(await screen.findByRole('button', { name: 'Pause' }))
    const dialog = await screen.findByRole('dialog', { name: 'Pause this campaign?' })
    expect(w.calls.some((c) => c.method === 'POST')).toBe(false)
    await fireEvent.input(within(dialog).getByRole('textbox'), { target: { value: 'The page is down' } })
    await fireEvent.submit(dialog.querySelector('form')!)
    await waitFor(() => expect(w.calls.find((c) => c.method === 'POST')?.body).toEqual({ reason: 'The page is down' }))
  })

  it('gets a new budget as an exact decimal, and shows a refusal where it was asked', async () => {
    const w = world({ answers: { [`POST /api/campaigns/${detail.id}/budget`]: new Refusal(409, { code: 'cap_exceeded', detail: 'The week has no room left.' }) } })
    w.show(CampaignPage, { id: detail.id })
    await fireEvent.click(await screen.findByRole('button', { name: 'Change budget' }))
    const dialog = await screen.findByRole('dialog')
    await fireEvent.input(within(dialog).getByLabelText(/New budget/), { target: { value: '75,50' } })
    await fireEvent.submit(dialog.querySelector('form')!)
    expect(await within(dialog).findByText('The week has no room left.')).toBeTruthy()
    expect(w.calls.find((c) => c.method === 'POST')?.body).toMatchObject({ daily_budget: { amount: '75.50', currency: 'USD' } })
  })

  it('cannot be changed by a viewer', async () => {
    const w = world({ roles: ['viewer'] })
    w.show(CampaignPage, { id: detail.id })
    expect(((await screen.findByRole('button', { name: 'Pause' })) as HTMLButtonElement).disabled).toBe(true)
  })

  it('that is not there is said to be missing', async () => {
    const w = world()
    w.show(CampaignPage, { id: 'cmp_none' })
    expect(await screen.findByText('There is nothing here under this name')).toBeTruthy()
  })
})

describe('Products', () => {
  it('lists products with score and reasons', async () => {
    const w = world({ path: '/products?view=list' })
    w.show(Products)
    for (const p of golden<Page<Product>>('products').items) {
      expect(await screen.findByRole('link', { name: p.title })).toBeTruthy()
      for (const reason of p.reasons.slice(0, 3)) expect(text()).toContain(reason)
    }
  })

  it('has a board with each product in its stage', async () => {
    const all = golden<Page<Product>>('products').items
    const stage = (call: { path: string }) => ({ items: all.filter((p) => call.path.includes(`status=${p.status}&`) || call.path.endsWith(`status=${p.status}`)), next: '' })
    const w = world({ path: '/products', answers: { '/api/products': stage } })
    w.show(Products)
    for (const p of all) {
      const column = within(await screen.findByRole('region', { name: new RegExp(`^${{ live: 'Live', creatives_ready: 'Creatives ready', rejected: 'Rejected' }[p.status]}`) }))
      expect(await column.findByRole('link', { name: p.title })).toBeTruthy()
    }
    expect(screen.getAllByText('Nothing here now')).toHaveLength(3)
  })

  it('shows one with its creatives, campaigns and history', async () => {
    const detail = golden<{ id: string; title: string; creatives: { headline: string }[] }>('product')
    const w = world()
    w.show(ProductPage, { id: detail.id })
    await screen.findByRole('heading', { level: 1, name: detail.title })
    for (const c of detail.creatives) expect(text()).toContain(c.headline)
  })
})

describe('Approvals', () => {
  const ask = golden<Page<Approval>>('approvals').items[0]!

  it('sends the hash of exactly what was shown', async () => {
    const w = world({ answers: { [`POST /api/approvals/${ask.id}/decision`]: { id: ask.id } } })
    w.show(Approvals)
    expect(await screen.findByRole('heading', { name: ask.summary })).toBeTruthy()
    expect(text()).toContain(ask.manifest)
    await fireEvent.click(screen.getByRole('button', { name: 'Reject' }))
    const dialog = await screen.findByRole('dialog', { name: 'Reject this?' })
    await fireEvent.input(within(dialog).getByRole('textbox'), { target: { value: 'Not before the holiday' } })
    await fireEvent.submit(dialog.querySelector('form')!)
    await waitFor(() =>
      expect(w.calls.find((c) => c.method === 'POST')?.body).toEqual({ decision: 'reject', manifest: ask.manifest, reason: 'Not before the holiday' }),
    )
  })

  it('shows what differs from now, and asks for the password where much is at stake', async () => {
    const w = world({ answers: { '/api/approvals': { items: [{ ...ask, step_up: true }], next: '' }, [`POST /api/approvals/${ask.id}/decision`]: { id: ask.id } } })
    w.show(Approvals)
    const table = await screen.findByRole('table', { name: 'What changes' })
    expect(within(table).getAllByRole('row')).toHaveLength(ask.changes.length + 1)
    await fireEvent.click(screen.getByRole('button', { name: 'Approve' }))
    const dialog = await screen.findByRole('dialog', { name: 'Approve this?' })
    await fireEvent.input(within(dialog).getByLabelText(/Your password/), { target: { value: 'correct horse' } })
    await fireEvent.submit(dialog.querySelector('form')!)
    await waitFor(() => expect(w.calls.find((c) => c.method === 'POST')?.body).toMatchObject({ decision: 'approve', password: 'correct horse' }))
  })

  it('is worked through by keyboard alone', async () => {
    const other = { ...ask, id: 'apr_2', summary: 'A second question' }
    const w = world({ answers: { '/api/approvals': { items: [ask, other], next: '' } } })
    w.show(Approvals)
    await screen.findByRole('heading', { name: other.summary })
    for (const key of ['j', 'j', 'k', 'j']) await fireEvent.keyDown(document.activeElement ?? document.body, { key })
    expect(document.activeElement?.getAttribute('data-approval')).toBe('apr_2')
    await fireEvent.keyDown(document.activeElement!, { key: 'r' })
    expect(await screen.findByRole('dialog', { name: 'Reject this?' })).toBeTruthy()
  })

  it('leaves people who are no approvers with an explanation, and asks the server nothing', async () => {
    const w = world({ roles: ['admin'] })
    w.show(Approvals)
    expect(await screen.findByText('Only approvers see this page')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull()
  })

  it('gives nobody an answer to their own proposal', async () => {
    const own = { ...ask, proposed_by: golden<{ user: { email: string } }>('session').user.email }
    const w = world({ answers: { '/api/approvals': { items: [own], next: '' } } })
    w.show(Approvals)
    expect(await screen.findByText(/somebody else must answer/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull()
  })
})

describe('the other pages', () => {
  it('Alerts: acknowledges one', async () => {
    const alert = golden<Page<Alert>>('alerts').items.find((a) => !a.acknowledged_at && !a.resolved_at)!
    const w = world({ answers: { [`POST /api/alerts/${alert.id}/ack`]: { id: alert.id } } })
    w.show(Alerts)
    await screen.findByText(alert.title)
    await fireEvent.click(screen.getAllByRole('button', { name: 'I have seen it' })[0]!)
    await waitFor(() => expect(w.calls.some((c) => c.method === 'POST' && c.path.endsWith('/ack'))).toBe(true))
  })

  it('Orders: lists each with its total', async () => {
    const w = world()
    w.show(Orders)
    const table = await screen.findByRole('table', { name: 'Orders' })
    for (const o of golden<Page<Order>>('orders').items) expect(table.textContent).toContain(money(o.total))
  })

  it('Reports: draws the newest daily one, whatever figures it lacks', async () => {
    const w = world({ path: '/reports' })
    w.show(Reports, { chosen: '' })
    expect(await screen.findByRole('heading', { name: /Report of Mar 9, 2026/ })).toBeTruthy()
    expect(text()).toContain('$23.20')
  })

  it('System: opens the actors with trouble, and those alone', async () => {
    const w = world({ path: '/system?view=actors' })
    w.show(System)
    const tree = await screen.findByRole('list', { name: 'Actors' })
    const open = [...tree.querySelectorAll('details[open]')]
    expect(open).toHaveLength(1)
    expect(open[0]!.textContent).toContain('Scout')
    expect(open[0]!.textContent).toContain('the database is busy')
  })

  it('speak Portuguese throughout', async () => {
    const w = world({ path: '/system?view=actors' })
    setLang('pt-BR')
    w.show(System)
    expect(await screen.findByRole('list', { name: 'Atores' })).toBeTruthy()
    expect(text()).toContain('Reiniciando')
  })
})
