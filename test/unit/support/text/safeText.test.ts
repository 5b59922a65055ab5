import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printable, printableJson, safeLines, safeText } from '../../../../src/support/text/safeText.ts'

/** What a terminal would obey, except tabs and the ends of lines. */
const CONTROL = /(?![\t\n])\p{Cc}|[\p{Zl}\p{Zp}\p{Bidi_Control}]/u
/** What a CI service would obey, by the rules of its runner: GitHub trims a line, and finds `##[` anywhere. */
const COMMAND = /^\s*::|##\w*\[/m

const hostile = fc
  .array(
    fc.constantFrom(
      ...['\u001b[2K', '\u001b]0;title\u0007', '\r', '\n', '\t', '\u009b31m', '\u202e', '\u2028', '\0', '\b'],
      ...[
        '::error file=a.js::',
        '::set-output name=a::b',
        '##[error]',
        '##vso[task.complete]',
        '#',
        '##',
        ':',
        ' ',
      ],
      ...['##teamcity[', "##TeamCity['", '[', 'text', '\u001b[31m', '\u00a0'],
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

describe('safeText', () => {
  test.each([
    ['sleep 100', 'sleep 100'],
    ['a\u001b[2K\rb', 'a\\x1b[2K\\rb'],
    ['two\nlines\tand a tab', 'two\\nlines\\tand a tab'],
    ['::error::x', ': :error::x'],
    ['  ::set-output name=a::b', '  : :set-output name=a::b'],
    ['x ##[error]y ##vso[task.complete]', 'x # #[error]y # #vso[task.complete]'],
    ['##teamcity[testFailed]', '# #teamcity[testFailed]'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['Grüße, 世界 👋 std::vector #1 [a] ## heading', 'Grüße, 世界 👋 std::vector #1 [a] ## heading'],
  ])('%j is shown as %j', (text, shown) => {
    expect(safeText(text)).toBe(shown)
  })

  test('is one line without controls and commands, and does not change a second time', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const safe = safeText(text)
        expect(safe).not.toMatch(/[\n\t]/)
        expect(safe).not.toMatch(CONTROL)
        expect(safe).not.toMatch(COMMAND)
        expect(safeText(safe)).toBe(safe)
      }),
    )
  })
})

describe('safeLines', () => {
  test('keeps lines and tabs, and drops colors', () => {
    const log = 'Traceback:\r\n\t\u001b[31mValueError\u001b[0m: a\r10%\r20%\n::error::x'
    expect(safeLines(log)).toBe('Traceback:\n\tValueError: a\n10%\n20%\n: :error::x')
  })

  test('has no controls and commands', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(safeLines(text)).not.toMatch(CONTROL)
        expect(safeLines(text)).not.toMatch(COMMAND)
      }),
    )
  })
})

describe('printable', () => {
  test('keeps the colors of our own texts, and nothing else that a terminal obeys', () => {
    const text = '\u001b[31mred \u001b[1mbold\u001b[22m\u001b[39m\n\u001b[2Kerased\r'
    expect(printable(text)).toBe('\u001b[31mred \u001b[1mbold\u001b[22m\u001b[39m\n\\x1b[2Kerased\\r')
  })

  test('has no commands, and no controls beside colors', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const printed = withoutColors(printable(text))
        expect(printed).not.toMatch(CONTROL)
        expect(printable(text)).not.toMatch(COMMAND)
      }),
    )
  })
})

test('printableJson has neither, and parses to the same value', () => {
  fc.assert(
    fc.property(fc.array(hostile), (value) => {
      const json = printableJson({ value })
      expect(JSON.parse(json)).toEqual({ value })
      expect(json).not.toMatch(CONTROL)
      expect(json).not.toMatch(COMMAND)
    }),
  )
})

function withoutColors(text: string): string {
  return text.replace(new RegExp(`${'\u001b'}\\[\\d+m`, 'g'), '')
}
