import { afterEach, expect, test, vi } from 'vitest'
import { printJson, withStdoutOnStderr } from '../../../src/cli/print.ts'

afterEach(() => vi.restoreAllMocks())

test.each([
  ['ends', () => Promise.resolve(1)],
  ['fails', () => Promise.reject(new Error('no'))],
])('what a configuration prints is no part of the JSON, if the work %s', async (_, end) => {
  const [out, err] = [process.stdout, process.stderr].map((stream) => {
    const written: string[] = []
    vi.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0)
    return written
  })
  await withStdoutOnStderr(async () => {
    process.stdout.write('from the configuration')
    return end()
  }).catch(() => {})
  printJson({ ok: true })
  expect({ out: out!.map((text) => JSON.parse(text)), err }).toEqual({
    out: [{ ok: true }],
    err: ['from the configuration'],
  })
})
