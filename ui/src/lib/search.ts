// What a search finds, in words and addresses.
import type { Hit, HitKind } from './api/types'
import { t, term } from './i18n/index.svelte'

const kinds: HitKind[] = ['campaign', 'product', 'order', 'customer', 'creative', 'effect', 'audit']

/** Where a hit is shown. */
export function hrefOf(hit: Hit): string {
  const id = encodeURIComponent(hit.id)
  switch (hit.kind) {
    case 'customer':
      return `/customers?q=${encodeURIComponent(hit.note || hit.title)}`
    case 'audit':
      return `/audit?seq=${id}`
    default:
      return `/${hit.kind}s/${id}`
  }
}

/** What a hit is called. */
export function titleOf(hit: Hit): string {
  switch (hit.kind) {
    case 'order':
      return t('search.order', { number: hit.title || hit.id })
    case 'effect':
      return term('effect', hit.title)
    case 'audit':
      return `${t('search.line', { number: hit.id })} · ${term('audit', hit.title)}`
    default:
      return hit.title || hit.id
  }
}

/** What tells it from others of its name. */
export function noteOf(hit: Hit): string {
  switch (hit.kind) {
    case 'campaign':
      return term('platform', hit.note)
    case 'effect':
      return `${term('courier', hit.note)} · ${hit.id}`
    case 'product':
    case 'audit':
      return hit.note
    case 'customer':
      return hit.note === hit.title ? '' : hit.note
    default:
      return hit.note
  }
}

/** The group of a status in the dictionary, by kind; customers have a country in its place. */
export const statusGroup: Record<HitKind, string> = {
  campaign: 'status', product: 'product', order: 'order', customer: '', creative: 'creative', effect: 'task', audit: '',
}

/** Hits by kind, the kinds in the order of their best hit where that is exact, else in that of the business. */
export function grouped(hits: readonly Hit[]): { kind: HitKind; hits: Hit[] }[] {
  const first = hits[0]?.kind
  const order = [...kinds].sort((a, b) => Number(b === first) - Number(a === first))
  return order.map((kind) => ({ kind, hits: hits.filter((h) => h.kind === kind) })).filter((g) => g.hits.length > 0)
}
