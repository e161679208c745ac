// Tables as CSV files that no spreadsheet takes for programs.

const number = /^-?\d+(\.\d+)?$/

/** One cell. What a spreadsheet would calculate is kept a text by an apostrophe; plain numbers stay numbers. */
export function cell(value: string | number | null | undefined): string {
  const text = String(value ?? '')
  const safe = /^[=+\-@\t\r\n]/.test(text) && !number.test(text) ? `'${text}` : text
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A file with its heads first, its lines ended as RFC 4180 says, and a mark that makes Excel read it as UTF-8. */
export function csv(heads: string[], rows: (string | number | null | undefined)[][]): string {
  return '\uFEFF' + [heads, ...rows].map((row) => row.map(cell).join(',') + '\r\n').join('')
}

/** Offers a text as a file to keep. */
export function save(name: string, text: string, type = 'text/csv;charset=utf-8'): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
