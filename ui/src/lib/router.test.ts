import { afterEach, describe, expect, it } from 'vitest'
import { go, listen, parse, query, route, setQuery } from './router.svelte'

describe('parse', () => {
  it('knows every page and its details', () => {
    expect(parse('/')).toEqual({ page: 'today', id: '' })
    expect(parse('/campaigns')).toEqual({ page: 'campaigns', id: '' })
    expect(parse('/campaigns/cmp_1/')).toEqual({ page: 'campaigns', id: 'cmp_1' })
    expect(parse('/reports/daily/2026-03-09')).toEqual({ page: 'reports', id: 'daily/2026-03-09' })
    expect(parse('/products/prd%20x')).toEqual({ page: 'products', id: 'prd x' })
  })

  it('says what it does not know, and survives nonsense', () => {
    expect(parse('/nowhere').page).toBe('missing')
    expect(parse('/alerts/alr_1').page).toBe('missing')
    expect(parse('/campaigns/%E0%A4%A').id).toBe('%E0%A4%A')
  })
})

describe('navigation', () => {
  let stop = () => {}
  afterEach(() => {
    stop()
    document.body.innerHTML = ''
    go('/')
  })

  function click(href: string, init: MouseEventInit = {}): boolean {
    document.body.innerHTML = `<a href="${href}"><b>go</b></a>`
    return !document.querySelector('b')!.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...init }))
  }

  it('follows plain clicks on our own links, and leaves the rest to the browser', () => {
    stop = listen()
    expect(click('/campaigns/cmp_7')).toBe(true)
    expect(route()).toEqual({ page: 'campaigns', id: 'cmp_7' })
    window.addEventListener('click', (e) => e.preventDefault(), { once: true })
    click('/orders', { ctrlKey: true })
    expect(route().page).toBe('campaigns')
  })

  it('keeps filters in the address', () => {
    go('/campaigns?q=lamp')
    setQuery({ status: 'paused', q: '' })
    expect(location.search).toBe('?status=paused')
    expect(query().get('status')).toBe('paused')
  })
})
