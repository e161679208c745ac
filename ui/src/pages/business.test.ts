import { fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { CampaignDetail, Creative, CreativeDetail, Customer, OrderDetail, Page, Treasury } from '../lib/api/types'
import { money } from '../lib/format'
import { live } from '../lib/live/live.svelte'
import { golden, Refusal } from '../testing/golden'
import { world } from '../testing/world'
import CampaignPage from './Campaign.svelte'
import Campaigns from './Campaigns.svelte'
import CreativePage from './Creative.svelte'
import Creatives from './Creatives.svelte'
import Customers from './Customers.svelte'
import OrderPage from './Order.svelte'
import Reports from './Reports.svelte'
import System from './System.svelte'
import Today from './Today.svelte'
import TreasuryPage from './Treasury.svelte'

const text = () => document.body.textContent ?? ''
afterEach(() => localStorage.clear())

describe('Treasury', () => {
  const purse = golden<Treasury>('treasury')

  it('shows what is free, both caps, reservations and the ledger', async () => {
    const w = world({ path: '/treasury' })
    w.show(TreasuryPage)
    const held = await screen.findByRole('table', { name: 'Reservations' })
    expect(text()).toContain(money(purse.free))
    for (const cap of purse.windows) expect(text()).toContain(money(cap.cap))
    expect(held.textContent).toContain(money(purse.reservations[0]!.worst_case))
    expect(within(screen.getByRole('table', { name: 'Ledger' })).getAllByRole('row')).toHaveLength(purse.ledger.length + 1)
    expect(within(await screen.findByRole('table', { name: 'Use of the daily cap' })).getByText('$24.40')).toBeTruthy()
  })

  it('asks for the days that the address names, and says the zone', async () => {
    const w = world({ path: '/treasury?from=2026-02-01&to=2026-02-10' })
    w.show(TreasuryPage)
    await waitFor(() => expect(w.calls.some((c) => c.path === '/api/treasury/windows?from=2026-02-01&to=2026-02-10')).toBe(true))
    expect(await screen.findByText(/Feb 1 – Feb 10, 2026 · America\/Sao_Paulo/)).toBeTruthy()
  })

  it('says why it could not be loaded', async () => {
    const w = world({ answers: { '/api/treasury': new Refusal(503, { code: 'unavailable', detail: 'The purse is being counted.' }) } })
    w.show(TreasuryPage)
    expect(await screen.findByText('The purse is being counted.')).toBeTruthy()
  })
})

describe('a campaign', () => {
  const detail = golden<CampaignDetail>('campaign')
  const at = (view: string) => `/campaigns/${detail.id}?view=${view}`

  it('marks its chart where something was decided', async () => {
    const w = world({ path: `/campaigns/${detail.id}` })
    w.show(CampaignPage, { id: detail.id })
    const table = await screen.findByRole('table', { name: 'Attributed revenue and spend by day' })
    expect(within(table).getByRole('cell', { name: 'A campaign was judged: Winner' })).toBeTruthy()
  })

  it('is judged at once only after a question', async () => {
    const w = world({ path: `/campaigns/${detail.id}`, answers: { [`POST /api/campaigns/${detail.id}/decide`]: { id: 'x' } } })
    w.show(CampaignPage, { id: detail.id })
    await fireEvent.click(await screen.findByRole('button', { name: 'Decide now' }))
    const dialog = await screen.findByRole('dialog', { name: /decide now\?/ })
    expect(w.calls.some((c) => c.method === 'POST')).toBe(false)
    await fireEvent.submit(dialog.querySelector('form')!)
    await waitFor(() => expect(w.calls.some((c) => c.method === 'POST' && c.path.endsWith('/decide'))).toBe(true))
  })

  it.each([
    ['creatives', 'Durma sob as estrelas'],
    ['budget', 'Granted and charged by day'],
    ['orders', 'LB123456789SG'],
    ['receipts', 'Set the budget'],
    ['actor', 'Next timers'],
  ])('has a part of its own address: %s', async (view, shown) => {
    const w = world({ path: at(view) })
    w.show(CampaignPage, { id: detail.id })
    await waitFor(() => expect(text()).toContain(shown))
    expect(screen.getByRole('link', { current: 'page' }).getAttribute('href')).toBe(at(view))
  })
})

describe('the table of campaigns', () => {
  it('hides a column, and remembers it', async () => {
    localStorage.setItem('campaigns.hidden', '["ctr"]')
    const w = world({ path: '/campaigns?status=all' })
    w.show(Campaigns)
    await screen.findByRole('table', { name: 'Campaigns' })
    expect(screen.queryByRole('columnheader', { name: /CTR/ })).toBeNull()
    expect(screen.getByRole('columnheader', { name: /CVR/ })).toBeTruthy()
  })

  it('draws the last days of each, with words for those who cannot see them', async () => {
    const w = world({ path: '/campaigns?status=all' })
    w.show(Campaigns)
    expect(await screen.findByRole('img', { name: 'Attributed revenue of the last 14 days, from $99.80 to $149.70' })).toBeTruthy()
  })

  it('gives what is shown away as a file', async () => {
    let file: Blob | undefined
    vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: (b: Blob) => ((file = b), 'blob:x'), revokeObjectURL: () => {} }))
    const w = world({ path: '/campaigns?status=all&q=lamp' })
    w.show(Campaigns)
    await screen.findByRole('table', { name: 'Campaigns' })
    await fireEvent.click(screen.getByRole('button', { name: 'CSV' }))
    expect(file?.type).toContain('text/csv')
  })
})

