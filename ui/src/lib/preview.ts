// The ads within what an approval asks, as far as they can be recognised: what is asked has no fixed shape.

export interface Preview {
  media: string
  headline: string
  language: string
}

const text = (o: object, name: string): string => {
  const value = (o as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : ''
}

/** Every object anywhere in the details that has a picture of ours, in order, each picture once. */
export function previews(details: unknown): Preview[] {
  const found = new Map<string, Preview>()
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk)
    if (typeof value !== 'object' || value === null) return
    const key = text(value, 'media_key')
    // Only keys that our own store gives: a path without steps upwards.
    if (/^[\w-]+(\/[\w-]+)*\.\w+$/.test(key) && !found.has(key)) {
      found.set(key, { media: `/media/${key}`, headline: text(value, 'headline'), language: text(value, 'language') })
    }
    Object.values(value).forEach(walk)
  }
  walk(details)
  return [...found.values()]
}
