export type Theme = 'system' | 'light' | 'dark'

const state = $state<{ theme: Theme }>({ theme: stored() })

export const theme = (): Theme => state.theme

export function setTheme(next: Theme): void {
  state.theme = next
  if (next === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = next
  try {
    localStorage.setItem('theme', next)
  } catch {
    // Storage can be forbidden; the choice then lasts as long as the page.
  }
}

function stored(): Theme {
  const set = document.documentElement.dataset.theme
  return set === 'light' || set === 'dark' ? set : 'system'
}
