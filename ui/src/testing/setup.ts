import { configure } from '@testing-library/svelte'
import { vi } from 'vitest'

// jsdom has no canvas, no layout and no media queries: the chart's figures are tested through its table, its picture in a browser.
vi.mock('uplot', () => ({
  default: class {
    setData() {}
    setSize() {}
    destroy() {}
  },
}))
vi.stubGlobal(
  'ResizeObserver',
  class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
)
window.matchMedia ??= (query: string) =>
  ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList
window.scrollTo = () => {}
Element.prototype.scrollIntoView ??= () => {}

// A page's code is compiled when it is first wanted, which takes a while on a machine that has other work.
configure({ asyncUtilTimeout: 15_000 })
