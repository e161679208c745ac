// The page's one live feed: what arrived, how it arrives, and whether the page may move.
import { ApiError, get } from '../api/client'
import type { Control, Overview, Session } from '../api/types'
import { clock } from '../clock.svelte'
import { Connection, type Link } from './connection'
import { empty, lacking, reduce, type Feed, type Frame, type Item } from './reducer'

type Listener = (changed: Item[] | null) => void

/** Beyond this many waiting frames a paused page drops them and asks for everything when it goes on. */
const mostWaiting = 2000

class Live {
  #feed = $state.raw<Feed>(empty)
  link = $state<Link>('connecting')
  paused = $state(false)
  waiting = $state(0)
  #queue: Frame[] = []
  #overflown = false
  #listeners = new Set<Listener>()
  #connection: Connection | null = null
  #refresh: ReturnType<typeof setTimeout> | undefined
  #online = () => this.#connection?.hurry()

  get overview(): Overview | null {
    return this.#feed.overview
  }

  start(): void {
    if (this.#connection) return
    this.#connection = new Connection({
      open: (path) => new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`),
      since: () => this.#latest(),
      onFrame: (frame) => this.receive(frame),
      onLink: (link) => this.#linked(link),
      stillWelcome: checkSession,
      random: Math.random,
    })
    this.#connection.start()
    window.addEventListener('online', this.#online)
  }

  stop(): void {
    this.#connection?.close()
    this.#connection = null
    clearTimeout(this.#refresh)
    this.#refresh = undefined
    window.removeEventListener('online', this.#online)
    this.#feed = empty
    this.#queue = []
    this.waiting = 0
    this.paused = false
  }

  #linked(link: Link): void {
    const back = link === 'live' && (this.link === 'reconnecting' || this.link === 'stale')
    this.link = link
    // A resumed feed tells of changed rows, and not of every line of the audit log between.
    if (back) this.#refreshSoon()
  }

  #refreshSoon(): void {
    this.#refresh ??= setTimeout(() => {
      this.#refresh = undefined
      if (this.#connection && !this.paused) void this.refresh().catch(() => {})
    }, 1500)
  }

  /** Takes a frame in, now or, when the page is paused, later. */
  receive(frame: Frame): void {
    if (!this.paused) return this.#apply(frame)
    this.#showControl(frame)
    if (this.#queue.length >= mostWaiting) {
      this.#queue = []
      this.#overflown = true
    }
    this.#queue.push(frame)
    this.waiting += frame.type === 'delta' ? frame.items.length : 1
  }

  pause(): void {
    this.paused = true
    clock.hold(true)
  }

  resume(): void {
    this.paused = false
    clock.hold(false)
    const frames = this.#queue
    this.#queue = []
    this.waiting = 0
    for (const frame of frames) this.#apply(frame)
    if (this.#overflown || this.link !== 'live') this.#refreshSoon()
    if (this.#overflown) this.#tell(null)
    this.#overflown = false
  }

  /** Hears what changes until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Refreshes the overview over HTTP, where no snapshot came. */
  async refresh(): Promise<void> {
    const overview = await get<Overview>('/api/overview')
    if (this.paused) return
    clock.set(overview.system)
    this.#feed = { seq: this.#feed.seq, overview }
  }

  /** The kill switch is shown as it is, even on a page that is held still. */
  #showControl(frame: Frame): void {
    const { seq, overview } = this.#feed
    const control = frame.type === 'snapshot' ? frame.data.control : frame.items.findLast((i) => i.topic === 'control' && i.row)?.row
    if (overview && control) this.#feed = { seq, overview: { ...overview, control: control as Control } }
  }

  #latest(): number {
    return this.#queue.reduce((seq, f) => Math.max(seq, f.seq), this.#feed.seq)
  }

  #apply(frame: Frame): void {
    const step = reduce(this.#feed, frame)
    this.#feed = step.feed
    if (step.feed.overview) clock.set(step.feed.overview.system)
    if (lacking(step.changed)) this.#refreshSoon()
    if (step.changed === null || step.changed.length > 0) this.#tell(step.changed)
  }

  #tell(changed: Item[] | null): void {
    for (const listener of this.#listeners) listener(changed)
  }
}

async function checkSession(): Promise<boolean> {
  try {
    await get<Session>('/api/session')
    return true
  } catch (e) {
    return !(e instanceof ApiError && e.status === 401)
  }
}

export const live = new Live()
