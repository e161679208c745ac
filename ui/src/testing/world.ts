import { render } from '@testing-library/svelte'
import type { Component } from 'svelte'
import type { Overview, Session } from '../lib/api/types'
import { clock } from '../lib/clock.svelte'
import { setLang } from '../lib/i18n/index.svelte'
import { live } from '../lib/live/live.svelte'
import type { Frame } from '../lib/live/reducer'
import { go } from '../lib/router.svelte'
import { session } from '../lib/session.svelte'
import { golden, serve, type Call } from './golden'

export interface World {
  calls: Call[]
  /** Sends the page a frame, as the feed would. */
  say: (frame: Frame) => void
  show: (page: Component<never>, props?: Record<string, unknown>) => void
}

/** A signed-in person in front of the server's golden answers. Roles and answers can be others. */
export function world(options: { path?: string; roles?: string[]; answers?: Record<string, unknown>; overview?: (o: Overview) => void } = {}): World {
  setLang('en')
  go(options.path ?? '/')
  const calls = serve({ ...pages(), ...options.answers })
  const me = golden<Session>('session')
  me.user.roles = options.roles ?? ['admin', 'approver']
  session.current = me
  clock.set(me.system)
  const snapshot = golden<Frame & { type: 'snapshot' }>('ws_snapshot')
  options.overview?.(snapshot.data)
  live.stop()
  live.receive(snapshot)
  return {
    calls,
    say: (frame) => live.receive(frame),
    show: (page, props = {}) => void render(page as Component, { props }),
  }
}

function pages(): Record<string, unknown> {
  const named = ['actors', 'alerts', 'approvals', 'audit', 'blacklist', 'campaigns', 'creatives', 'customers', 'orders', 'overview', 'products', 'reports', 'session', 'tasks', 'treasury']
  const answers: Record<string, unknown> = Object.fromEntries(named.map((name) => [`/api/${name}`, golden(name)]))
  const campaign = golden<{ id: string }>('campaign')
  const product = golden<{ id: string }>('product')
  for (const name of ['config', 'credentials', 'users']) answers[`/api/admin/${name}`] = golden(name)
  const creative = golden<{ id: string }>('creative')
  const order = golden<{ id: string }>('order')
  const report = golden<{ date: string }>('report')
  answers[`/api/campaigns/${campaign.id}`] = campaign
  answers[`/api/products/${product.id}`] = product
  answers[`/api/creatives/${creative.id}`] = creative
  answers[`/api/orders/${order.id}`] = order
  answers[`/api/reports/${report.date}`] = report
  for (const name of ['task', 'task_done']) answers[`/api/tasks/${golden<{ id: string }>(name).id}`] = golden(name)
  answers['/api/search'] = golden('search')
  answers['/api/system'] = golden('system')
  answers['/api/system/logs'] = golden('logs')
  answers['/api/audit/status'] = golden('audit_status')
  answers['/api/actors/campaign/cmp_lamp'] = golden('actor')
  answers['/api/messages'] = golden('messages')
  answers['/api/account'] = golden('account')
  answers['/api/alerts/mutes'] = { items: [], next: '' }
  answers['/api/alerts/rules'] = golden('alert_rules')
  answers['/api/metrics/summary'] = golden('summary')
  answers['/api/metrics/daily'] = golden('daily')
  answers['/api/metrics/campaigns'] = golden('campaign_days')
  answers['/api/treasury/windows'] = golden('windows')
  return answers
}
