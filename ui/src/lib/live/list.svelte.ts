import { get } from '../api/client'
import type { Page } from '../api/types'
import { explain, toasts } from '../toasts.svelte'
import { resource, type Resource } from './resource.svelte'

export interface List<T> {
  readonly first: Resource<Page<T>>
  readonly items: T[]
  readonly hasMore: boolean
  readonly loadingMore: boolean
  more(): Promise<void>
}

/** A list whose first page follows the feed, and whose later pages are fetched on request and kept. */
export function list<T>(path: () => string, topics: string[], id: (row: T) => string | number): List<T> {
  const first = resource<Page<T>>(path, topics)
  let older = $state.raw<{ from: string; items: T[]; next: string } | null>(null)
  let loadingMore = $state(false)
  const rest = $derived(older?.from === path() ? older : null)
  const items = $derived.by(() => {
    const page = first.data?.items ?? []
    if (!rest) return page
    const known = new Set(page.map(id))
    return [...page, ...rest.items.filter((row) => !known.has(id(row)))]
  })
  const next = $derived(rest ? rest.next : (first.data?.next ?? ''))

  async function more(): Promise<void> {
    const from = path()
    // Rows that the first page loses to newer ones must not fall between the pages.
    const kept = items
    loadingMore = true
    try {
      const page = await get<Page<T>>(`${from}${from.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(next)}`)
      older = { from, items: [...kept, ...page.items], next: page.next }
    } catch (e) {
      toasts.say(explain(e), 'bad')
    } finally {
      loadingMore = false
    }
  }

  return {
    first,
    get items() {
      return items
    },
    get hasMore() {
      return next !== ''
    },
    get loadingMore() {
      return loadingMore
    },
    more,
  }
}