describe('creatives', () => {
  it('are contact sheets by product', async () => {
    const w = world({ path: '/creatives' })
    w.show(Creatives)
    for (const c of golden<Page<Creative>>('creatives').items) expect((await screen.findAllByRole('link', { name: c.headline })).length).toBeGreaterThan(0)
    expect(screen.getByRole('heading', { level: 2, name: /Galaxy lamp/ })).toBeTruthy()
  })

  it('show one with what its ads brought', async () => {
    const one = golden<CreativeDetail>('creative')
    const w = world()
    w.show(CreativePage, { id: one.id })
    await screen.findByRole('heading', { level: 1, name: one.headline })
    expect(text()).toContain(money(one.totals.spend))
    expect(within(screen.getByRole('table', { name: 'In these ads' })).getAllByRole('row')).toHaveLength(one.in_ads.length + 1)
  })
})

describe('sales', () => {
  it('show an order with what it leaves and how far it is', async () => {
    const order = golden<OrderDetail>('order')
    const w = world()
    w.show(OrderPage, { id: order.id })
    await screen.findByRole('heading', { level: 1, name: 'Order 5001' })
    expect(text()).toContain('$38.70')
    expect(document.querySelector('[aria-current=step]')?.textContent).toContain('Shipped')
    expect(text()).toContain(order.history[0]!.reason)
  })

  it('show customers with what they brought', async () => {
    const ana = golden<Page<Customer>>('customers').items[0]!
    const w = world({ path: '/customers' })
    w.show(Customers)
    const table = await screen.findByRole('table', { name: 'Customers' })
    expect(table.textContent).toContain(money(ana.ltv))
    expect(table.textContent).toContain('$49.90') // of two orders one
    expect(w.calls.some((c) => c.path.includes('order=ltv'))).toBe(true)
    expect(screen.getByRole('link', { name: /Orders of Ana Souza/ }).getAttribute('href')).toContain(encodeURIComponent(ana.email))
  })
})

describe('on demand', () => {
  it('a report is made for a day', async () => {
    const w = world({ path: '/reports', answers: { 'POST /api/run/report/daily/2026-03-09': { id: 'x' } } })
    w.show(Reports, { chosen: '' })
    await fireEvent.click(await screen.findByRole('button', { name: 'Make a report now' }))
    const dialog = await screen.findByRole('dialog')
    await fireEvent.input(within(dialog).getByLabelText(/A day in the period/), { target: { value: '2026-03-09' } })
    await fireEvent.submit(dialog.querySelector('form')!)
    await waitFor(() => expect(w.calls.some((c) => c.path === '/api/run/report/daily/2026-03-09')).toBe(true))
  })

  it('a backup is made, by administrators alone', async () => {
    const w = world({ roles: ['operator'] })
    w.show(System)
    await screen.findByRole('heading', { name: 'Backups' })
    expect(screen.queryByRole('button', { name: 'Back up now' })).toBeNull()
  })
})

describe('the morning', () => {
  it('has a list that ticks itself, and tells what happened since', async () => {
    const w = world()
    w.show(Today)
    const row = await screen.findByRole('link', { name: /Review the alerts/ })
    expect(row.textContent).toContain('To do:')
    expect(screen.getByRole('link', { name: /Validate the winners/ }).getAttribute('href')).toMatch(/^\/campaigns/)
    expect(await screen.findByText(/Judged one campaign/)).toBeTruthy()
    await fireEvent.click(screen.getByRole('button', { name: 'Mark as read' }))
    expect(await screen.findByText('Nothing happened that you do not know of.')).toBeTruthy()
    expect(live.overview).not.toBeNull()
  })
})
