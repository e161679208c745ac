import { describe, expect, it } from 'vitest'
import type { Setting } from './api/admin'
import { changesOf, kindOf, settingsOf } from './settings'

const setting = (key: string, value = '1', more: Partial<Setting> = {}): Setting => ({ key, value, default: value, origin: 'default', secret: false, editable: true, help: '', ...more })

describe('settingsOf', () => {
  it('puts each key into one section, the exact name before the beginning', () => {
    const all = [setting('scouting.every'), setting('scouting.per_source'), setting('platforms.smtp_url', '', { secret: true }), setting('caps.daily')]
    expect(settingsOf('schedule', all).map((s) => s.key)).toEqual(['scouting.every'])
    expect(settingsOf('products', all).map((s) => s.key)).toEqual(['scouting.per_source'])
    expect(settingsOf('notifications', all)).toEqual([])
  })
})

describe('changesOf', () => {
  it('tells what differs, and that a value is given up', () => {
    const all = [setting('caps.daily', '300'), setting('targets.roas', '1.5')]
    expect(changesOf({ 'caps.daily': ' 300 ', 'targets.roas': '' }, all)).toEqual([{ key: 'targets.roas', from: '1.5', to: '' }])
  })
})

describe('kindOf', () => {
  it('follows the default', () => {
    expect([setting('mode', 'auto'), setting('a', 'true'), setting('b', '0.4'), setting('c', '24h0m0s')].map(kindOf)).toEqual(['mode', 'switch', 'number', 'text'])
  })
})
