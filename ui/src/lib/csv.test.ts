import { describe, expect, it } from 'vitest'
import { cell, csv } from './csv'

describe('cell', () => {
  it.each([
    ['=HYPERLINK("http://evil.example")', `"'=HYPERLINK(""http://evil.example"")"`],
    ['+1+1', `'+1+1`],
    ['-2+3', `'-2+3`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['\t=1', `'\t=1`],
  ])('keeps %j a text', (given, want) => expect(cell(given)).toBe(want))

  it('leaves numbers and ordinary texts as they are', () => {
    expect(['-12.50', '3', 'Lamp', null].map(cell)).toEqual(['-12.50', '3', 'Lamp', ''])
  })

  it('quotes what would break a line', () => {
    expect(cell('a "b", c')).toBe('"a ""b"", c"')
    expect(cell('two\nlines')).toBe('"two\nlines"')
  })
})

describe('csv', () => {
  it('writes heads and rows', () => expect(csv(['a', 'b'], [[1, 'x']])).toBe('\uFEFFa,b\r\n1,x\r\n'))
})
