// What this browser remembers. Storage can be forbidden or full; what is not kept then lasts as long as the page.

const memory = new Map<string, string>()

export function recall<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(name) ?? memory.get(name)
    return text == null ? otherwise : (JSON.parse(text) as T)
  } catch {
    return otherwise
  }
}

export function remember(name: string, value: unknown): void {
  const text = JSON.stringify(value)
  memory.set(name, text)
  try {
    localStorage.setItem(name, text)
  } catch {
    // As above.
  }
}
