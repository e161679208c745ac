import enPages from './en.pages.json'
import enTexts from './en.json'
import enTerms from './en.terms.json'
import ptPages from './pt-BR.pages.json'
import ptTexts from './pt-BR.json'
import ptTerms from './pt-BR.terms.json'

import enSettings from './en.settings.json'
import ptSettings from './pt-BR.settings.json'
import enWatch from './en.watch.json'
import ptWatch from './pt-BR.watch.json'
import enTrust from './en.trust.json'
import ptTrust from './pt-BR.trust.json'

// Texts are the dashboard's own, those of single pages in a file of their own; terms and settings are words that the server chooses among.
const en = { ...enTexts, ...enPages, ...enTerms, ...enSettings, ...enTrust, ...enWatch }
const ptBR = { ...ptTexts, ...ptPages, ...ptTerms, ...ptSettings, ...ptTrust, ...ptWatch }

export type Lang = 'en' | 'pt-BR'
export type Key = keyof typeof en
/** Keys that have a form for one and a form for many. */
export type PluralKey = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never

const dictionaries: Record<Lang, Record<Key, string>> = { en, 'pt-BR': ptBR }
const state = $state<{ lang: Lang }>({ lang: initial() })

/** The text of a key in the chosen language, with {names} filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return dictionaries[state.lang][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** The form that the language wants for n of something. */
export function tn(stem: PluralKey, n: number, values: Record<string, string | number> = {}): string {
  const one = new Intl.PluralRules(state.lang).select(n) === 'one'
  return t(`${stem}.${one ? 'one' : 'other'}` as Key, { n: new Intl.NumberFormat(state.lang).format(n), ...values })
}

/** The text of a word that the server chose, such as a status; a word that no dictionary knows is shown as it came. */
export function term(group: string, word: string): string {
  const key = `${group}.${word}`
  return key in en ? t(key as Key) : word.replaceAll('_', ' ')
}

export const lang = (): Lang => state.lang

export function setLang(next: Lang): void {
  state.lang = next
  document.documentElement.lang = next
  try {
    localStorage.setItem('lang', next)
  } catch {
    // Storage can be forbidden; the choice then lasts as long as the page.
  }
}

function initial(): Lang {
  let stored: string | null = null
  try {
    stored = localStorage.getItem('lang')
  } catch {
    // As above.
  }
  const wanted = stored ?? navigator.language
  return wanted.toLowerCase().startsWith('pt') ? 'pt-BR' : 'en'
}

/** All words of a group that the dictionary knows, by their texts. */
export function words(group: string): { value: string; label: string }[] {
  const prefix = `${group}.`
  const keys = Object.keys(en).filter((key) => key.startsWith(prefix)) as Key[]
  return keys.map((key) => ({ value: key.slice(prefix.length), label: t(key) })).sort((a, b) => a.label.localeCompare(b.label, state.lang))
}
