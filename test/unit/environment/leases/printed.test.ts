import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { MarkedText } from '../../../../src/environment/leases/markedText.ts'
import { readLog } from '../../../../src/process/run/printedText.ts'

const shown: string[] = []
// Printed keeps the methods that the console has when it loads.
for (const method of ['debug', 'error', 'info', 'log', 'warn'] as const) {
  vi.spyOn(console, method).mockImplementation((text: string) => void shown.push(`${method}: ${text}`))
}
const { Printed } = await import('../../../../src/environment/leases/printed.ts')
vi.restoreAllMocks()

const directory = mkdtempSync(join(tmpdir(), 'printed-'))
const log = join(directory, 'w1.log')
const mark = (kind: string) => `\x1b_vp;${kind}\x1b\\`
const error = (text: string) => `${mark('e')}${text}${mark('o')}`
afterAll(() => rmSync(directory, { recursive: true }))
beforeEach(() => {
  shown.length = 0
  writeFileSync(log, '')
})

test('of a shared worker, only what it prints from now on is shown', () => {
  appendFileSync(log, 'for others\n')
  const [fresh, shared] = [new Printed(log, false), new Printed(log, true)]
  appendFileSync(log, 'for me\n')
  fresh.show()
  shared.show()
  shared.finish()
  expect(shown).toEqual(['log: for others\nfor me', 'log: for me'])
})

test('keeps the order, and tells by its method what is what', () => {
  const printed = new Printed(log, false)
  appendFileSync(log, `one\n${error('two\n')}${error('three\n')}four\n${mark('w')}five\n${mark('o')}`)
  printed.show()
  expect(shown).toEqual(['log: one', 'error: two\nthree', 'log: four', 'warn: five'])
})

test('keeps a line that has not ended until it has, or until the test ends', () => {
  const printed = new Printed(log, false)
  appendFileSync(log, 'half')
  printed.show()
  expect(shown).toEqual([])
  appendFileSync(log, ' and half\nlast')
  printed.show()
  printed.finish()
  expect(shown).toEqual(['log: half and half', 'log: last'])
})

test('shows the beginning of a flood, says how much is missing, and begins anew with the next test', () => {
  const printed = new Printed(log, false)
  for (let n = 0; n < 20; n++) appendFileSync(log, `${'x'.repeat(999_999)}\n`)
  printed.show()
  printed.finish()
  expect(shown.join('').length).toBeLessThan(1_100_000)
  expect(shown.at(-1)).toBe(
    "warn: Python printed 19.0 MB more in this test; only the first 1.0 MB of a test's output are shown.",
  )
  appendFileSync(log, 'next\n')
  printed.finish()
  expect(shown.at(-1)).toBe('log: next')
})

test('the account of a crash takes the end of a log, however long, without marks', () => {
  for (let n = 0; n < 10; n++) appendFileSync(log, 'x'.repeat(1_000_000))
  appendFileSync(log, error('the end\n'))
  expect(readLog(log).length).toBeLessThan(70_000)
  expect(readLog(log)).toMatch(/xthe end\n$/)
})

test('a log comes out the same wherever its chunks are cut', () => {
  const text = Buffer.from(
    `grün\n${error('rot ✗\n')}\x1b[31mred\x1b[0m\n${mark('d')}x\n${mark('o')}ohne Ende`,
  )
  const whole = new MarkedText()
  const expected = [...whole.feed(text), ...whole.end()]
  expect(expected.map(({ kind }) => kind).join('')).toBe('oeodo')
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(text.length)), (cuts) => {
      const parts = new MarkedText()
      const ends = [...cuts.sort((a, b) => a - b), text.length]
      const segments = ends.flatMap((end, index) => parts.feed(text.subarray(ends[index - 1] ?? 0, end)))
      const joined = [...segments, ...parts.end()].reduce<{ kind: string; text: string }[]>(
        (all, { kind, text }) => {
          const last = all.at(-1)
          if (last?.kind === kind) last.text += text
          else all.push({ kind, text })
          return all
        },
        [],
      )
      expect(joined).toEqual(expected)
    }),
  )
})
