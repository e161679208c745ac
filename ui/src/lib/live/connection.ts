import type { Frame } from './reducer'

export type Link = 'connecting' | 'live' | 'reconnecting' | 'stale'

/** What a connection needs from its surroundings; tests bring their own. */
export interface Wiring {
  open: (url: string) => WebSocket
  /** The last applied frame; 0 asks for a snapshot. */
  since: () => number
  onFrame: (frame: Frame) => void
  onLink: (link: Link) => void
  /** Called after each loss, before the next attempt: is there still a session? */
  stillWelcome: () => Promise<boolean>
  random: () => number
}

/** After this long without a connection the page says that it is stale. */
export const staleAfter = 15_000
const firstWait = 500
const longestWait = 20_000
/** A connection that lived this long starts the waits anew. */
const settled = 5_000

/** How long to wait before attempt n (from 0): doubled each time, capped, and spread so that a crowd does not return at once. */
export function backoff(n: number, random: number): number {
  return Math.min(longestWait, firstWait * 2 ** n) * (0.5 + random / 2)
}

/** Keeps one WebSocket open until it is closed. */
export class Connection {
  private socket: WebSocket | null = null
  private attempts = 0
  private closed = false
  private lost = false
  private retry: ReturnType<typeof setTimeout> | undefined
  private stale: ReturnType<typeof setTimeout> | undefined
  private settle: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly wiring: Wiring) {}

  start(): void {
    this.wiring.onLink('connecting')
    this.stale = setTimeout(() => this.wiring.onLink('stale'), staleAfter)
    this.connect()
  }

  /** Tries at once, for when the browser says that it is online again. */
  hurry(): void {
    if (this.closed || this.socket || !this.lost) return
    clearTimeout(this.retry)
    this.attempts = 0
    this.connect()
  }

  close(): void {
    this.closed = true
    for (const timer of [this.retry, this.stale, this.settle]) clearTimeout(timer)
    this.socket?.close()
  }

  private connect(): void {
    const since = this.wiring.since()
    const socket = this.wiring.open(since > 0 ? `/ws?since=${since}` : '/ws')
    this.socket = socket
    socket.onopen = () => this.opened()
    socket.onmessage = (e) => this.received(e.data)
    socket.onclose = () => this.ended(socket)
  }

  private opened(): void {
    clearTimeout(this.stale)
    this.lost = false
    this.wiring.onLink('live')
    this.settle = setTimeout(() => (this.attempts = 0), settled)
  }

  private received(data: unknown): void {
    const frame = read(data)
    if (frame) this.wiring.onFrame(frame)
  }

  private ended(socket: WebSocket): void {
    if (socket !== this.socket) return
    this.socket = null
    clearTimeout(this.settle)
    if (this.closed) return
    if (!this.lost) {
      this.lost = true
      this.wiring.onLink('reconnecting')
      clearTimeout(this.stale)
      this.stale = setTimeout(() => this.wiring.onLink('stale'), staleAfter)
    }
    this.retry = setTimeout(() => void this.again(), backoff(this.attempts++, this.wiring.random()))
  }

  private async again(): Promise<void> {
    const welcome = await this.wiring.stillWelcome().catch(() => true)
    if (welcome && !this.closed && !this.socket) this.connect()
  }
}

/** A frame that is not one is ignored: the next snapshot heals what it would have said. */
function read(data: unknown): Frame | null {
  if (typeof data !== 'string') return null
  try {
    const frame = JSON.parse(data) as Frame
    return (frame.type === 'snapshot' || frame.type === 'delta') && typeof frame.seq === 'number' ? frame : null
  } catch {
    return null
  }
}
