// Sorting and filtering of tables: pure, stable, and exact where money is compared.

export type Sortable = string | number | bigint | null

export interface Order {
  column: string
  down: boolean
}

/** A new array; rows without a value come last in both directions, equal rows keep their order. */
export function sortRows<T>(rows: readonly T[], value: (row: T) => Sortable, down: boolean, locale = 'en'): T[] {
  const text = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })
  return rows
    .map((row) => ({ row, key: value(row) }))
    .sort((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null)
      const c = compare(a.key, b.key, text)
      return down ? -c : c
    })
    .map((r) => r.row)
}

function compare(a: string | number | bigint, b: string | number | bigint, text: Intl.Collator): number {
  if (typeof a === 'string' || typeof b === 'string') return text.compare(String(a), String(b))
  return a < b ? -1 : a > b ? 1 : 0
}

/** Whether every word of a search is somewhere in the texts, whatever the case and the accents. */
export function matches(search: string, ...texts: string[]): boolean {
  const all = plain(texts.join(' '))
  return plain(search)
    .split(/\s+/)
    .every((word) => all.includes(word))
}

const plain = (s: string): string =>
  s
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()

/** New rows in the places of the ids that were shown; what was not shown comes after, in its own order. */
export function keepOrder<T>(shown: readonly string[], rows: readonly T[], id: (row: T) => string): T[] {
  const place = new Map(shown.map((key, at) => [key, at]))
  return rows
    .map((row, at) => ({ row, at: place.get(id(row)) ?? shown.length + at }))
    .sort((a, b) => a.at - b.at)
    .map((r) => r.row)
}
