import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import enPages from './en.pages.json'
import enSettings from './en.settings.json'
import en from './en.json'
import enTerms from './en.terms.json'
import enWatch from './en.watch.json'
import enTrust from './en.trust.json'
import { setLang, t, term, tn } from './index.svelte'
import ptPages from './pt-BR.pages.json'
import ptSettings from './pt-BR.settings.json'
import pt from './pt-BR.json'
import ptTerms from './pt-BR.terms.json'
import ptWatch from './pt-BR.watch.json'
import ptTrust from './pt-BR.trust.json'

const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort()

function sources(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    if (statSync(path).isDirectory()) return sources(path)
    return /\.(svelte|ts)$/.test(name) && !name.endsWith('.test.ts') ? [readFileSync(path, 'utf8')] : []
  })
}

describe('the dictionaries', () => {
  for (const [name, a, b] of [
    ['texts', en, pt],
    ['texts of pages', enPages, ptPages],
    ['texts of watching', enWatch, ptWatch],
    ['settings', enSettings, ptSettings],
    ['terms', enTerms, ptTerms],
    ['texts of accounts, alerts and reports', enTrust, ptTrust],
  ] as const) {
    it(`have the same ${name} in the same order`, () => {
      expect(Object.keys(b)).toEqual(Object.keys(a))
    })
    it(`fill the same holes of ${name}`, () => {
      const other = b as Record<string, string>
      for (const [key, text] of Object.entries(a)) expect(holes(other[key] ?? ''), key).toEqual(holes(text))
    })
    it(`leave none of the ${name} empty`, () => {
      for (const [key, text] of [...Object.entries(a), ...Object.entries(b)]) expect(text.trim(), key).not.toBe('')
    })
  }

  it('do not say the same thing under two names', () => {
    const all = [en, enPages, enTerms, enSettings, enTrust, enWatch].flatMap((d) => Object.keys(d))
    expect(all.filter((key, i) => all.indexOf(key) !== i)).toEqual([])
  })

  it('hold no text that nobody shows', () => {
    const all = sources('src').join('\n')
    const made = /^(connection\.|connectionFix\.|effect\.|audit\.|alert\.|alertRule\.|campaign\.(pause|resume|budget|decide)|campaignView|checklist\.|digest\.|health\.|settingsPart|settingsNote|theme\.|nav\.|live\.|world|mode|reports\.(scouted|qualified|rejected)|reportKind|reportTitle|approval\.|approvalKind|severity|score|product\.|caps\.)/
    const unused = Object.keys({ ...en, ...enPages, ...enTrust, ...enWatch }).filter((key) => {
      const stem = key.replace(/\.(one|other)$/, '')
      return !all.includes(`'${stem}'`) && !made.test(key)
    })
    expect(unused).toEqual([])
  })
})

describe('t', () => {
  afterEach(() => setLang('en'))

  it('fills names in, and leaves unknown ones visible', () => {
    setLang('en')
    expect(t('caps.of', { cap: '$300' })).toBe('cap $300')
    expect(t('caps.of')).toBe('cap {cap}')
  })

  it('follows the language', () => {
    setLang('pt-BR')
    expect(t('nav.today')).toBe('Hoje')
    expect(document.documentElement.lang).toBe('pt-BR')
  })

  it('chooses the plural of the language', () => {
    setLang('en')
    expect(tn('campaign.ads', 0)).toBe('0 ads')
    expect(tn('campaign.ads', 1)).toBe('1 ad')
    setLang('pt-BR')
    expect(tn('campaign.ads', 0)).toBe('0 anúncio') // Portuguese counts nothing as one
    expect(tn('campaign.ads', 1200)).toBe('1.200 anúncios')
  })

  it('shows a word of the server that no dictionary knows as it came', () => {
    expect(term('audit', 'moon_landed')).toBe('moon landed')
    expect(term('audit', 'campaign_paused')).toBe('A campaign was paused')
  })
})
