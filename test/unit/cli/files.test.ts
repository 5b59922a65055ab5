import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { init } from '../../../src/cli/init/init.ts'
import { exclusively } from '../../../src/cli/setup/exclusive.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vitest-python-unit-'))
  vi.spyOn(console, 'log').mockReturnValue()
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(root, { recursive: true })
})

test('init names the file that it cannot write', () => {
  writeFileSync(join(root, 'package.json'), '{}')
  writeFileSync(join(root, 'python'), 'a file where a directory is needed')
  const failure = { code: 'INIT_NOT_WRITABLE', message: expect.stringContaining('python/greeting.py') }
  expect(() => init({}, root)).toThrow(expect.objectContaining(failure))
})

const limits = (timeout: number) => ({ timeout, signal: new AbortController().signal, waiting: vi.fn() })

test('only one caller works on a subject at a time, and the next one starts when it has ended', async () => {
  const order: string[] = []
  let finish = () => {}
  const ended = new Promise<void>((resolve) => {
    finish = resolve
  })
  const first = exclusively(root, limits(0), async () => {
    order.push('first begins')
    await ended
    order.push('first ends')
  })
  await expect.poll(() => order, { timeout: 15_000 }).toEqual(['first begins'])
  const waits = limits(10_000)
  const second = exclusively(root, waits, async () => order.push('second'))
  await expect.poll(() => waits.waiting.mock.calls.length, { timeout: 15_000 }).toBe(1)
  await expect(exclusively(root, limits(0), async () => {})).rejects.toMatchObject({ code: 'PROJECT_BUSY' })
  finish()
  await Promise.all([first, second])
  expect(order).toEqual(['first begins', 'first ends', 'second'])
})
