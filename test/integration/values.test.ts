import { fileURLToPath } from 'node:url'
import { test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

const version = versions.at(-1)!
// It has pandas, polars and the other libraries.
const developers = fileURLToPath(new URL('../../.cache/python/bin/python', import.meta.url))

test.concurrent.for(['crossing', 'jsdom'])('values of real libraries: %s', async (part, { expect }) => {
  const { exitCode, output, left } = await runVitest({
    version,
    fixture: 'values',
    args: [`${part}.test.ts`],
    python: { python: developers },
    deadline: 110_000,
  })
  expect({ exitCode, failed: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, failed: '' })
  expect(left).toEqual(NOTHING)
})

test.concurrent('failures show real class names, the reason of a reference, and exceptions without text', async ({
  expect,
}) => {
  const { output } = await runVitest({
    version,
    fixture: 'values',
    args: ['shown.test.ts'],
    python: { python: developers },
    deadline: 110_000,
  })
  expect(output).toMatch(/Tests +3 failed/)
  // Vitest prints a class with toJSON by its name only in the summary.
  expect(output).toContain("expected [ Decimal{ text: '1.0' }, …(5) ] to deeply equal []")
  for (const name of ['TimeDelta', 'DataFrame', 'PythonRef']) expect(output).toContain(`+   ${name} {`)
  expect(output).toContain('"reason": "it may have masked elements, which no number stands for; return')
  expect(output).toMatch(/AssertionError: assert n == 1\n(.*\n){0,6}.*check.*kinds\.py:\d+:\d+/)
  expect(output).toMatch(/NotImplementedError: \(no message\)\n(.*\n){0,6}.*todo.*kinds\.py:\d+:\d+/)
  expect(output).not.toContain('pythonTraceback')
})

test.concurrent('a call that was not awaited says so', async ({ expect }) => {
  const { exitCode, output, left } = await runVitest({
    version,
    fixture: 'values',
    args: ['forgotten.test.ts'],
    python: { python: developers },
    deadline: 110_000,
  })
  expect(output).toContain(
    'CallError [LEASE_ENDED]: This call was still open when its test ended: missing `await`?',
  )
  expect(output).toMatch(/forgotten\.test\.ts:5:\d+/)
  expect(exitCode).toBe(1)
  expect(left).toEqual(NOTHING)
})
