import { ApiError, get } from '../api/client'
import { live } from './live.svelte'
import type { Item } from './reducer'

/** The least time between two refreshes that the feed asks for: the sandbox changes something many times a second. */
const calm = 2000

export interface Resource<T> {
  readonly data: T | null
  readonly error: ApiError | null
  readonly loading: boolean
  reload(): Promise<void>
  /** Replaces what is shown until the next refresh, for the answer of a command. */
  put(data: T): void
}

/**
 * Loads a path, again whenever it changes and whenever the feed says that one of the topics did. What was loaded stays visible
 * meanwhile, and when a refresh fails. Must be called while a component is being made.
 */
export function resource<T>(path: () => string, topics: string[], concerns: (item: Item) => boolean = () => true): Resource<T> {
  let data = $state.raw<T | null>(null)
  let error = $state.raw<ApiError | null>(null)
  let loading = $state(true)
  let current = ''
  let asked = 0
  let last = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(): Promise<void> {
    const mine = ++asked
    const from = current
    last = performance.now()
    loading = true
    try {
      const got = await get<T>(from)
      if (mine !== asked) return
      data = got
      error = null
    } catch (e) {
      if (mine !== asked) return
      error = e instanceof ApiError ? e : new ApiError(0, 'internal', String(e))
    }
    loading = false
  }

  function later(): void {
    if (timer !== undefined) return
    timer = setTimeout(
      () => {
        timer = undefined
        if (document.hidden || live.paused) return void (missed = true)
        void load()
      },
      Math.max(50, calm - (performance.now() - last)),
    )
  }

  let missed = false
  const seen = () => {
    if (!document.hidden && missed) {
      missed = false
      later()
    }
  }

  $effect(() => {
    const next = path()
    if (next.split('?')[0] !== current.split('?')[0]) data = null
    current = next
    void load()
  })
  $effect(() => {
    const stop = live.listen((changed) => {
      if (changed === null || missed || changed.some((i) => topics.includes(i.topic) && concerns(i))) later()
    })
    document.addEventListener('visibilitychange', seen)
    return () => {
      stop()
      document.removeEventListener('visibilitychange', seen)
      clearTimeout(timer)
      asked++
    }
  })

  return {
    get data() {
      return data
    },
    get error() {
      return error
    },
    get loading() {
      return loading
    },
    reload: load,
    put: (next: T) => (data = next),
  }
}
