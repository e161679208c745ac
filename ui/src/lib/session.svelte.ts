import { ApiError, get, onSignedOut, post } from './api/client'
import type { Session } from './api/types'
import { clock } from './clock.svelte'
import { live } from './live/live.svelte'

export type Role = 'viewer' | 'operator' | 'admin' | 'approver'
const rank: Record<string, number> = { viewer: 1, operator: 2, admin: 3 }

class SessionState {
  /** undefined until the server was asked. */
  current = $state.raw<Session | null | undefined>(undefined)
  /** The server could not be asked. */
  unreachable = $state(false)

  /** The same order as the server's: viewer in operator in admin, approver apart. The server decides; this only hides. */
  can(role: Role): boolean {
    const roles = this.current?.user.roles ?? []
    if (role === 'approver') return roles.includes('approver')
    return roles.some((have) => (rank[have] ?? 0) >= (rank[role] ?? 9))
  }

  async load(): Promise<void> {
    try {
      this.#enter(await get<Session>('/api/session'))
    } catch (e) {
      this.unreachable = !(e instanceof ApiError && e.status === 401)
      if (!this.unreachable) this.current = null
    }
  }

  async signIn(email: string, password: string, code = ''): Promise<void> {
    await post('/api/login', code ? { email, password, code } : { email, password })
    this.#enter(await get<Session>('/api/session'))
  }

  async signOut(): Promise<void> {
    await post('/api/logout').catch(() => {})
    this.leave()
  }

  leave(): void {
    if (this.current === null) return
    this.current = null
    live.stop()
  }

  #enter(session: Session): void {
    this.unreachable = false
    this.current = session
    clock.set(session.system)
    live.start()
  }
}

export const session = new SessionState()
onSignedOut(() => session.leave())
