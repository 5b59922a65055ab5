import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Layer } from '../support/layers.ts'
import { withScene } from '../support/scene.ts'

/** PDEATHSIG is sent when the thread that forked ends, even if its process goes on. */
describe.concurrent('a thread that ends', () => {
  test('of Vitest, after it has started Python, takes no process with it', async () => {
    await withScene({}, async (scene) => {
      cpSync(join(scene.directory, 'scenario.test.ts'), join(scene.directory, 'later.test.ts'))
      const run = scene.start({ args: ['--pool', 'threads', '--no-file-parallelism'] })
      const { exitCode, output } = await run.ended
      expect(output).toMatch(/Test Files +2 passed/)
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
    })
  })

  test.each<[string, Layer[], string, number]>([
    ['of a worker, after it has started a process, does not take it along', [], 'No orphaned processes', 0],
    [
      'control: with workers forked by a thread that ends, they are killed in the middle of their tests',
      ['fork on the main thread'],
      'was killed by SIGKILL',
      1,
    ],
  ])('%s', async (_, without, sentence, code) => {
    await withScene({ without }, async (scene) => {
      const run = scene.start({ tests: [{ calls: [['outlive_thread']], hold: 2_500 }] })
      const { exitCode, output } = await run.ended
      expect(output).toContain(sentence)
      expect(exitCode).toBe(code)
    })
  })
})
