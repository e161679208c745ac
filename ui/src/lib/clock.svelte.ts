import type { System } from './api/types'
import { account } from './format'

/** The business's clock: it was told once and runs on at the world's speed until it is told again. */
class Clock {
  #base = Date.now()
  #heard = performance.now()
  #speed = 1
  #held = false
  #now = $state(new Date())
  #timer: ReturnType<typeof setInterval> | undefined

  /** The business's time, to the second of the page. */
  get now(): Date {
    return this.#now
  }

  set(system: System): void {
    account.timeZone = system.time_zone || 'UTC'
    account.currency = system.currency || 'USD'
    this.#base = new Date(system.now).getTime()
    this.#heard = performance.now()
    this.#speed = system.speed || 1
    this.#show()
  }

  /** Stops and restarts what the page shows; the business goes on. */
  hold(held: boolean): void {
    this.#held = held
    this.#show()
  }

  run(): () => void {
    this.#timer ??= setInterval(() => this.#show(), 1000)
    return () => {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  #show(): void {
    if (!this.#held) this.#now = new Date(this.#base + (performance.now() - this.#heard) * this.#speed)
  }
}

export const clock = new Clock()
