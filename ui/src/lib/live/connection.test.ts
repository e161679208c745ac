import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backoff, Connection, staleAfter, type Link, type Wiring } from './connection'
import type { Frame } from './reducer'

class Socket {
  onopen: (() => void) | null = null
  onmessage: ((e: { data: unknown }) => void) | null = null
  onclose: (() => void) | null = null
  constructor(readonly url: string) {}
  close() {
    this.onclose?.()
  }
}

function setup() {
  const sockets: Socket[] = []
  const links: Link[] = []
  const frames: Frame[] = []
  const world = { seq: 0, welcome: true }
  const wiring: Wiring = {
    open: (url) => {
      const socket = new Socket(url)
      sockets.push(socket)
      return socket as unknown as WebSocket
    },
    since: () => world.seq,
    onFrame: (frame) => {
      world.seq = frame.seq
      frames.push(frame)
    },
    onLink: (link) => links.push(link),
    stillWelcome: async () => world.welcome,
    random: () => 1,
  }
  const connection = new Connection(wiring)
  connection.start()
  return { sockets, links, frames, world, connection, last: () => sockets.at(-1)! }
}

const delta = (seq: number) => ({ data: JSON.stringify({ type: 'delta', seq, items: [] }) })

describe('Connection', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('asks for a snapshot first, and after a loss for what it missed', async () => {
    const s = setup()
    expect(s.last().url).toBe('/ws')
    s.last().onopen?.()
    s.last().onmessage?.(delta(41))
    s.last().onclose?.()
    await vi.advanceTimersByTimeAsync(1000)
    expect(s.last().url).toBe('/ws?since=41')
    s.last().onopen?.()
    expect(s.links).toEqual(['connecting', 'live', 'reconnecting', 'live'])
  })

  it('waits longer after each failure, and says when the page has gone stale', async () => {
    const s = setup()
    s.last().onopen?.()
    s.last().onclose?.()
    const seen: number[] = []
    for (let second = 0; second < staleAfter / 1000; second++) {
      await vi.advanceTimersByTimeAsync(1000)
      const socket = s.last()
      if (seen.length !== s.sockets.length) seen.push(s.sockets.length)
      if (socket.onclose && s.sockets.length > 1) {
        socket.onclose()
      }
    }
    expect(s.links).toEqual(['connecting', 'live', 'reconnecting', 'stale'])
    expect(s.sockets.length).toBeLessThan(7)
  })

  it('stops when the session has ended', async () => {
    const s = setup()
    s.world.welcome = false
    s.last().onclose?.()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(s.sockets).toHaveLength(1)
  })

  it('ignores what is no frame', () => {
    const s = setup()
    for (const data of ['{', '{"type":"gossip","seq":1}', '{"type":"delta"}', new ArrayBuffer(3)]) s.last().onmessage?.({ data })
    expect(s.frames).toEqual([])
  })

  it('tries at once when the browser is online again', async () => {
    const s = setup()
    s.last().onopen?.()
    for (let i = 0; i < 4; i++) {
      s.last().onclose?.()
      await vi.advanceTimersByTimeAsync(backoff(i, 1))
    }
    s.last().onclose?.()
    const before = s.sockets.length
    s.connection.hurry()
    expect(s.sockets.length).toBe(before + 1)
  })

  it('opens nothing after it was closed', async () => {
    const s = setup()
    s.connection.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(s.sockets).toHaveLength(1)
  })
})

describe('backoff', () => {
  it('doubles, is capped, and is spread between half and whole', () => {
    expect(backoff(0, 1)).toBe(500)
    expect(backoff(3, 1)).toBe(4000)
    expect(backoff(3, 0)).toBe(2000)
    expect(backoff(50, 1)).toBe(20_000)
  })
})
