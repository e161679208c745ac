import { ApiError } from './api/client'
import { t } from './i18n/index.svelte'

export interface Toast {
  id: number
  tone: 'good' | 'bad'
  text: string
}

class Toasts {
  list = $state<Toast[]>([])
  #next = 1

  say(text: string, tone: Toast['tone'] = 'good'): void {
    const id = this.#next++
    this.list.push({ id, tone, text })
    setTimeout(() => this.dismiss(id), tone === 'bad' ? 10_000 : 5_000)
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id)
  }
}

export const toasts = new Toasts()

/** What went wrong, for people: the server's own sentence where it has one. */
export function explain(e: unknown): string {
  if (!(e instanceof ApiError)) return t('error.unknown')
  if (e.code === 'offline') return t('error.offline')
  if (e.fields.length > 0) return [e.message, ...e.fields.map((f) => f.message)].filter(Boolean).join(' · ')
  return e.message || t('error.unknown')
}
