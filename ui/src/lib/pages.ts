// Which code draws which page. Each comes in a file of its own, when it is first wanted.
import type { Component } from 'svelte'
import type { Route } from './router.svelte'

/** Pages differ in what they are told. */
type Module = { default: Component<any> }

export interface Wanted {
  /** Pages of the same key share their state. */
  key: string
  props: Record<string, string>
  load: () => Promise<Module>
}

const lists: Record<string, () => Promise<Module>> = {
  today: () => import('../pages/Today.svelte'),
  campaigns: () => import('../pages/Campaigns.svelte'),
  products: () => import('../pages/Products.svelte'),
  creatives: () => import('../pages/Creatives.svelte'),
  approvals: () => import('../pages/Approvals.svelte'),
  alerts: () => import('../pages/Alerts.svelte'),
  orders: () => import('../pages/Orders.svelte'),
  customers: () => import('../pages/Customers.svelte'),
  treasury: () => import('../pages/Treasury.svelte'),
  audit: () => import('../pages/Audit.svelte'),
  system: () => import('../pages/System.svelte'),
  search: () => import('../pages/Search.svelte'),
  missing: () => import('../pages/Missing.svelte'),
}

const single: Record<string, () => Promise<Module>> = {
  campaigns: () => import('../pages/Campaign.svelte'),
  products: () => import('../pages/Product.svelte'),
  creatives: () => import('../pages/Creative.svelte'),
  orders: () => import('../pages/Order.svelte'),
  effects: () => import('../pages/Effect.svelte'),
}

/** The page of a route, with what it is told. */
export function pageOf({ page, id }: Route): Wanted {
  if (page === 'reports') return { key: page, props: { chosen: id }, load: () => import('../pages/Reports.svelte') }
  if (page === 'settings') return { key: page, props: { section: id }, load: () => import('../pages/Settings.svelte') }
  const one = id ? single[page] : undefined
  if (one) return { key: `${page}/${id}`, props: { id }, load: one }
  return { key: page, props: {}, load: lists[page] ?? lists.missing! }
}
