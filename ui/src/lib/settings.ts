// How the configuration is divided for people, and what a form of it changes.
import type { Setting } from './api/admin'

/** The parts of the settings page that are forms, each with the keys or the beginnings of keys that it holds. */
export const sections: Record<string, string[]> = {
  general: ['mode', 'approvals.', 'account.', 'world', 'speed'],
  caps: ['caps.daily', 'caps.weekly', 'caps.', 'treasury.'],
  targets: ['targets.roas', 'targets.ctr', 'targets.cvr', 'targets.'],
  schedule: ['schedule.', 'scouting.every'],
  campaigns: ['campaigns.countries', 'campaigns.platforms', 'campaigns.budget_', 'campaigns.', 'creatives.'],
  products: ['scouting.', 'qualify.min_score', 'qualify.'],
  scaling: ['scaling.'],
  notifications: ['platforms.mail_from', 'platforms.twilio', 'platforms.whatsapp', 'platforms.smtp', 'platforms.slack', 'platforms.telegram', 'platforms.crm_webhook', 'notify.', 'alerts.'],
  operations: ['courier.', 'retention.', 'http.'],
}

/** The settings of a section; a key is in the first section that names it. Secrets are not: they are credentials. */
export function settingsOf(section: string, all: readonly Setting[]): Setting[] {
  const first = (key: string) => {
    const exact = Object.entries(sections).find(([, starts]) => starts.includes(key))
    return (exact ?? Object.entries(sections).find(([, starts]) => starts.some((s) => key.startsWith(s))))?.[0]
  }
  const place = (s: Setting) => (sections[section] ?? []).findIndex((start) => s.key.startsWith(start))
  return all.filter((s) => !s.secret && first(s.key) === section).sort((a, b) => place(a) - place(b) || a.key.localeCompare(b.key))
}

/** What differs from what is in force. Emptied fields give the saved value up. */
export function changesOf(drafts: Record<string, string>, all: readonly Setting[]): { key: string; from: string; to: string }[] {
  return all
    .filter((s) => s.key in drafts && drafts[s.key]!.trim() !== s.value)
    .map((s) => ({ key: s.key, from: s.value, to: drafts[s.key]!.trim() }))
}

/** How a value is asked for. */
export function kindOf(s: Setting): 'mode' | 'switch' | 'number' | 'text' {
  if (s.key === 'mode') return 'mode'
  if (/^(true|false)$/.test(s.default)) return 'switch'
  if (/^-?\d+(\.\d+)?$/.test(s.default)) return 'number'
  return 'text'
}
