import { describe, expect, it } from 'vitest'
import { previews } from './preview'

describe('previews', () => {
  it('finds the ads wherever they are, each picture once', () => {
    const ad = { media_key: '0a/1.jpg', headline: 'Sleep', language: 'en' }
    expect(previews({ ad_sets: [{ ads: [ad, ad] }, { ads: [{ media_key: 'b/2.png' }] }] })).toEqual([
      { media: '/media/0a/1.jpg', headline: 'Sleep', language: 'en' },
      { media: '/media/b/2.png', headline: '', language: '' },
    ])
  })

  it('takes nothing that is no key of ours', () => {
    expect(previews([{ media_key: '../secret.png' }, { media_key: 'https://x.example/a.png' }, { media_key: 7 }, null, 'text'])).toEqual([])
  })
})
