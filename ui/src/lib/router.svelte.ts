// Real paths, no hash: the server answers every one of them with index.html.

export interface Route {
  page: string
  id: string
}

const pages = [
  'campaigns', 'products', 'creatives', 'approvals', 'alerts', 'orders', 'customers', 'treasury', 'reports', 'audit', 'system', 'settings', 'search', 'effects',
]
const withDetail = ['campaigns', 'products', 'creatives', 'orders', 'reports', 'settings', 'effects']

/** The page of a path; unknown ones are 'missing'. */
export function parse(path: string): Route {
  const [page = '', id = '', ...rest] = path.split('/').filter(Boolean).map(decode)
  if (page === '') return { page: 'today', id: '' }
  if (!pages.includes(page)) return { page: 'missing', id: '' }
  if (id && !withDetail.includes(page)) return { page: 'missing', id: '' }
  return { page, id: [id, ...rest].join('/') }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const state = $state({ path: location.pathname, search: location.search })

export const route = (): Route => parse(state.path)
export const query = (): URLSearchParams => new URLSearchParams(state.search)

export function go(to: string): void {
  history.pushState(null, '', to)
  arrive()
  window.scrollTo(0, 0)
}

/** Keeps filters in the address, so that a view can be bookmarked, without a step in the history for each letter. */
export function setQuery(values: Record<string, string>): void {
  const q = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(values)) {
    if (value) q.set(name, value)
    else q.delete(name)
  }
  const search = q.toString()
  history.replaceState(null, '', location.pathname + (search && `?${search}`))
  arrive()
}

function arrive(): void {
  state.path = location.pathname
  state.search = location.search
}

/** Follows back and forward, and plain clicks on links to our own pages. Returns what stops it. */
export function listen(): () => void {
  const click = (e: MouseEvent) => {
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return
    const a = e.target instanceof Element ? e.target.closest('a') : null
    if (!a || a.target || a.hasAttribute('download') || a.origin !== location.origin) return
    if (parse(a.pathname).page === 'missing' || a.hash) return
    e.preventDefault()
    go(a.pathname + a.search)
  }
  document.addEventListener('click', click)
  window.addEventListener('popstate', arrive)
  return () => {
    document.removeEventListener('click', click)
    window.removeEventListener('popstate', arrive)
  }
}
