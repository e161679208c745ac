// Small pictures of a few numbers: pure, so that they can be tested without a browser.

/** The path of a line through values, from the left edge to the right, within a box and a margin for the stroke. Fewer than two: none. */
export function sparkLine(values: readonly number[], width: number, height: number, margin = 2): string {
  if (values.length < 2) return ''
  const low = Math.min(0, ...values)
  const high = Math.max(...values, low)
  const span = high - low || 1
  const step = (width - 2 * margin) / (values.length - 1)
  return values
    .map((v, i) => {
      const x = margin + i * step
      const y = high === low ? height - margin : height - margin - ((v - low) / span) * (height - 2 * margin)
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}

/** The same line, closed at the bottom, for a wash under it. */
export function sparkArea(values: readonly number[], width: number, height: number, margin = 2): string {
  const line = sparkLine(values, width, height, margin)
  return line && `${line}L${width - margin} ${height}L${margin} ${height}Z`
}

/** Which index of n an arrow key leads to; null where the key is none of those that move. */
export function moved(key: string, at: number, n: number): number | null {
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: n - 1 }[key]
  return to === undefined ? null : Math.max(0, Math.min(n - 1, to))
}
